"""Uploads that were accepted and have not moved for too long; the index has those that are open."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hallmark import clock
from hallmark.parallel import each
from hallmark.stage import Stage
from hallmark.stuck import LIMIT_SECONDS, Stuck
from hallmark.systems.bank_upload.table import StatusTable
from infra.bank_upload.outputs import Output

Item = Mapping[str, Any]
RECEIVING = "receiving"
_ADVICE = "hallmark redrive stuck --system bank_upload"
# What stands for the bank of an object that is no upload's.
NOBODY = "-"
_GONE = "its object is gone: ask the bank for the file"


@dataclass(frozen=True)
class Still:
    """An open upload that has not moved for so many seconds, and the version of its object; None if that is gone."""

    item: Item
    seconds: float
    version: str | None

    @property
    def stuck(self) -> Stuck:
        """The same in the words that all systems share."""
        item = self.item
        counts = {name: int(item.get(name, 0)) for name in ("rows", "attempts")}
        advice = _ADVICE if self.version else _GONE
        return Stuck(
            str(item.get("bank", NOBODY)), str(item["uploadId"]), self.seconds, str(item["status"]), counts, advice
        )


def stuck(stage: Stage, now: datetime, seconds: float = LIMIT_SECONDS) -> list[Stuck]:
    """Return the uploads that are open and have not moved for so many seconds, the oldest first."""
    return [one.stuck for one in still(stage, now, seconds)]


def still(stage: Stage, now: datetime, seconds: float = LIMIT_SECONDS) -> list[Still]:
    """Return the same with their items and versions."""
    found = each(lambda item: list(_still(stage, item, now, seconds)), StatusTable(stage).open())
    return sorted((one for ones in found for one in ones), key=lambda one: -one.seconds)


def _still(stage: Stage, item: Item, now: datetime, seconds: float) -> Iterator[Still]:
    # A run that is under way has moved lately, however old its upload is.
    moved = max(map(str, [item["receivedAt"], *item.get("states", {}).values()]))
    age = (now - clock.from_text(moved)).total_seconds()
    if age <= seconds:
        return
    version = str(item["versionId"]) if "versionId" in item else _first_version(stage, str(item["objectKey"]))
    # Whose object never came has no answer: its bank sends it again.
    if version or item["status"] != RECEIVING:
        yield Still(item, age, version)


def _first_version(stage: Stage, key: str) -> str | None:
    answer = stage.client("s3").list_object_versions(Bucket=stage.outputs[Output.FILES_BUCKET], Prefix=key)
    versions = [one for one in answer.get("Versions", []) if one["Key"] == key]
    return str(min(versions, key=lambda one: one["LastModified"])["VersionId"]) if versions else None
