"""The way of a file that the API is sent: judged, recorded, stored, accepted. Each step can be done again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Optional, Protocol, Union

from shared_python.iso_times import iso, moment_of

from bank_upload.file import Judged, judge_file
from bank_upload.items import ACCEPTED, RECEIVING, REFUSED, STORED, Item, file_hash
from bank_upload.task import TryAgain
from bank_upload.validation.records import Upload, sent

# How often another request for the same file may come between two steps of this one.
_MOST_TURNS = 5


class Store(Protocol):
    """What a file that is sent needs of AWS."""

    def upload(self, upload_id: str) -> Optional[Item]:
        """Return an upload's item, or None."""
        ...

    def write(self, item: Item, before: Optional[Item]) -> bool:
        """Write an item in the place of another or of none; return whether that was still as it was read."""
        ...

    def change(self, before: Item, said: Item) -> bool:
        """Set attributes; return whether the item was as it was read."""
        ...

    def keep(self, key: str, content: bytes) -> str:
        """Store a file; return its version."""
        ...


@dataclass(frozen=True)
class Accepted:
    """The answer for a file whose every row will be accounted for: the same for each repeat."""

    item: Item

    def body(self) -> dict[str, Any]:
        """Return what the bank gets."""
        said = {name: self.item[name] for name in ("uploadId", "contentHash", "receivedAt")}
        return {**said, "status": ACCEPTED, "rows": int(self.item["rows"])}


@dataclass(frozen=True)
class Broken:
    """The answer for a file with problems."""

    upload: Upload
    judged: Judged


def receive(
    content: bytes, bank: str, report_date: date, store: Store, now: Callable[[], datetime]
) -> Union[Accepted, Broken]:
    """Take a file that came from a bank; TryAgain when too many requests for the same file come at once."""
    upload = Upload(bank, report_date, file_hash(content), len(content), iso(now()))
    for _ in range(_MOST_TURNS):
        item = store.upload(upload.id)
        if item and item["status"] not in (RECEIVING, REFUSED):
            return Accepted(item)
        # A repeat is judged by the time at which the file first came.
        upload = replace(upload, received_at=item["receivedAt"]) if item else upload
        judged = judge_file(content, bank, report_date, moment_of(upload.received_at))
        found = sent(upload, judged)
        if judged.problem_count:
            if (item and item["status"] == REFUSED) or store.write(found, item):
                return Broken(upload, judged)
            continue
        if item is None or item["status"] == REFUSED:
            if not store.write(found, item):
                continue
            item = found
        version = store.keep(upload.key, content)
        # The workflow may have the file already: then it is no longer on its way here.
        store.change(item, {"status": ACCEPTED, "versionId": version, f"states.{STORED}": iso(now())})
        return Accepted(item)
    raise TryAgain("too many requests for one file")
