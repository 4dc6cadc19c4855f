"""The way of a file that the API is sent: judged, recorded, stored, accepted. Each step can be done again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Optional, Protocol, Union

from shared_python.iso_times import iso, moment_of
from shared_python.task import TryAgain

from bank_upload.file import Judged
from bank_upload.items import ACCEPTED, DONE, FAILED, PROCESSING, STORED, Item, file_hash
from bank_upload.validation.records import Upload, is_upload, sent

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

    def keep(self, key: str, content: bytes, *, again: bool = False) -> str:
        """Store a file, `again` if it is there; return its version."""
        ...


@dataclass(frozen=True)
class Accepted:
    """The answer for a file whose every row will be accounted for: the same for each repeat."""

    upload: Upload
    rows: int

    def body(self) -> dict[str, Any]:
        """Return what the bank gets."""
        said = {"contentHash": self.upload.content_hash, "receivedAt": self.upload.received_at}
        return {"uploadId": self.upload.id, "status": ACCEPTED, "rows": self.rows, **said}


@dataclass(frozen=True)
class Broken:
    """The answer for a file with problems."""

    upload: Upload
    judged: Judged


def receive(
    content: bytes,
    bank: str,
    report_date: date,
    store: Store,
    judge: Callable[[bytes, str, date, datetime], Judged],
    now: Callable[[], datetime],
) -> Union[Accepted, Broken]:
    """Take a file that came from a bank; TryAgain when too many requests for the same file come at once."""
    upload = Upload(bank, report_date, file_hash(content), len(content), iso(now()))
    for _ in range(_MOST_TURNS):
        item = store.upload(upload.id)
        # A failure may be all that is known of an object put by hand, or that it is no upload.
        status = item["status"] if item and is_upload(item) else None
        if item and status:
            # A repeat is judged by the time at which the file first came.
            upload = replace(upload, received_at=item["receivedAt"])
            if status in (ACCEPTED, DONE):
                return Accepted(upload, int(item["rows"]))
        # What the workflow has now, or had, may be an object put by hand that is not valid.
        judged = judge(content, bank, report_date, moment_of(upload.received_at))
        found = sent(upload, judged)
        if status not in (found["status"], PROCESSING, FAILED) and not store.write(found, item):
            continue
        if judged.rows is None or judged.problem_count:
            return Broken(upload, judged)
        if status != PROCESSING:
            # A new version of what has failed starts the workflow again, which claims it.
            version = store.keep(upload.key, content, again=item is not None and item["status"] == FAILED)
            if status != FAILED:
                # The workflow may have the file already: then it is no longer on its way here.
                before = item if status and item else found
                store.change(before, {"status": ACCEPTED, "versionId": version, f"states.{STORED}": iso(now())})
        return Accepted(upload, judged.rows)
    raise TryAgain("too many requests for one file")
