"""One range of an upload: read, stored row by row, counted. What a row counts as follows from what stands alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared_python.conditional_puts import MOST_ACTIONS

from bank_upload.file import rows
from bank_upload.items import CONFLICT, CREDIT, DEBIT, MOST_PROBLEMS, Item, Row, content_hash


class RangeDiffers(Exception):
    """The bytes of a range hold other rows than validation counted in them."""


@dataclass(frozen=True)
class Task:
    """What the workflow asks for: the bytes from `start` to before `end` of a version, which hold so many rows."""

    upload_id: str
    bank: str
    key: str
    version_id: str
    columns: Sequence[str]
    number: int
    line: int
    rows: int
    start: int
    end: int

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Task":
        """Return the task of the workflow's event."""
        said = event["range"]
        own = (event[name] for name in ("uploadId", "bank", "key", "versionId", "columns"))
        return cls(*own, *(said[name] for name in ("number", "line", "rows", "start", "end")))


class Store(Protocol):
    """What a range needs of AWS."""

    def read(self, task: Task) -> bytes:
        """Return the bytes of a range."""
        ...

    def put(self, task: Task, part: Sequence[Row], now: str, in_time: Callable[[], None]) -> Mapping[str, Item]:
        """Store rows; return the items that stand in the way of others, by transaction id."""
        ...

    def keep(self, task: Task, tally: "Tally", now: str) -> None:
        """Write what became of a range."""
        ...


@dataclass
class Tally:
    """What became of rows: how many of each, what those that are stored add up to, the first conflicts."""

    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    totals: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[Item] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return stored, duplicates and conflicts."""
        return {"stored": self.stored, "duplicates": self.duplicates, "conflicts": self.conflicts}

    def count(self, row: Row, standing: Mapping[str, Any] | None, upload_id: str) -> None:
        """Count a row, in whose way an item stood or none: the own one of an earlier attempt is no other's."""
        if standing is None or (standing["uploadId"]["S"], int(standing["line"]["N"])) == (upload_id, row.line):
            self.stored += 1
            total = self.totals.setdefault(row.currency, {"rows": 0, DEBIT: 0, CREDIT: 0})
            total["rows"] += 1
            total[row.type] += abs(row.amount)
        elif standing["contentHash"]["S"] == content_hash(row):
            self.duplicates += 1
        else:
            self.conflicts += 1
            if len(self.problems) < MOST_PROBLEMS:
                self.problems.append({"line": row.line, "column": "transaction_id", "rule": CONFLICT})


def transform(task: Task, store: Store, now: str, in_time: Callable[[], None]) -> Tally:
    """Store a range's rows and write what became of them; `in_time` raises when too little time is left."""
    found = list(rows(store.read(task), task.columns, task.line))
    if len({row.transaction_id for row in found}) != task.rows or len(found) != task.rows:
        raise RangeDiffers
    tally = Tally()
    for start in range(0, len(found), MOST_ACTIONS):
        part = found[start : start + MOST_ACTIONS]
        standing = store.put(task, part, now, in_time)
        for row in part:
            tally.count(row, standing.get(row.transaction_id), task.upload_id)
    in_time()
    store.keep(task, tally, now)
    return tally
