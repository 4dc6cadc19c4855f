"""The trail of an upload: from the status table alone, and on demand against its file and its rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hallmark import clock
from hallmark.csv_files.problems import problems
from hallmark.digest import sha256
from hallmark.stage import Stage
from hallmark.systems.bank_upload.content import Content, upload_id, upload_of
from hallmark.systems.bank_upload.following import DONE, FAILED, REFUSED
from hallmark.systems.bank_upload.observation import content_of
from hallmark.systems.bank_upload.reading import read
from hallmark.systems.bank_upload.table import RANGE, UPLOAD, StatusTable, TransactionsTable

Item = Mapping[str, Any]
_COUNTS = ("stored", "duplicates", "conflicts")


@dataclass(frozen=True)
class Trail:
    """What is known of an upload, in lines; `contradictions` where it does not fit together."""

    lines: tuple[str, ...]
    contradictions: tuple[str, ...] = ()


def trail(stage: Stage, identity: str, bank: str | None = None, with_rows: bool = False) -> Trail | None:
    """Return the trail of an upload, by its id or its object's key; None when that bank has no such upload."""
    # A version of another content than its key says is recorded under the key itself.
    found = [_trail(stage, one, bank, with_rows) for one in dict.fromkeys((upload_of(identity), identity))]
    known = [one for one in found if one is not None]
    if not known:
        return None
    return Trail(
        tuple(line for one in known for line in one.lines),
        tuple(contradiction for one in known for contradiction in one.contradictions),
    )


def _trail(stage: Stage, identity: str, bank: str | None, with_rows: bool) -> Trail | None:
    items = {str(item["part"]): item for item in StatusTable(stage).under(identity)}
    upload = items.get(UPLOAD)
    if upload is None or (bank is not None and upload.get("bank") != bank):
        return None
    ranges = [items[part] for part in sorted(items) if part.startswith(RANGE)]
    lines, contradictions = list(_lines(upload, ranges)), list(_contradictions(upload, ranges))
    if with_rows and upload["status"] == DONE:
        found = list(_against_file(stage, upload))
        lines += found or ["the file's version and its rows in the table are as the status says"]
        contradictions += found
    return Trail(tuple(lines), tuple(contradictions))


def _lines(upload: Item, ranges: Sequence[Item]) -> Iterator[str]:
    owner = f" of {upload['bank']} for {upload['reportDate']}" if "bank" in upload else ", which is no bank's"
    yield f"upload {upload['uploadId']}{owner}: {upload['status']}"
    sent = [f"{upload[name]} {name}" for name in ("bytes", "rows") if name in upload]
    yield ", ".join([f"received {upload.get('receivedAt')} by {upload.get('via', 'object')}", *sent])
    for name in ("contentHash", "objectKey", "versionId", "execution", "attempts", "messageId"):
        if name in upload:
            yield f"{name} {upload[name]}"
    if others := sorted(map(str, upload.get("otherVersions", ()))):
        yield f"versions that were not processed: {', '.join(others)}"
    yield from (f"{name} {moment}" for name, moment in sorted(upload.get("states", {}).items(), key=lambda one: one[1]))
    yield ", ".join(f"{name} {upload[name]}" for name in _COUNTS if name in upload) or "no rows were counted"
    for currency, total in sorted(upload.get("totals", {}).items()):
        yield f"  {currency}: rows {total['rows']}, debit {total['debit']}, credit {total['credit']} in minor units"
    for one in ranges:
        counts = ", ".join(f"{name} {one.get(name, 0)}" for name in ("rows", *_COUNTS))
        yield f"  {one['part']} from line {one['line']} at {one.get('processedAt')}: {counts}"
    if "error" in upload and upload["status"] == FAILED:
        error = upload["error"]
        source = "stuck" if "open" in upload else "upload-failure"
        again = f"hallmark redrive {source} --system bank_upload"
        yield f"failed in {error.get('state')} with {error.get('name')}: {again}"
    shown = problems(upload.get("problems", ()))
    yield from (f"  {problem}" for problem in shown)
    if (more := int(upload.get("problemCount", 0)) - len(shown)) > 0:
        yield f"  and {more} more"


def _contradictions(upload: Item, ranges: Sequence[Item]) -> Iterator[str]:
    if {"bank", "reportDate", "contentHash"} <= upload.keys():
        parts = (str(upload[name]) for name in ("bank", "reportDate", "contentHash"))
        if upload_id(*parts) != upload["uploadId"]:
            yield "its id is not that of its bank, date and content"
    is_ended = upload["status"] in (DONE, REFUSED, FAILED)
    # Without a letter, what failed is found as stuck.
    if is_ended and "open" in upload and upload["status"] != FAILED:
        yield "ended, but open"
    if is_ended and not upload.get("finishedAt"):
        yield "ended at no time"
    if upload["status"] == FAILED and not upload.get("error"):
        yield "failed without an error"
    if upload["status"] != DONE:
        return
    if int(upload.get("rows", 0)) != sum(int(upload.get(name, 0)) for name in _COUNTS):
        yield "rows are not stored + duplicates + conflicts"
    for name in ("rows", *_COUNTS):
        if int(upload.get(name, 0)) != sum(int(one.get(name, 0)) for one in ranges):
            yield f"its ranges have other {name}"
    if upload.get("totals", {}) != _totals(ranges):
        yield "its ranges have other totals"
    if any(one.get("versionId") != upload.get("versionId") for one in ranges):
        yield "its ranges are of another version"


def _totals(ranges: Sequence[Item]) -> Item:
    totals: dict[str, dict[str, int]] = {}
    for one in ranges:
        for currency, added in one.get("totals", {}).items():
            total = totals.setdefault(currency, {})
            for name, number in added.items():
                total[name] = total.get(name, 0) + int(number)
    return totals


def _against_file(stage: Stage, upload: Item) -> Iterator[str]:
    """Yield how the version and the rows in the table differ from what the status says."""
    content = content_of(stage, str(upload["objectKey"]), str(upload["versionId"]))
    if content is None:
        yield "the file's version is gone"
        return
    if sha256(content) != upload["contentHash"]:
        yield "the file's version has another content"
    received = clock.from_text(str(upload["receivedAt"]))
    rows = read(content, str(upload["bank"]), str(upload["reportDate"]), received)
    if not isinstance(rows, Mapping):
        yield "the file's version is not valid"
        return
    if len(rows) != int(upload["rows"]):
        yield f"the file's version has {len(rows)} rows"
    stored = TransactionsTable(stage).rows(f"{upload['bank']}#{row.transaction_id}" for row in rows.values())
    counted = dict.fromkeys(_COUNTS, 0)
    for line, row in rows.items():
        item = stored.get(f"{upload['bank']}#{row.transaction_id}")
        if item is None:
            yield f"line {line} is not in the table"
        elif item["contentHash"] != Content.of_item(item).sha256:
            yield f"line {line}: the row in the table has not the content of its hash"
        elif (item["uploadId"], int(item["line"])) == (upload["uploadId"], line):
            counted["stored"] += 1
            if item["contentHash"] != row.sha256:
                yield f"line {line}: the row in the table is not the file's"
        else:
            counted["duplicates" if item["contentHash"] == row.sha256 else "conflicts"] += 1
    for name, count in counted.items():
        if count != int(upload.get(name, 0)):
            yield f"{name} {upload.get(name, 0)}, but the table has {count}"
