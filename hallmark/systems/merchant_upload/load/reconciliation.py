"""The reconciliation of a run's files: the ledger, each file's times, and what the platform gives each function."""

import json
from collections.abc import Iterator, Mapping, Sequence

from hallmark import clock
from hallmark.load.kinds import REGULAR
from hallmark.load.plan import Arrival
from hallmark.load.run_file import RunFile, Sample
from hallmark.load.ways import Way, WayReconciliation
from hallmark.progress import Callback
from hallmark.sending.outcome import Outcome, Run, Status
from hallmark.stage import Stage
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.following import is_finished
from hallmark.systems.merchant_upload.load.platform import means_of
from hallmark.systems.merchant_upload.reconcile import reconcile as reconcile_files
from hallmark.systems.merchant_upload.table import TransactionsTable
from hallmark.systems.merchant_upload.uploader import Uploaded


def reconcile(stage: Stage, run: RunFile, planned: Sequence[Arrival], progress: Callback) -> WayReconciliation:
    """Wait for the verdicts on every row of a run's files, including the warm-up's, and compare all that is stored."""
    sent, uploaded = carried(run, planned)
    ledger = reconcile_files(stage, sent, uploaded, progress)
    ways = dict(_ways(stage, sent, uploaded))
    unfinished = frozenset(one.item.id for one in sent.carried) - ways.keys()
    return WayReconciliation(ledger, ways, unfinished, means_of(stage))


def carried(run: RunFile, planned: Sequence[Arrival]) -> tuple[Run[MerchantFile], dict[str, Uploaded]]:
    """Return the outcomes of a run's files in the order in which they were due, and where they were uploaded to."""
    samples = {sample.index: sample for sample in run.samples}
    outcomes: list[Outcome[MerchantFile]] = []
    uploaded: dict[str, Uploaded] = {}
    for arrival in planned:
        sample = samples.get(arrival.index)
        if arrival.kind == REGULAR:
            outcomes.append(_outcome(arrival, sample))
            if outcomes[-1].carried and sample is not None:
                uploaded[arrival.item.id] = Uploaded(*json.loads(sample.receipt))
    seconds = max((arrival.due for arrival in planned), default=0.0)
    return Run(clock.from_text(run.started), seconds, tuple(outcomes), run.terms.mark), uploaded


def _outcome(arrival: Arrival, sample: Sample | None) -> Outcome[MerchantFile]:
    assert isinstance(arrival.item, MerchantFile)
    if sample is not None and sample.status == 201:
        return Outcome(arrival.item, Status.ACCEPTED)
    return Outcome(arrival.item, Status.FAILED, reason=str(sample.status) if sample else "not sent")


def _ways(stage: Stage, sent: Run[MerchantFile], uploaded: Mapping[str, Uploaded]) -> Iterator[tuple[str, Way]]:
    keys = {f"{one.item.merchant}#{uploaded[one.item.id].upload_id}": one.item.id for one in sent.carried}
    for (upload, _), item in TransactionsTable(stage).items((upload, 0) for upload in keys).items():
        if is_finished(item):
            begin, end = (clock.from_text(item[name]).timestamp() for name in ("uploadedAt", "finishedAt"))
            yield keys[upload], Way(begin, end, int(item.get("rows", 0)), int(item.get("stored", 0)))
