"""Reconciles a run of files: wait for their ends, read back what there is, and compare it with a plain reading."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from hallmark import clock
from hallmark.ledger.patience import wait
from hallmark.ledger.waiting import Waiting, given_up, letters, waiting
from hallmark.progress import Callback, Progress
from hallmark.sending.outcome import Run, Status
from hallmark.stage import Stage
from hallmark.systems.bank_upload import lines, observation
from hallmark.systems.bank_upload.expectation import Sent, expect, names
from hallmark.systems.bank_upload.failures import failures
from hallmark.systems.bank_upload.files import BankFile
from hallmark.systems.bank_upload.following import DONE, Announced, Heard, Uploads, is_finished
from hallmark.systems.bank_upload.ledger import UploadLedger
from hallmark.systems.bank_upload.letters import Owner
from hallmark.systems.bank_upload.lines import Findings
from hallmark.systems.bank_upload.observation import Item, Observed
from hallmark.systems.bank_upload.reading import read, refused
from hallmark.systems.bank_upload.table import StatusTable, TransactionsTable
from hallmark.systems.bank_upload.uploader import TAKEN, Answer


def reconcile(
    stage: Stage, run: Run[BankFile], answers: Mapping[str, Answer], heard: Heard | None, progress: Callback
) -> UploadLedger:
    """Wait until every upload has ended and was announced, or nothing changes any more; return the ledger.

    Without somebody who heard the topic the announcements are not judged.
    """
    status = StatusTable(stage)
    sent = list(_read_again(run, answers, progress))
    given = given_up(stage, failures())
    taken = list(dict.fromkeys(one.upload_id for one in sent if one.answer.status == TAKEN))
    following = Uploads(status, taken, progress)
    wait(following, given)
    new = frozenset(one.upload_id for one in sent if one.answer.status == TAKEN and one.is_new)
    announced = Announced(heard, new, progress) if heard else None
    if following.complete and announced:
        wait(announced, given)
    time.sleep(stage.quiet_seconds)
    if announced:
        announced.poll()
    uploads = status.uploads(one.upload_id for one in sent)
    rows = TransactionsTable(stage).rows(names(sent))
    messages = announced.messages if announced else {}
    observed = Observed(uploads, rows, observation.objects(stage, sent, uploads), messages)
    return _ledger(stage, run, Findings(sent, expect(sent, rows), observed, stage.name, announced is not None))


def _read_again(run: Run[BankFile], answers: Mapping[str, Answer], progress: Callback) -> Iterator[Sent]:
    """Yield the answered files with what a plain reading finds as of their receipt."""
    found = [one for one in run.outcomes if one.item.id in answers]
    for done, outcome in enumerate(found, 1):
        file, answer = outcome.item, answers[outcome.item.id]
        received = _received(answer, run.started_at)
        reading = read(file.content, file.bank, file.report_date, received)
        yield Sent(file, answer, reading, outcome.status is not Status.DUPLICATE, refused(file, run.started_at))
        progress(Progress("reading the files again", done, len(found), Counter()))


def _received(answer: Answer, started_at: datetime) -> datetime:
    """Return when the stage first received a file, as it says, else about when it was sent."""
    with suppress(ValueError):
        return clock.from_text(str(answer.body.get("receivedAt")))
    return started_at


def _ledger(stage: Stage, run: Run[BankFile], found: Findings) -> UploadLedger:
    totals = run.totals
    totals["reasons"] = _reasons(run, found)
    owner = Owner(found.taken)
    waits = waiting(stage, letters(stage, failures(), owner.item_of))
    uploads = found.observed.uploads
    finished = [
        item for upload in found.new if is_finished(item := uploads.get(upload, {})) and item.get("status") == DONE
    ]
    times = [(clock.from_text(str(one["receivedAt"])), clock.from_text(str(one["finishedAt"]))) for one in finished]
    rows = sum(int(one.get("rows", 0)) for one in finished)
    span = (max(end for _, end in times) - min(begin for begin, _ in times)).total_seconds() if times else 0.0
    return UploadLedger(
        **totals,
        mismatches=tuple(lines.mismatches(found)),
        lost=tuple(sorted(lines.lost(found, owner.covered))),
        waiting=waits,
        places=lines.places(found),
        answers=lines.answers(found),
        rejections=lines.rejections(found),
        counts=_counts(found),
        seconds_per_file=tuple(sorted((end - begin).total_seconds() for begin, end in times)),
        rows_per_second=rows / span if span else 0.0,
        unfinished=tuple(_unfinished(found, owner, waits)),
    )


def _reasons(run: Run[BankFile], found: Findings) -> dict[str, int]:
    """Return why files were not taken, of those that had to be."""
    right = {one.file.id for one in found.sent if one.status == one.answer.status}
    wrong = [one for one in run.outcomes if not one.carried and one.item.id not in right]
    return dict(Counter(f"{one.status}: {one.reason}" for one in wrong))


def _counts(found: Findings) -> dict[str, int]:
    expected, seen = found.expected, found.observed
    return {
        "bytes": sum(len(one.file.content) for one in found.sent),
        "rows expected": len(expected.winners) + len(expected.missing),
        "rows observed": len(seen.rows),
        **{f"rows {name}": expected.total(name) for name in ("stored", "duplicates")},
        "conflicts": expected.total("conflicts"),
        "announcements": sum(map(len, seen.messages.values())),
        "failures": len(found.having("failed") & set(found.taken)),
    }


def _unfinished(found: Findings, owner: Owner, waits: Sequence[Waiting]) -> Iterator[str]:
    """Yield what is not finished, how far it is, and where its work is."""
    queues = ", ".join(one.queue for one in waits)
    for upload, one in found.taken.items():
        item: Item = found.observed.uploads.get(upload, {})
        if not is_finished(item):
            where = f"its work waits in {queues}" if upload in owner.covered else "no queue has its work"
            yield f"{one.file.id} is not finished: {item.get('status', 'unknown')}; {where}"
