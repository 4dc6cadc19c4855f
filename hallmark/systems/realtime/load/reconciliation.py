"""The reconciliation of a run's transactions: the ledger, and the time of each verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hallmark import clock
from hallmark.load.account import Account
from hallmark.load.kinds import REGULAR
from hallmark.load.plan import Arrival
from hallmark.load.reconciliation import Reconciliation
from hallmark.load.run_file import RunFile, Sample
from hallmark.progress import Callback
from hallmark.sending.outcome import Outcome, Run, Status
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.ledger.buffer_queue import Counted
from hallmark.systems.realtime.ledger.card_ledger import CardLedger
from hallmark.systems.realtime.ledger.expectation import pairs
from hallmark.systems.realtime.ledger.reconcile import judge, observe
from hallmark.systems.realtime.outputs import Output

Pair = tuple[str, str]


@dataclass(frozen=True)
class CardReconciliation(Reconciliation):
    """The ledger of a run, the events that its archive gained, and the verdicts' times by (transaction id, rule id).

    `verdict_delays` are milliseconds from `receivedAt` to the record of the detector's success on the audit bus, both
    by the stage's own clock; the verdict record is written before. A pair without one is in `missing`.
    """

    ledger: CardLedger
    archived: int
    verdict_delays: Mapping[Pair, float]
    missing: frozenset[Pair]

    @property
    def figures(self) -> Mapping[str, int]:
        """The archive's new events, and the number of verdicts."""
        return {"archived": self.archived, "verdicts": sum(self.ledger.verdicts.values())}

    @property
    def notes(self) -> tuple[str, ...]:
        """What waits; and that the archive's and the stage's counts include more than the run's accepted requests."""
        more = self.archived - self.ledger.accepted
        note = (
            f"{more} more events in the archive than accepted requests: other traffic, or requests without an answer; "
            "usage includes them, and `archive missing` cannot tell them apart"
        )
        return (*super().notes, note) if more > 0 else super().notes


def archive_size(stage: Stage) -> int:
    """Return the number of events in the archive of transactions; AWS updates it only within a day.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
    """
    answer = stage.client("events").describe_archive(ArchiveName=stage.outputs[Output.TRANSACTION_ARCHIVE])
    return int(answer["EventCount"])


def reconcile(
    stage: Stage, run: RunFile, planned: Sequence[Arrival], drain_buffer: bool, account: Account, progress: Callback
) -> CardReconciliation:
    """Wait until the pipeline is quiet, and reconcile every card transaction of a run, including the warm-up's."""
    sent = carried(run, planned)
    counted = Counted.of(account.counted["buffer"]) if "buffer" in account.counted else None
    if counted is None and drain_buffer:
        counted = Counted()

    def keep() -> None:
        if counted is not None:
            account.keep("buffer", counted.rows)

    observed = observe(stage, sent, drain_buffer=drain_buffer, progress=progress, counted=counted, keep=keep)
    if observed.buffer is not None:
        account.keep("buffer", observed.buffer.counted.rows)
    due, times = pairs(observed.expectations), observed.log.judged_at
    received = {identity: expected.received_at for identity, expected in observed.expectations.items()}
    delays = {pair: _milliseconds(received[pair[0]], times[pair]) for pair in due & times.keys()}
    ledger = judge(stage, sent, observed)
    archived = _archived(stage, run, ledger.accepted, account)
    return CardReconciliation(ledger, archived, delays, frozenset(due - times.keys()))


def _archived(stage: Stage, run: RunFile, accepted: int, account: Account) -> int:
    """Return by how many events the archive has grown since the run began; once all are there, as it was then.

    Later it has other runs' events, too.
    """
    kept = int(account.counted.get("archived", 0))
    if kept < accepted:
        kept = archive_size(stage) - run.counted_before
        account.keep("archived", kept)
    return kept


def carried(run: RunFile, planned: Sequence[Arrival]) -> Run[Transaction]:
    """Return the outcomes of a run's card transactions, in the order in which they were due."""
    samples = {sample.index: sample for sample in run.samples}
    cards = (arrival for arrival in planned if arrival.kind == REGULAR)
    outcomes = tuple(_outcome(arrival, samples.get(arrival.index)) for arrival in cards)
    seconds = max((arrival.due for arrival in planned), default=0.0)
    return Run(clock.from_text(run.started), seconds, outcomes, run.terms.mark)


def _outcome(arrival: Arrival, sample: Sample | None) -> Outcome[Transaction]:
    assert isinstance(arrival.item, Transaction)
    if sample is not None and sample.status == 202:
        return Outcome(arrival.item, Status.ACCEPTED, sample.received_at)
    return Outcome(arrival.item, Status.FAILED, reason=str(sample.status) if sample else "not sent")


def _milliseconds(begin: str, end: str) -> float:
    return (clock.from_text(end) - clock.from_text(begin)).total_seconds() * 1000
