"""Sends items through a deployed stage and reconciles the ledger."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Generic

import urllib3

from hallmark import clock
from hallmark.ledger.ledger import Ledger
from hallmark.progress import Callback, Progress
from hallmark.sending.http import Http
from hallmark.sending.lanes import Lanes, Pace
from hallmark.sending.outcome import I, Outcome, Run, Status
from hallmark.sending.sending import Options, Sending
from hallmark.stage import Stage
from infra.errors import UserError

CONCURRENCY = 8
_PROGRESS_SECONDS = 0.2
_GIVE_UP_AFTER = 5


def send(sending: Sending[I], stage: Stage, items: Sequence[I], options: Options, progress: Callback) -> Ledger:
    """Send the items, wait until the system is quiet, and return the ledger.

    UserError when the stage refuses the key or does not answer, and on Ctrl-C.
    """
    with sending.observing(stage):
        run = carry(sending, stage, items, options, progress)
        try:
            return sending.reconcile(stage, run, options, progress)
        except KeyboardInterrupt:
            raise UserError(
                f"Interrupted after all {len(run.outcomes)} answers, before the pipeline was quiet: no ledger was "
                "made. Send the same file again."
            ) from None


def carry(sending: Sending[I], stage: Stage, items: Sequence[I], options: Options, progress: Callback) -> Run[I]:
    """Send the items, each lane's strictly one after another; return their outcomes in input order."""
    started_at = clock.now()
    begin = time.monotonic()
    concurrency = options.concurrency or CONCURRENCY
    with urllib3.PoolManager(maxsize=concurrency, block=True) as pool:
        http = Http(pool, Event())
        put = sending.sender(stage, started_at.replace(microsecond=0), http)
        limit = max(_GIVE_UP_AFTER, concurrency)
        crew = _Crew(items, put, http.stop, Pace(options.rate), sending.nouns, give_up_after=limit)
        try:
            crew.work(concurrency, progress)
        except KeyboardInterrupt:
            raise UserError(
                f"Interrupted after {len(crew.outcomes)} of {len(items)} answers: the ledger was not reconciled. "
                "Accepted items stay accepted; the same file can be sent again."
            ) from None
        finally:
            http.stop.set()
            crew.lanes.close()
    outcomes = tuple(crew.outcomes[index] for index in range(len(items)))
    return Run(started_at, time.monotonic() - begin, outcomes, http.mark)


@dataclass
class _Crew(Generic[I]):
    """The workers of one run and their shared state."""

    items: Sequence[I]
    put: Callable[[I], Outcome[I]]
    stop: Event
    pace: Pace
    nouns: str
    give_up_after: int
    outcomes: dict[int, Outcome[I]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    trouble: BaseException | None = None
    failed_in_a_row: int = 0

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.items)
        self._lock = Lock()

    def work(self, concurrency: int, progress: Callback) -> None:
        """Run the workers to the end, reporting progress; raise what stopped them."""
        workers = [Thread(target=self._worker, daemon=True) for _ in range(min(concurrency, len(self.lanes)))]
        for worker in workers:
            worker.start()
        for worker in workers:
            while worker.is_alive():
                worker.join(_PROGRESS_SECONDS)
                self._report(progress)
        self._report(progress)
        if self.trouble is not None:
            raise self.trouble

    def _report(self, progress: Callback) -> None:
        with self._lock:
            counts = Counter(self.counts)
        progress(Progress("sending", counts.total(), len(self.items), counts))

    def _worker(self) -> None:
        try:
            while (index := self.lanes.take()) is not None:
                self.pace.wait()
                self._record(index, self.put(self.items[index]))
                self.lanes.done(index)
        except BaseException as error:
            self.trouble = self.trouble or error
            self.stop.set()
            self.lanes.close()

    def _record(self, index: int, outcome: Outcome[I]) -> None:
        with self._lock:
            self.outcomes[index] = outcome
            self.counts[outcome.status] += 1
            self.failed_in_a_row = self.failed_in_a_row + 1 if outcome.status is Status.FAILED else 0
        if self.failed_in_a_row >= self.give_up_after:
            raise UserError(
                f"The stage does not accept {self.nouns}: {self.failed_in_a_row} in a row failed, the last with "
                f"`{outcome.reason}`. Check `hallmark status`, then send again."
            )
