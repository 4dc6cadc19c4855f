"""What is missing and what came twice, of all trials at once: the ledgers before and after redriving, and the topic."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest

from hallmark import clock
from hallmark.evidence import Fault
from hallmark.ledger import patience
from hallmark.sending.outcome import Run
from hallmark.stage import Stage
from hallmark.systems.merchant_upload import following
from hallmark.systems.merchant_upload.following import alert_of
from hallmark.systems.merchant_upload.ledger import FileLedger
from hallmark.systems.merchant_upload.reconcile import reconcile
from hallmark.systems.merchant_upload.table import TransactionsTable
from tests.integration.merchant_upload.faults.trial import Json, Trial
from tests.support.command import Command

# What waits in a queue does not change, and what the embedded stage tries again follows soon.
WAITING_SECONDS, EMBEDDED_SECONDS = 1.0, 15.0
QUEUES = ("validation-failure", "anomaly-failure")


@dataclass(frozen=True)
class Reckoning:
    """The faults whose work `waited` in queues and its ledger then, that of all trials at the end, and alerts.

    By their rows, `heard` counts those that came through the topic, and `kept` has those of the table.
    """

    waited: set[str]
    waiting: FileLedger
    ledger: FileLedger
    heard: Counter[str]
    kept: set[str]

    def row(self, trial: Trial) -> Fault:
        """What came of one fault, counted and in words."""
        alerts = self.of(trial)
        answers = ", ".join(f"{number} x {status}" for status, number in sorted(trial.answers.items()))
        told = [
            f"strikes: {trial.strikes}",
            f"answers: {answers}",
            f"files done: {len(trial.outcomes) - len(self.mine(trial, self.ledger.unfinished))}",
            f"alerts: {alerts.total()}",
        ]
        if trial.letter:
            told.append("waited in a queue, done again from there")
        lost, twice = self.lost(trial), alerts.total() - len(alerts) + len(self.mine(trial, self.unexpected()))
        return Fault(trial.fault, "; ".join(told), accepted=len(trial.outcomes), lost=len(lost), duplicates=twice)

    def of(self, trial: Trial) -> Counter[str]:
        """How often each of the trial's alerts was heard, by its row."""
        return Counter({name: number for name, number in self.heard.items() if trial.prefix in name})

    def unheard(self, trial: Trial) -> set[str]:
        """The trial's rows whose alert is kept and not heard, or the other way round."""
        return self.mine(trial, self.kept ^ set(self.heard))

    def lost(self, trial: Trial) -> set[str]:
        """The files, rows and alerts of a trial that are missing anywhere, at any time."""
        lines = [line for table in self.ledger.tables for line in table.lines]
        missing = {name for line in lines for name in line.missing}
        return self.mine(trial, missing | {*self.ledger.lost, *self.waiting.lost, *self.ledger.unfinished})

    def unexpected(self) -> set[str]:
        """What is where it is not expected."""
        return {name for table in self.ledger.tables for line in table.lines for name in line.unexpected}

    def mine(self, trial: Trial, names: Iterable[str]) -> set[str]:
        """Those of a trial: they name its files, its rows or its uploads."""
        marks = [trial.prefix, *(place.upload_id for place in trial.uploaded.values())]
        return {name for name in names if any(mark in name for mark in marks)}


def reckon(
    stage: Stage, trials: Sequence[Trial], started_at: datetime, hallmark: Command, alerts: Callable[[], list[Json]]
) -> Reckoning:
    """Read what waits, do it again, wait until all is done, and count."""
    waited = {trial.fault for trial in trials if trial.letters()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "PATIENCE_SECONDS", WAITING_SECONDS)
        waiting = _ledger(stage, [trial for trial in trials if trial.letter], started_at)
    with pytest.MonkeyPatch.context() as patch:
        if stage.target == "embedded":
            patch.setattr(patience, "PATIENCE_SECONDS", EMBEDDED_SECONDS)
        for queue in QUEUES:
            hallmark("redrive", queue, "--target", "aws")
        ledger = _ledger(stage, trials, started_at)
    rows = {name for trial in trials for name in trial.names}
    kept = TransactionsTable(stage).items((alert_of(name), 0) for name in rows)
    heard = Counter(_heard(alerts()))
    return Reckoning(waited, waiting, ledger, heard, {name.removesuffix(following.ALERT) for name, _ in kept})


def _ledger(stage: Stage, trials: Sequence[Trial], started_at: datetime) -> FileLedger:
    outcomes = tuple(outcome for trial in trials for outcome in trial.outcomes)
    uploaded = {name: place for trial in trials for name, place in trial.uploaded.items()}
    run = Run(started_at, (clock.now() - started_at).total_seconds(), outcomes)
    return reconcile(stage, run, uploaded, lambda _: None)


def _heard(alerts: Iterable[Json]) -> Iterator[str]:
    for message in (json.loads(alert["Message"]) for alert in alerts):
        yield f"{message['merchant']}#{message['transactionId']}"
