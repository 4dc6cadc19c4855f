"""What the stage says of a run's uploads and rows, compared with what was expected, without any value of a row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hallmark.csv_files.problems import Problem, problems
from hallmark.systems.bank_upload.content import Content, message_id
from hallmark.systems.bank_upload.expectation import SHOWN_PROBLEMS, Sent, UploadExpected, Winner
from hallmark.systems.bank_upload.following import DONE, FAILED, REFUSED
from hallmark.systems.bank_upload.uploader import TAKEN

Item = Mapping[str, Any]
_STATES = {DONE: ("received", "stored", "validated", "processed", "announced"), REFUSED: ("received", "refused")}


def answer(sent: Sent) -> Iterator[str]:
    """Yield how an answer differs."""
    said = sent.answer
    if said.status != sent.status:
        yield f"{sent.file.id}: answered {said.status}, expected {sent.status} ({sent.file.form})"
        return
    wanted: dict[str, object] = {}
    if sent.status == TAKEN:
        wanted = {"uploadId": sent.upload_id, "rows": len(sent.rows), "contentHash": sent.file.sha256}
    elif sent.problems:
        wanted = {"problemCount": len(sent.problems)}
        if not shows(sent.problems, said.problems):
            yield f"{sent.file.id}: other problems than the file has"
    yield from (
        f"{sent.file.id}: answered another {name}" for name, value in wanted.items() if said.body.get(name) != value
    )


def shows(every: Sequence[Problem], shown: Sequence[Problem]) -> bool:
    """Return whether the first problems are shown, in the order of lines; those of one line stand in any order."""
    lines = [one.line for one in shown]
    first = sorted(one.line for one in every)[:SHOWN_PROBLEMS]
    return lines == first and len(set(shown)) == len(shown) and set(shown) <= set(every)


def refused(sent: Sent, item: Item) -> Iterator[str]:
    """Yield how the item of a refused file differs."""
    yield from _upload(sent, item, REFUSED, {"problemCount": len(sent.problems)})
    if not shows(sent.problems, problems(item.get("problems", ()))):
        yield f"{sent.file.id}: other problems in its status than the file has"


def upload(sent: Sent, expected: UploadExpected, item: Item) -> Iterator[str]:
    """Yield how the item of an upload that has ended differs; one that failed has no counts yet."""
    if item.get("status") == FAILED:
        said = item.get("error", {})
        yield f"{sent.file.id}: failed in {said.get('state')} with {said.get('name')}"
        return
    more = {"objectKey": sent.key, **expected.counts, "problemCount": len(expected.conflicts)}
    yield from _upload(sent, item, DONE, more)
    if not shows(expected.conflicts, problems(item.get("problems", ()))):
        yield f"{sent.file.id}: other conflicts in its status than the table has"
    if _totals(item.get("totals", {})) != expected.totals:
        yield f"{sent.file.id}: other totals"
    yield from (f"{sent.file.id}: without {name}" for name in ("versionId", "execution") if not item.get(name))


def _upload(sent: Sent, item: Item, status: str, more: Mapping[str, object]) -> Iterator[str]:
    wanted: dict[str, object] = {
        "bank": sent.file.bank,
        "reportDate": sent.file.report_date,
        "contentHash": sent.file.sha256,
        "bytes": len(sent.file.content),
        "status": status,
        "via": "api",
        **more,
    }
    for name, value in wanted.items():
        if item.get(name) != value:
            yield f"{sent.file.id}: {name} {item.get(name)}, expected {value}"
    yield from (f"{sent.file.id}: without {name}" for name in ("receivedAt", "finishedAt") if not item.get(name))
    if "open" in item:
        yield f"{sent.file.id}: finished, but open"
    states = item.get("states", {})
    yield from (f"{sent.file.id}: no time of {name}" for name in _STATES[status] if not states.get(name))


def _totals(found: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    return {currency: {name: int(value) for name, value in total.items()} for currency, total in found.items()}


def row(name: str, winner: Winner, item: Item) -> Iterator[str]:
    """Yield how a row's item differs from its file's row."""
    content, bank = winner.content, name.split("#", 1)[0]
    if Content.of_item(item) != content:
        yield f"{name}: stored with another content"
    day = content.timestamp[:10]
    wanted: dict[str, object] = {
        "bank": bank,
        "bankDay": f"{bank}#{day}",
        "day": day,
        "month": day[:7],
        "contentHash": content.sha256,
    }
    yield from (f"{name}: {field}" for field, value in wanted.items() if item.get(field) != value)
    if not item.get("storedAt"):
        yield f"{name}: without storedAt"


def announcement(item: Item, stage: str, message: Item, attributes: Item) -> Iterator[str]:
    """Yield how an announcement differs from the item of its upload, which is compared with the file by itself."""
    name, status = f"announcement of {item['uploadId']}", str(item["status"])
    same = ("uploadId", "bank", "reportDate", "status", "rows", "stored", "duplicates", "conflicts", "contentHash")
    wanted: dict[str, object] = {one: item.get(one, 0) for one in (*same, "receivedAt", "finishedAt")}
    wanted |= {"stage": stage, "messageId": message_id(str(item["uploadId"]), status)}
    yield from (f"{name}: {one}" for one, value in wanted.items() if message.get(one) != value)
    if _totals(message.get("totals", {})) != _totals(item.get("totals", {})):
        yield f"{name}: totals"
    for one in ("status", "bank", "reportDate", "messageId"):
        if attributes.get(one) != wanted[one]:
            yield f"{name}: attribute {one}"
