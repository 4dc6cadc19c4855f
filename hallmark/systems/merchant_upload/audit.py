"""The trail of a transaction or an upload, from the table alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hallmark.csv_files.problems import problems
from hallmark.stage import Stage
from hallmark.systems.merchant_upload.following import alert_of
from hallmark.systems.merchant_upload.observation import rejections
from hallmark.systems.merchant_upload.table import TransactionsTable
from hallmark.tables import Item

_UPLOAD_TIMES = ("requestedAt", "uploadedAt", "startedAt", "validatedAt", "finishedAt", "removedAt")
_COUNTS = ("rows", "stored", "duplicates", "rejected", "conflicts", "judged")


@dataclass(frozen=True)
class Trail:
    """What the table has under one id of one merchant, in lines; `contradictions` where it does not fit together."""

    lines: tuple[str, ...]
    contradictions: tuple[str, ...] = ()


def trails(stage: Stage, merchants: Sequence[str], bare_id: str) -> list[Trail]:
    """Return the trail of an id at each of the merchants that has it."""
    table = TransactionsTable(stage)
    found = [_trail(table, f"{merchant}#{bare_id}") for merchant in merchants]
    return [trail for trail in found if trail is not None]


def _trail(table: TransactionsTable, name: str) -> Trail | None:
    items = {str(item["kind"]): item for item in table.under(name)}
    if not items:
        return None
    if upload := items.get("upload"):
        return Trail(tuple(_upload(table, upload)))
    row, claim = items.get("transaction"), items.get("claim")
    alerts = table.items([(alert_of(name), 0)])
    alert = alerts.get((alert_of(name), 0))
    source = (row or claim or {}).get("uploadId")
    merchant = name.split("#", 1)[0]
    upload = table.items([(f"{merchant}#{source}", 0)]).get((f"{merchant}#{source}", 0), {})
    return Trail(tuple(_row(name, row, claim, alert, upload)), tuple(_contradictions(row, claim, alert, upload)))


def _upload(table: TransactionsTable, item: Item) -> Iterator[str]:
    merchant, upload_id = item["transaction_id"].split("#")
    yield f"upload {upload_id} of {merchant}: {item['status']}, object {item['objectKey']}"
    if "versionId" in item:
        later = ", ".join(sorted(item.get("laterVersions", ()))) or "none"
        yield f"version {item['versionId']}; later versions: {later}"
    yield from (f"{name} {item[name]}" for name in _UPLOAD_TIMES if name in item)
    yield ", ".join(f"{name} {item[name]}" for name in _COUNTS if name in item) or "no rows were counted"
    shown = problems(item.get("errors", ()))
    yield from (f"  {problem}" for problem in shown)
    kept = sum(len(chunk["problems"]) for chunk in rejections(table, item["transaction_id"]))
    if kept > len(shown):
        yield f"  and {kept - len(shown)} more"


def _row(
    name: str, row: Item | None, claim: Item | None, alert: Item | None, upload: Mapping[str, Any]
) -> Iterator[str]:
    merchant, bare = name.split("#", 1)
    if row is None:
        yield f"transaction {bare} of {merchant}: claimed, but without a row"
        return
    file = f"upload {row['uploadId']}, version {row['versionId']}, line {row['line']}, object {row['objectKey']}"
    yield f"transaction {bare} of {merchant} from {file}"
    yield f"stored {row['storedAt']}, content {row['contentHash']}"
    if claim is not None:
        yield f"its id is claimed {claim['claimedAt']} by line {claim['line']}"
    if "uploadedAt" in upload:
        yield f"its file was uploaded {upload['uploadedAt']}, finished {upload.get('finishedAt', 'not yet')}"
    if "judgedAt" not in row:
        yield "not judged yet"
    else:
        verdict = "flagged" if row.get("anomalies") else "cleared"
        yield f"judged {row['judgedAt']} under version {row['rulesVersion']} of the rules: {verdict}"
    for rule, said in sorted(row.get("anomalies", {}).items()):
        by = "itself" if said["by"] == name else said["by"].split("#", 1)[1]
        yield f"  {rule} {said['at']} under version {said['version']}, shown by {by}"
    if alert is not None:
        sent = (
            f"published {alert['publishedAt']} as {alert['messageId']}" if "publishedAt" in alert else "not published"
        )
        yield f"alert {alert['alertId']} for {', '.join(sorted(alert['rules']))}: made {alert['createdAt']}, {sent}"


def _contradictions(
    row: Item | None, claim: Item | None, alert: Item | None, upload: Mapping[str, Any]
) -> Iterator[str]:
    if row is None or claim is None:
        yield f"{'the row' if row is None else 'the claim'} is missing"
        return
    for name in ("uploadId", "versionId", "line", "contentHash"):
        if row[name] != claim[name]:
            yield f"row and claim have another {name}"
    if claim["rowTimestamp"] != row["timestamp"]:
        yield "row and claim have another time"
    if not upload:
        yield "its upload is missing"
    elif upload.get("versionId") != row["versionId"]:
        yield "its upload has another version"
    flagged = set(row.get("anomalies", ()))
    if alert is None and flagged and upload.get("status") == "done":
        yield "flagged, but without an alert"
    if alert is not None and not set(alert["rules"]) <= flagged:
        yield "its alert has rules that its verdict has not"
