"""What happens under each fault of the table: one function for those that are injected, one each for the others."""

from tests.integration.screening.faults.again import AGAIN
from tests.integration.screening.faults.ends import ENDS
from tests.integration.screening.faults.injections import INJECTED
from tests.integration.screening.faults.trial import Scenario, Trial
from tests.support.faults import wanted_strikes


def injected(trial: Trial) -> None:
    """Start a transaction under the injected faults until all have struck, or until its execution fails."""
    case = INJECTED[trial.fault]
    one = trial.transaction(case.values)
    with trial.faults(case.injections) as armed:
        execution = trial.start(one)
        trial.await_strikes(armed, wanted_strikes(case.injections))
        if case.fails is None:
            trial.ended(one)
        else:
            trial.give_up(execution, case.fails)


OTHERS: dict[str, Scenario] = {**AGAIN, **ENDS}
