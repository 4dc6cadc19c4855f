"""Files that were uploaded and are not finished in time: the index has those that are open."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hallmark import clock
from hallmark.parallel import each
from hallmark.stage import Stage
from hallmark.stuck import LIMIT_SECONDS, Stuck
from hallmark.systems.merchant_upload.table import OPEN, TransactionsTable
from hallmark.tables import Item
from infra.merchant_upload.outputs import Output

_REDRIVE = "hallmark redrive {} --system merchant_upload"


def stuck(stage: Stage, now: datetime, seconds: float = LIMIT_SECONDS) -> list[Stuck]:
    """Return the uploads whose object is older than so many seconds and that are not finished, the oldest first."""
    found = each(lambda item: list(_stuck(stage, item, now, seconds)), TransactionsTable(stage).of_card(OPEN))
    return sorted((one for ones in found for one in ones), key=lambda one: -one.seconds)


def _stuck(stage: Stage, item: Item, now: datetime, seconds: float) -> Iterator[Stuck]:
    created = _created(stage, item)
    if created is not None and (age := (now - created).total_seconds()) > seconds:
        merchant, upload_id = item["transaction_id"].split("#")
        counts = {name: int(item.get(name, 0)) for name in ("rows", "stored", "judged")}
        yield Stuck(merchant, upload_id, age, str(item["status"]), counts, _advice(item))


def _advice(item: Item) -> str:
    if item["status"] == "waiting":
        return f"no function has taken it: {_REDRIVE.format('validation-failure')}, or see its runbook"
    if "validatedAt" not in item:
        return f"its rows are not all stored: {_REDRIVE.format('validation-failure')}"
    return f"its rows are not all judged: {_REDRIVE.format('anomaly-failure')}"


def _created(stage: Stage, item: Mapping[str, Any]) -> datetime | None:
    """Return when the first object of an upload came; None for a form that nobody has used."""
    if "uploadedAt" in item:
        return clock.from_text(item["uploadedAt"])
    answer = stage.client("s3").list_object_versions(
        Bucket=stage.outputs[Output.FILES_BUCKET], Prefix=item["objectKey"]
    )
    times: list[datetime] = [version["LastModified"] for version in answer.get("Versions", [])]
    return min(times, default=None)
