"""The functions of the workflow, and how many of its executions end in a second when it is never idle."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from hallmark.stage import Stage
from infra.screening.outputs import Output

FUNCTIONS: Mapping[str, Output] = {
    "validation": Output.VALIDATION_ARN,
    "fraud_detection": Output.FRAUD_DETECTION_ARN,
    "compliance_checking": Output.COMPLIANCE_CHECKING_ARN,
}
# As many as an embedded stage runs at once.
_CALLERS = 16
COLD_SECONDS, SECONDS = 1.5, 3.0


def arns(stage: Stage) -> dict[str, str]:
    """Return the ARNs of the functions."""
    return {name: stage.outputs[output] for name, output in FUNCTIONS.items()}


def sustained(run: Callable[[], object], clock: Callable[[], float] = time.monotonic) -> float:
    """Return how many runs end in a second when each of some callers begins its next one at the end of its last.

    The first seconds, in which processes start, do not count.
    """
    begin = clock() + COLD_SECONDS
    end = begin + SECONDS

    def ends(_: int) -> Iterator[float]:
        while clock() < end:
            run()
            yield clock()

    with ThreadPoolExecutor(_CALLERS) as pool:
        found = pool.map(lambda caller: sum(begin <= at < end for at in ends(caller)), range(_CALLERS))
        return sum(found) / SECONDS
