"""The reconciliation of a run's transactions: the ledger, when each was decided, and how long the functions took."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from hallmark import clock
from hallmark.ledger.subscription import Heard
from hallmark.load.account import Account
from hallmark.load.function_durations import durations
from hallmark.load.kinds import REGULAR
from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import Arrival
from hallmark.load.reconciliation import Reconciliation
from hallmark.load.run_file import RunFile, Sample
from hallmark.progress import Callback
from hallmark.sending.outcome import Outcome, Run, Status
from hallmark.stage import Stage
from hallmark.systems.screening.alerts import Hears
from hallmark.systems.screening.ledger import ScreeningLedger
from hallmark.systems.screening.load.platform import arns
from hallmark.systems.screening.machine import Execution
from hallmark.systems.screening.reconcile import reconcile as reconcile_transactions
from hallmark.systems.screening.transaction import Transaction

STARTED = 200
ALERTS, DURATIONS = "alerts", "durations"
NOT_HEARD = "nobody listened to the topic while the run was sent, so its alerts are not compared with what was heard"


@dataclass(frozen=True)
class ScreeningReconciliation(Reconciliation):
    """The reconciliation of transactions; `durations` and `reserved` are the functions', by name."""

    ledger: ScreeningLedger
    durations: Mapping[str, Sequence[Sequence[float]]]
    reserved: Mapping[str, int]
    is_heard: bool

    @property
    def figures(self) -> Mapping[str, int]:
        """What became of the executions."""
        return dict(self.ledger.ends)

    @property
    def notes(self) -> tuple[str, ...]:
        """The ledger's differences, and whether the topic was heard."""
        return super().notes if self.is_heard else (*super().notes, NOT_HEARD)


class Kept:
    """What the topic had said when the run was judged for the first time."""

    def __init__(self, said: Sequence[Mapping[str, Any]]) -> None:
        self._said = [Heard(**one) for one in said]

    def hear(self) -> Sequence[Heard]:
        """Return all that was said, as often as it came."""
        return self._said


def reconciliation(outcome: RunOutcome) -> ScreeningReconciliation | None:
    """Return the reconciliation; None without one, as on the floor."""
    found = outcome.reconciliation
    assert found is None or isinstance(found, ScreeningReconciliation)
    return found


def reconcile(
    stage: Stage,
    run: RunFile,
    planned: Sequence[Arrival],
    heard: Hears | None,
    account: Account,
    progress: Callback,
) -> ScreeningReconciliation:
    """Wait for the ends of a run's transactions, including the warm-up's, and compare all that is stored and told.

    Alerts can be heard only once, and others' runs add to the functions' logs: both are kept in the run's account.
    """
    sent, executions = started(run, planned)
    if ALERTS in account.counted:
        heard = Kept(account.counted[ALERTS])
    ledger = reconcile_transactions(stage, sent, executions, heard, progress)
    if heard:
        account.keep(ALERTS, [asdict(one) for one in heard.hear()])
    if DURATIONS not in account.counted:
        begin = round(1000 * clock.from_text(run.started).timestamp())
        account.keep(DURATIONS, durations(stage, arns(stage), begin))
    return ScreeningReconciliation(ledger, account.counted[DURATIONS], _reserved(stage), heard is not None)


def _reserved(stage: Stage) -> dict[str, int]:
    client = stage.client("lambda")
    return {
        name: client.get_function_concurrency(FunctionName=arn)["ReservedConcurrentExecutions"]
        for name, arn in arns(stage).items()
    }


def receipt(answer: Mapping[str, Any]) -> str:
    """Return what reconciling needs of an answer: all but the input, which the plan has."""
    names = ("executionArn", "startDate", "status", "output", "error")
    return json.dumps({name: answer[name] for name in names if name in answer})


def started(run: RunFile, planned: Sequence[Arrival]) -> tuple[Run[Transaction], dict[int, Execution]]:
    """Return the outcomes of a run's transactions in the order in which they began, and their executions by number.

    What was not sent because a step was late is no part of the run.
    """
    samples = {sample.index: sample for sample in run.samples}
    steps = {phase.name for phase in run.terms.load().phases if phase.ends_late}
    executions: dict[int, Execution] = {}
    outcomes: list[Outcome[Transaction]] = []
    for arrival in (one for one in planned if one.kind == REGULAR):
        sample = samples.get(arrival.index)
        if sample is None and arrival.phase in steps:
            continue
        assert isinstance(arrival.item, Transaction)
        if sample is None or sample.status != STARTED:
            outcomes.append(Outcome(arrival.item, Status.FAILED, reason=_why(sample)))
            continue
        execution = _execution(json.loads(sample.receipt))
        executions[arrival.item.number] = execution
        outcomes.append(Outcome(arrival.item, Status.ACCEPTED, received_at=execution.started_at))
    outcomes.sort(key=lambda one: one.received_at)
    seconds = max((arrival.due for arrival in planned), default=0.0)
    return Run(clock.from_text(run.started), seconds, tuple(outcomes), run.terms.mark), executions


def begin_of(sample: Sample) -> float | None:
    """Return when an execution began, in seconds of the epoch by the stage's clock; None if it was not started."""
    return float(json.loads(sample.receipt)["startDate"]) if sample.status == STARTED else None


def _why(sample: Sample | None) -> str:
    return str(sample.status) if sample else "not sent"


def _execution(said: Mapping[str, Any]) -> Execution:
    began = clock.to_text(datetime.fromtimestamp(said["startDate"], UTC))
    output = json.loads(said["output"]) if said.get("output") else None
    return Execution(said["executionArn"], began, said.get("status", ""), output, said.get("error", ""))
