"""What is missing and what came twice, of all trials at once: the ledgers before and after redriving, and the topic."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from hallmark import clock
from hallmark.evidence import Fault
from hallmark.ledger import patience
from hallmark.ledger.subscription import Subscription
from hallmark.sending.outcome import Run
from hallmark.stage import Stage
from hallmark.stuck import LIMIT_SECONDS
from hallmark.systems.screening.ledger import ScreeningLedger
from hallmark.systems.screening.reconcile import reconcile
from hallmark.systems.screening.stuck import still
from hallmark.tables import Item
from infra.screening.outputs import Output
from tests.integration.screening.faults.injections import KEPT, MARKED
from tests.integration.screening.faults.trial import Trial, letters
from tests.support.command import Command
from tests.support.waiting import wait_for

# What fails does not change any more.
WAITING_SECONDS = 1.0
PASSED = timedelta(seconds=LIMIT_SECONDS + 1)


@dataclass(frozen=True)
class Reckoning:
    """Before redriving: what was `done` about each failed execution, its number of letters, and the ledger.

    Afterwards the ledger, the transactions that were `stuck`, and how often each alert was told, by transaction, kind
    and id.
    """

    done: Mapping[str, frozenset[str]]
    letters: Mapping[str, int]
    waiting: ScreeningLedger
    stuck: set[str]
    ledger: ScreeningLedger
    told: Counter[tuple[str, str, str]]

    def row(self, trial: Trial) -> Fault:
        """What came of one fault, counted and in words."""
        told = {alert: number for alert, number in self.told.items() if alert[0].startswith(trial.prefix)}
        seen = [f"strikes: {trial.strikes}", f"executions: {len(trial.executions)}", f"alerts: {sum(told.values())}"]
        if trial.fails:
            steps = sorted({step for execution in trial.fails for step in self.done[execution]})
            seen.append(f"failed ({', '.join(steps) or 'stuck'}), redriven")
        if trial.stays:
            seen.append(f"letters that only senders can follow: {len(trial.stays)}")
        kept = [self.letters[execution] for execution in trial.fails if self.letters.get(execution)]
        twice = sum(count - 1 for count in (*told.values(), *kept))
        ids = Counter((name, kind) for name, kind, _ in told)
        unexpected = self.mine(trial, self._of_ledger("unexpected"))
        duplicates = twice + sum(count - 1 for count in ids.values()) + len(unexpected)
        accepted = len({outcome.item.text for outcome in trial.outcomes})
        return Fault(trial.fault, "; ".join(seen), accepted, lost=len(self.lost(trial)), duplicates=duplicates)

    def lost(self, trial: Trial) -> set[str]:
        """The transactions and alerts of a trial that are missing anywhere, at any time, and have no letter."""
        after = {*self._of_ledger("missing"), *self.ledger.lost, *self.ledger.unfinished}
        return self.mine(trial, after | {*self.waiting.lost}) - self.waits(trial)

    def waits(self, trial: Trial) -> set[str]:
        """The transactions of a trial that have a letter when all is redriven."""
        return self.mine(trial, {name for waiting in self.ledger.waiting for name in waiting.items})

    def mine(self, trial: Trial, names: Iterable[str]) -> set[str]:
        """Those of a trial: they begin with its transactions' names."""
        own = {outcome.item.id for outcome in trial.outcomes}
        return {name for name in names if name.replace(":", " ").split(" ")[0] in own}

    def _of_ledger(self, kind: str) -> set[str]:
        return {name for line in self.ledger.lines for name in getattr(line, kind)}


def reckon(
    stage: Stage, trials: Sequence[Trial], started_at: datetime, hallmark: Command, heard: Subscription
) -> Reckoning:
    """Read what has failed, redrive it, wait until all is decided, and count."""
    failing = [trial for trial in trials if trial.fails]
    done = _done(failing)
    kept = Counter(letter.execution for letter in letters(trials[0]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "PATIENCE_SECONDS", WAITING_SECONDS)
        waiting = _ledger(stage, failing, started_at, heard)
    _five_minutes_later(stage, failing)
    stuck = {str(item["transaction_id"]) for item in still(stage, clock.now())}
    for what in ("failures", "stuck"):
        hallmark("redrive", what, "--target", "aws")
    ledger = _ledger(stage, trials, started_at, heard)
    said = [one.message for one in {one.id: one for one in heard.hear()}.values()]
    names = ("transactionId", "kind", "alertId")
    return Reckoning(
        done, kept, waiting, stuck, ledger, Counter((*(str(one[name]) for name in names),) for one in said)
    )


def _done(failing: Sequence[Trial]) -> dict[str, frozenset[str]]:
    """Return what was done about each failed execution, waiting for what must be."""
    wanted = {arn: steps for trial in failing for arn, steps in trial.fails.items()}

    def look() -> dict[str, frozenset[str]]:
        kept = {letter.execution for letter in letters(failing[0])}
        executions = [(trial, one) for trial in failing for one in trial.executions.values() if one.arn in trial.fails]
        marked = {one.arn for trial, one in executions if trial.marked(one)}
        steps = {KEPT: kept, MARKED: marked}
        return {arn: frozenset(step for step, of in steps.items() if arn in of) for arn in wanted}

    # What does not come is a difference that the fault's own test shows.
    with suppress(AssertionError):
        wait_for(lambda: all(wanted[arn] <= steps for arn, steps in look().items()), "all failures", 60, 0.5)
    return look()


def _five_minutes_later(stage: Stage, failing: Sequence[Trial]) -> None:
    """Let what the table does not say is failed have moved five minutes earlier."""
    for trial in failing:
        for item in _unmarked(trial):
            stage.client("dynamodb").update_item(
                TableName=stage.outputs[Output.STATE_TABLE],
                Key={"transaction_id": {"S": item["transaction_id"]}, "timestamp": {"N": str(item["timestamp"])}},
                UpdateExpression="SET opened_at = :at, states = :states",
                ExpressionAttributeValues={
                    ":at": {"S": _earlier(item["opened_at"])},
                    ":states": {"M": {name: {"S": _earlier(at)} for name, at in item["states"].items()}},
                },
            )


def _unmarked(trial: Trial) -> Iterator[Item]:
    for number, execution in trial.executions.items():
        if MARKED not in trial.fails.get(execution.arn, {MARKED}):
            one = next(outcome.item for outcome in trial.outcomes if outcome.item.number == number)
            item = trial.record(one) if one.identity else None
            if item and "open" in item:
                yield item


def _earlier(at: str) -> str:
    return clock.to_text(clock.from_text(at) - PASSED)


def _ledger(stage: Stage, trials: Sequence[Trial], started_at: datetime, heard: Subscription) -> ScreeningLedger:
    outcomes = tuple(outcome for trial in trials for outcome in trial.outcomes)
    executions = {number: one for trial in trials for number, one in trial.executions.items()}
    run = Run(started_at, (clock.now() - started_at).total_seconds(), outcomes)
    return reconcile(stage, run, executions, heard, lambda _: None)
