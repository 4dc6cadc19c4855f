"""The reconciliation of a run's transactions: the ledger, and the time of each verdict."""

import json
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
class Archived:
    """How many of a run's accepted transactions are in the archive and are not, and others' of the same time."""

    ours: int
    missing: int
    others: int


@dataclass(frozen=True)
class CardReconciliation(Reconciliation):
    """The ledger of a run, what the archive has of it, and the verdicts' times by (transaction id, rule id).

    `verdict_delays` are milliseconds from `receivedAt` to the record of the detector's success on the audit bus, both
    by the stage's own clock; the verdict record is written before. A pair without one is in `missing`.
    """

    ledger: CardLedger
    archived: Archived | None
    verdict_delays: Mapping[Pair, float]
    missing: frozenset[Pair]

    @property
    def figures(self) -> Mapping[str, int]:
        """The archived transactions, where they are shown, and the number of verdicts."""
        archived = {"archived": self.archived.ours} if self.archived else {}
        return {**archived, "verdicts": sum(self.ledger.verdicts.values())}

    @property
    def notes(self) -> tuple[str, ...]:
        """The ledger's differences; and that the stage's usage includes more than the run's accepted requests."""
        others = self.archived.others if self.archived else 0
        note = f"{others} transactions of others, or without an answer, meanwhile: usage includes them"
        return (*super().notes, note) if others else super().notes


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
    return CardReconciliation(ledger, _archived(stage, sent), delays, frozenset(due - times.keys()))


def _archived(stage: Stage, run: Run[Transaction]) -> Archived | None:
    """Return what the archive shows, which on AWS is nothing."""
    shown = stage.archived(stage.outputs[Output.TRANSACTION_ARCHIVE])
    if shown is None:
        return None
    received = {detail["transactionId"]: detail["receivedAt"] for detail in map(json.loads, shown)}
    ours = {outcome.item.id for outcome in run.carried}
    begin, end = clock.to_text(run.started_at), max((one.received_at for one in run.carried), default="")
    others = sum(begin <= time <= end for identity, time in received.items() if identity not in ours)
    return Archived(len(ours & received.keys()), len(ours - received.keys()), others)


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
        return Outcome(arrival.item, Status.ACCEPTED, sample.receipt)
    return Outcome(arrival.item, Status.FAILED, reason=str(sample.status) if sample else "not sent")


def _milliseconds(begin: str, end: str) -> float:
    return (clock.from_text(end) - clock.from_text(begin)).total_seconds() * 1000
