"""Carries transactions through a deployed stage and settles the ledger."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import urllib3

from hallmark.ledger.ledger import Ledger
from hallmark.ledger.settle import settle
from hallmark.stage import Stage
from hallmark.traffic import clock
from hallmark.traffic.client import ApiClient
from hallmark.traffic.lanes import Lanes, Pace
from hallmark.traffic.outcome import Callback, Outcome, Progress, Run, Status
from hallmark.traffic.transaction import Transaction
from infra.errors import UserError

_PROGRESS_SECONDS = 0.2
_GIVE_UP_AFTER = 5


def send(
    stage: Stage,
    transactions: Iterable[Transaction],
    *,
    rate: float | None,
    concurrency: int,
    drain_buffer: bool,
    progress: Callback,
) -> Ledger:
    """Send the transactions, wait until the pipeline is quiet, and return the ledger.

    `rate` is in transactions a second over all lanes, None for no limit; `concurrency` is in requests at a time.
    With `drain_buffer` the buffer queue's messages are received and deleted, also those of other runs.
    UserError when the stage refuses the key or does not answer, and on Ctrl-C.
    """
    run = carry(stage, list(transactions), rate=rate, concurrency=concurrency, progress=progress)
    try:
        return settle(stage, run, drain_buffer=drain_buffer, progress=progress)
    except KeyboardInterrupt:
        raise UserError(
            f"Interrupted after all {len(run.outcomes)} answers, before the pipeline was quiet: nothing is proved. "
            "Send the same file again to settle it."
        ) from None


def carry(
    stage: Stage, transactions: Sequence[Transaction], *, rate: float | None, concurrency: int, progress: Callback
) -> Run:
    """Send the transactions, each account's strictly one after another, and return their outcomes in input order."""
    started_at = clock.now()
    begin = time.monotonic()
    with urllib3.PoolManager(maxsize=concurrency, block=True) as pool:
        stop = Event()
        api = ApiClient(stage.api_url, stage.api_key, started_at.replace(microsecond=0), pool, stop)
        crew = _Crew(transactions, api, Pace(rate), give_up_after=max(_GIVE_UP_AFTER, concurrency))
        try:
            crew.work(concurrency, progress)
        except KeyboardInterrupt:
            raise UserError(
                f"Interrupted after {len(crew.outcomes)} of {len(transactions)} answers: the ledger was not settled. "
                "What was answered stays accepted; the same file can be sent again."
            ) from None
        finally:
            stop.set()
            crew.lanes.close()
    outcomes = tuple(crew.outcomes[index] for index in range(len(transactions)))
    return Run(started_at, time.monotonic() - begin, outcomes)


@dataclass
class _Crew:
    """The workers of one run and what they share."""

    transactions: Sequence[Transaction]
    api: ApiClient
    pace: Pace
    give_up_after: int
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    trouble: BaseException | None = None
    failed_in_a_row: int = 0

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.transactions)
        self._lock = Lock()

    def work(self, concurrency: int, progress: Callback) -> None:
        """Run the workers to the end, reporting now and then; raises what stopped them."""
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
        progress(Progress("sending", counts.total(), len(self.transactions), counts))

    def _worker(self) -> None:
        try:
            while (index := self.lanes.take()) is not None:
                self.pace.wait()
                self._record(index, self.api.send(self.transactions[index]))
                self.lanes.done(index)
        except BaseException as error:
            self.trouble = self.trouble or error
            self.api.stop.set()
            self.lanes.close()

    def _record(self, index: int, outcome: Outcome) -> None:
        with self._lock:
            self.outcomes[index] = outcome
            self.counts[outcome.status] += 1
            self.failed_in_a_row = self.failed_in_a_row + 1 if outcome.status is Status.FAILED else 0
        if self.failed_in_a_row >= self.give_up_after:
            raise UserError(
                f"The stage does not take transactions: {self.failed_in_a_row} in a row failed, the last with "
                f"`{outcome.reason}`. Check `hallmark status`, then send again."
            )
