"""The reconciliation of a run's files: the ledger, each upload's times, and what the platform gives each function."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hallmark import clock
from hallmark.load.account import Account
from hallmark.load.kinds import REGULAR
from hallmark.load.plan import Arrival
from hallmark.load.run_file import RunFile, Sample
from hallmark.load.ways import Way, WayReconciliation
from hallmark.progress import Callback
from hallmark.sending.outcome import Outcome, Run, Status
from hallmark.stage import Stage
from hallmark.systems.bank_upload.files import BankFile
from hallmark.systems.bank_upload.following import Heard, is_finished
from hallmark.systems.bank_upload.load.platform import means_of
from hallmark.systems.bank_upload.notifications import Said
from hallmark.systems.bank_upload.reconcile import reconcile as reconcile_files
from hallmark.systems.bank_upload.table import StatusTable
from hallmark.systems.bank_upload.uploader import TAKEN, Answer

ANNOUNCEMENTS = "announcements"
NOT_HEARD = (
    "nobody listened to the topic while the run was sent, so its messages are not compared; "
    "each upload's record has the time of its announcement"
)


@dataclass(frozen=True)
class UploadReconciliation(WayReconciliation):
    """The reconciliation of uploads; `posted` are the rows of every answered file, also of one that came before."""

    posted: int
    heard: bool

    @property
    def figures(self) -> Mapping[str, int]:
        """The rows that were read and stored; and those that were judged, by the API and again by the workflow."""
        found = super().figures
        return {**found, "rows judged": self.posted + found["rows"]}

    @property
    def notes(self) -> tuple[str, ...]:
        """The ledger's differences, and whether the topic was heard."""
        return super().notes if self.heard else (*super().notes, NOT_HEARD)


class Kept:
    """What the topic had said when the run was judged for the first time."""

    def __init__(self, said: Sequence[Sequence[Said]]) -> None:
        self._said = said

    def hear(self) -> dict[str, list[tuple[Said, Said]]]:
        """Return the messages with their attributes, by upload."""
        found: dict[str, list[tuple[Said, Said]]] = {}
        for message, attributes in self._said:
            found.setdefault(str(message.get("uploadId") or message.get("key")), []).append((message, attributes))
        return found


def reconcile(
    stage: Stage,
    run: RunFile,
    planned: Sequence[Arrival],
    heard: Heard | None,
    account: Account,
    progress: Callback,
) -> UploadReconciliation:
    """Wait for the ends of a run's uploads, including the warm-up's, and compare all that is stored and announced.

    Messages can be heard only once: they are kept in the run's account.
    """
    sent, answers = answered(run, planned)
    if ANNOUNCEMENTS in account.counted:
        heard = Kept(account.counted[ANNOUNCEMENTS])
    ledger = reconcile_files(stage, sent, answers, heard, progress)
    if heard:
        account.keep(ANNOUNCEMENTS, [one for said in heard.hear().values() for one in said])
    ways = dict(_ways(stage, sent, answers))
    first = frozenset(one.item.id for one in sent.outcomes if one.status is Status.ACCEPTED)
    posted = sum(int(one.body["rows"]) for one in answers.values())
    return UploadReconciliation(ledger, ways, first - ways.keys(), means_of(stage), posted, heard is not None)


def answered(run: RunFile, planned: Sequence[Arrival]) -> tuple[Run[BankFile], dict[str, Answer]]:
    """Return the outcomes of a run's files in the order in which they were due, and the answers that took them."""
    samples = {sample.index: sample for sample in run.samples}
    answers: dict[str, Answer] = {}
    outcomes: list[Outcome[BankFile]] = []
    seen: set[str] = set()
    for arrival in (one for one in planned if one.kind == REGULAR):
        file, sample = arrival.item, samples.get(arrival.index)
        assert isinstance(file, BankFile)
        if sample is None or sample.status != TAKEN:
            outcomes.append(Outcome(file, Status.FAILED, reason=_why(sample)))
            continue
        body: dict[str, Any] = json.loads(sample.receipt)
        answers[file.id] = Answer(TAKEN, body)
        status = Status.DUPLICATE if body["uploadId"] in seen else Status.ACCEPTED
        seen.add(body["uploadId"])
        outcomes.append(Outcome(file, status, received_at=body["receivedAt"]))
    seconds = max((arrival.due for arrival in planned), default=0.0)
    return Run(clock.from_text(run.started), seconds, tuple(outcomes), run.terms.mark), answers


def _why(sample: Sample | None) -> str:
    return str(sample.status) if sample else "not sent"


def _ways(stage: Stage, sent: Run[BankFile], answers: Mapping[str, Answer]) -> Iterator[tuple[str, Way]]:
    """Yield each upload's way, under the id of the first of its files."""
    files = {answers[one.item.id].body["uploadId"]: one.item.id for one in reversed(sent.carried)}
    for upload, item in StatusTable(stage).uploads(files).items():
        if is_finished(item):
            begin, end = (clock.from_text(str(item[name])).timestamp() for name in ("receivedAt", "finishedAt"))
            yield files[upload], Way(begin, end, int(item.get("rows", 0)), int(item.get("stored", 0)))
