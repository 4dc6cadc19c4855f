"""What is missing and what came twice, of all trials at once: the ledgers before and after redriving, and the topic."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from hallmark import clock
from hallmark.evidence import Fault
from hallmark.ledger import patience
from hallmark.redrive import redrive_stuck
from hallmark.sending.outcome import Run
from hallmark.stage import Stage
from hallmark.stuck import LIMIT_SECONDS
from hallmark.systems.bank_upload.failures import failures
from hallmark.systems.bank_upload.following import DONE, FAILED
from hallmark.systems.bank_upload.ledger import UploadLedger
from hallmark.systems.bank_upload.notifications import Notifications
from hallmark.systems.bank_upload.reconcile import reconcile
from hallmark.systems.bank_upload.table import StatusTable
from tests.integration.bank_upload.faults.injections import KEPT, MARKED, TOLD
from tests.integration.bank_upload.faults.trial import Trial
from tests.support.command import Command
from tests.support.waiting import wait_for

# What is given up does not change any more.
WAITING_SECONDS = 1.0
QUEUES = ("event-failure", "upload-failure")


@dataclass(frozen=True)
class Reckoning:
    """Before redriving: what was `done` about each failed upload, and the ledger. Afterwards the ledger, the uploads
    that were `stuck`, and how often each message was heard, by its upload, status and id."""

    done: Mapping[str, frozenset[str]]
    waiting: UploadLedger
    stuck: set[str]
    ledger: UploadLedger
    heard: Counter[tuple[str, str, str]]

    def row(self, trial: Trial) -> Fault:
        """What came of one fault, counted and in words."""
        answers = ", ".join(f"{number} x {status}" for status, number in sorted(trial.answers.items()))
        told = [f"strikes: {trial.strikes}", f"answers: {answers}", f"announcements: {self._messages(trial, DONE)}"]
        if failed := self._messages(trial, FAILED):
            told.append(f"told as failed: {failed}")
        if trial.fails:
            steps = sorted({step for upload in trial.fails for step in self.done[upload]})
            told.append(f"given up ({', '.join(steps) or 'nobody was told'}), done again")
        twice = sum(count - 1 for (upload, _, _), count in self.heard.items() if upload in trial.uploads)
        unexpected = self.mine(trial, self._of_ledger("unexpected"))
        lost, accepted = self.lost(trial), len({one.item.id for one in trial.outcomes})
        return Fault(trial.fault, "; ".join(told), accepted, lost=len(lost), duplicates=twice + len(unexpected))

    def lost(self, trial: Trial) -> set[str]:
        """The files, rows and announcements of a trial that are missing anywhere, at any time."""
        # What is stuck has no letter that could stand for it.
        before = set() if trial.fails.keys() & self.stuck else {*self.waiting.lost}
        return self.mine(trial, {*self._of_ledger("missing"), *self.ledger.lost, *self.ledger.unfinished, *before})

    def mine(self, trial: Trial, names: Iterable[str]) -> set[str]:
        """Those of a trial: they name its files, its rows or its uploads."""
        marks = [trial.prefix, *trial.uploads]
        return {name for name in names if any(mark in name for mark in marks)}

    def _of_ledger(self, kind: str) -> set[str]:
        return {name for table in self.ledger.tables for line in table.lines for name in getattr(line, kind)}

    def _messages(self, trial: Trial, status: str) -> int:
        counts = (count for (upload, of, _), count in self.heard.items() if upload in trial.uploads and of == status)
        return sum(counts)


def reckon(
    stage: Stage, trials: Sequence[Trial], started_at: datetime, hallmark: Command, heard: Notifications
) -> Reckoning:
    """Read what is given up, do it again, wait until all is done, and count."""
    done = _given_up(stage, trials, heard)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "PATIENCE_SECONDS", WAITING_SECONDS)
        waiting = _ledger(stage, [trial for trial in trials if trial.fails], started_at, heard)
    for queue in QUEUES:
        hallmark("redrive", queue, "--target", "aws")
    stuck = _redrive_stuck(stage)
    ledger = _ledger(stage, trials, started_at, heard)
    said = [message for messages in heard.hear().values() for message, _ in messages]
    names = ("uploadId", "status", "messageId")
    return Reckoning(done, waiting, stuck, ledger, Counter((*(one[name] for name in names),) for one in said))


def _given_up(stage: Stage, trials: Sequence[Trial], heard: Notifications) -> dict[str, frozenset[str]]:
    """Return what was done about each upload that is given up, waiting for what must be."""
    wanted = {upload: steps for trial in trials for upload, steps in trial.fails.items()}
    table = StatusTable(stage)

    def look() -> dict[str, frozenset[str]]:
        kept = {upload for trial in trials if trial.fails for upload in trial.letters()}
        marked = {upload for upload, item in table.uploads(wanted).items() if item["status"] == FAILED}
        said = heard.hear()
        told = {upload for upload in wanted if any(one["status"] == FAILED for one, _ in said.get(upload, ()))}
        steps = {KEPT: kept, MARKED: marked, TOLD: told}
        return {upload: frozenset(step for step, of in steps.items() if upload in of) for upload in wanted}

    # What does not come is a difference that the fault's own test shows.
    with suppress(AssertionError):
        wait_for(lambda: all(wanted[upload] <= steps for upload, steps in look().items()), "all failures", 60, 0.5)
    return look()


def _redrive_stuck(stage: Stage) -> set[str]:
    """Run again what is stuck, seen five minutes later; return the uploads."""
    later = clock.now() + timedelta(seconds=LIMIT_SECONDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        knowing = failures()
        stuck = {name for name, _ in knowing.stuck(stage)} if knowing.stuck else set()
        outcome = redrive_stuck(stage, knowing, limit=None, dry_run=False, progress=lambda _: None)
    assert not outcome.failed, outcome.failed
    return stuck


def _ledger(stage: Stage, trials: Sequence[Trial], started_at: datetime, heard: Notifications) -> UploadLedger:
    outcomes = tuple(outcome for trial in trials for outcome in trial.outcomes)
    answers = {name: answer for trial in trials for name, answer in trial.posted.items()}
    run = Run(started_at, (clock.now() - started_at).total_seconds(), outcomes)
    return reconcile(stage, run, answers, heard, lambda _: None)
