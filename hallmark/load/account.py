"""What became of a run's transactions: the ledger, and how long each verdict took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hallmark.ledger.expectation import pairs
from hallmark.ledger.ledger import Ledger
from hallmark.ledger.settle import judge, observe
from hallmark.load.plan import CARD, Arrival
from hallmark.load.run_file import RunFile, Sample
from hallmark.stage import Stage
from hallmark.traffic import clock
from hallmark.traffic.outcome import Callback, Outcome, Run, Status

ARCHIVE = "TransactionArchive"
Pair = tuple[str, str]


@dataclass(frozen=True)
class Account:
    """The ledger of a run, how many events its archive gained, and by (transaction id, rule id) the verdicts' times.

    `verdict_delays` are milliseconds from `receivedAt` to the record of the detector's success on the audit bus, both
    by the stage's own clock; the verdict record is written before. A pair without one is in `missing`.
    """

    ledger: Ledger
    archived: int
    verdict_delays: Mapping[Pair, float]
    missing: frozenset[Pair]


def archive_size(stage: Stage) -> int:
    """Return the number of events in the archive of transactions; AWS reconciles it within a day only.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
    """
    answer = stage.client("events").describe_archive(ArchiveName=stage.outputs[ARCHIVE])
    return int(answer["EventCount"])


def account(stage: Stage, run: RunFile, planned: Sequence[Arrival], drain_buffer: bool, progress: Callback) -> Account:
    """Wait until the pipeline is quiet and account for every card transaction of a run, the warm-up's too."""
    sent = carried(run, planned)
    observed = observe(stage, sent, drain_buffer=drain_buffer, progress=progress)
    due, times = pairs(observed.expectations), observed.log.judged_at
    received = {identity: expected.received_at for identity, expected in observed.expectations.items()}
    delays = {pair: _milliseconds(received[pair[0]], times[pair]) for pair in due & times.keys()}
    archived = archive_size(stage) - run.archived_before
    return Account(judge(sent, observed), archived, delays, frozenset(due - times.keys()))


def carried(run: RunFile, planned: Sequence[Arrival]) -> Run:
    """Return the outcomes of a run's card transactions, in the order in which they were due."""
    samples = {sample.index: sample for sample in run.samples}
    cards = (arrival for arrival in planned if arrival.kind == CARD)
    outcomes = tuple(_outcome(arrival, samples.get(arrival.index)) for arrival in cards)
    seconds = max((arrival.due for arrival in planned), default=0.0)
    return Run(clock.from_text(run.started), seconds, outcomes)


def _outcome(arrival: Arrival, sample: Sample | None) -> Outcome:
    if sample is not None and sample.status == 202:
        return Outcome(arrival.transaction, Status.ACCEPTED, sample.received_at)
    return Outcome(arrival.transaction, Status.FAILED, reason=str(sample.status) if sample else "not sent")


def _milliseconds(begin: str, end: str) -> float:
    return (clock.from_text(end) - clock.from_text(begin)).total_seconds() * 1000
