"""What the status table keeps of an upload until its rows are stored. Pure: no clock, no AWS."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Optional

from shared_python.card_numbers import holds_card_number

from bank_upload import items
from bank_upload.file import Judged
from bank_upload.items import Item


@dataclass(frozen=True)
class Upload:
    """A file of a bank for a day, and when it first came, as ISO text."""

    bank: str
    report_date: date
    content_hash: str
    size: int
    received_at: str

    @property
    def id(self) -> str:
        """The same for the same file of the same bank and date."""
        return items.upload_id(self.bank, f"{self.report_date}", self.content_hash)

    @property
    def key(self) -> str:
        """Where its file is stored."""
        return items.object_key(self.bank, f"{self.report_date}", self.id)

    def said(self) -> Item:
        """Return what an item says of it."""
        return {
            "bank": self.bank,
            "reportDate": f"{self.report_date}",
            "contentHash": self.content_hash,
            "bytes": self.size,
            "receivedAt": self.received_at,
            "objectKey": self.key,
        }


def sent(upload: Upload, judged: Judged) -> Item:
    """Return the item of a file that the API was sent: its object is to come, or it is refused."""
    item = {
        **items.upload_key(upload.id),
        **upload.said(),
        **results(judged),
        "via": items.API,
        "attempts": 0,
        "states": {items.RECEIVED: upload.received_at},
    }
    if not judged.problem_count:
        return {**item, "status": items.RECEIVING, items.OPEN: items.OPEN}
    del item["objectKey"]
    states = {**item["states"], items.REFUSED: upload.received_at}
    return {**item, "status": items.REFUSED, "states": states, "finishedAt": upload.received_at}


def results(judged: Judged) -> Item:
    """Return what an item says of a file's content: rows if they could be counted, the first problems, how many."""
    said: Item = {"problems": problems(judged), "problemCount": judged.problem_count}
    return said if judged.rows is None else {**said, "rows": judged.rows}


def problems(judged: Judged) -> list[dict[str, Any]]:
    """Return the first problems as they are kept: line, column if it has one, rule; never a value."""
    return [{name: value for name, value in one._asdict().items() if value is not None} for one in judged.problems]


def foreign_id(key: str) -> str:
    """Return the id of an object that is no upload's: its key, but none that holds a card number."""
    if holds_card_number(key):
        return f"key-{hashlib.sha256(key.encode()).hexdigest()[:32]}"
    return key


def is_upload(item: Optional[Mapping[str, Any]]) -> bool:
    """Return whether an item is of a file that was read: of what failed before, or is no upload, no hash is known."""
    return item is not None and "contentHash" in item


def is_finished(item: Optional[Mapping[str, Any]]) -> bool:
    """Return whether nothing is left to do for an upload whose object was judged."""
    if item is None or "versionId" not in item:
        return False
    return item["status"] in items.ENDED


def is_of_other_version(item: Optional[Mapping[str, Any]], version_id: str) -> bool:
    """Return whether an upload has its object already, in another version; one that failed takes any of its content."""
    if item is None or item["status"] == items.FAILED:
        return False
    return item.get("versionId", version_id) != version_id
