"""How a file's rows are taken: which is stored, repeated, in conflict or rejected. Pure: no clock, no AWS."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple, Optional

from shared_python.csv_file import Problem, Refusal

from merchant_upload.validation.records import Claim, Entry, Item, Origin, entry

MAX_BYTES = 10 * 1024 * 1024
# TransactWriteItems takes 100 actions; a row has two, its claim and itself.
ROWS_AT_ONCE = 50
ERRORS_SHOWN, PROBLEMS_IN_ITEM = 100, 1000
COUNTS = ("rows", "stored", "duplicates", "rejected", "conflicts")
CARD_NUMBER = "card-number"
_KEY = re.compile(r"uploads/([^/#]+)/[0-9]{4}/[0-9]{2}/[0-9]{2}/(up_[0-9A-HJKMNP-TV-Z]{26})\.csv")
Write = Callable[[list[Entry]], Mapping[str, Claim]]


class Owner(NamedTuple):
    """Whose file an object is, as its key says."""

    merchant: str
    upload_id: str


def owner_of(key: str) -> Optional[Owner]:
    """Return the merchant and the upload that a key names, or None if no form has such a key."""
    found = _KEY.fullmatch(key)
    return Owner(found[1], found[2]) if found else None


@dataclass
class Taken:
    """What became of a file's rows; each count is of rows, and they add up."""

    rows: int = 0
    stored: int = 0
    duplicates: int = 0
    rejected: int = 0
    conflicts: int = 0
    holds_card_number: bool = False
    problems: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Return the counts by their names."""
        return {name: getattr(self, name) for name in COUNTS}

    def sort(self, row: Entry, first: str, is_first: bool) -> None:
        """Count a good row, by the hash of the row that has its id."""
        if is_first:
            self.stored += 1
        elif row.content_hash == first:
            self.duplicates += 1
        else:
            self.conflicts += 1
            self.problems.append(Problem(row.line, "transaction_id", "conflict"))


def take(rows: Iterable[Any], origin: Origin, write: Write) -> Taken:
    """Write good rows in the order of lines and return what became of all.

    `write` stores rows of different ids and returns the claims of those whose ids were claimed before, by this file or
    another. Of rows with one id in one file the first line is written, and the others are judged by what stands.
    """
    taken = Taken()
    standing: dict[str, str] = {}
    batch: list[Entry] = []
    repeats: list[Entry] = []

    def flush() -> None:
        held = write(batch) if batch else {}
        for row in batch:
            claim = held.get(row.transaction_id)
            is_first = claim is None or claim[1:] == (origin.upload_id, origin.version_id, row.line)
            standing[row.transaction_id] = first = claim.content_hash if claim else row.content_hash
            taken.sort(row, first, is_first)
        for row in repeats:
            taken.sort(row, standing[row.transaction_id], False)
        batch.clear()
        repeats.clear()

    for row in rows:
        taken.rows += 1
        if row.problems:
            taken.rejected += 1
            taken.problems += row.problems
            taken.holds_card_number |= row.holds_card_number
            continue
        good = entry(row.line, row.values)
        if good.transaction_id in standing:
            repeats.append(good)
        else:
            standing[good.transaction_id] = good.content_hash
            batch.append(good)
        if len(batch) == ROWS_AT_ONCE or len(repeats) == ROWS_AT_ONCE:
            flush()
    flush()
    taken.problems.sort(key=lambda problem: problem.line)
    return taken


def refusal_of(size: int, content: bytes, upload: Item) -> Optional[Refusal]:
    """Return why a file is not even parsed: too many bytes, or not those that the form was asked for."""
    if size > MAX_BYTES:
        return Refusal(1, "too-large")
    said = {"size": size, "sha256": hashlib.sha256(content).hexdigest()}
    broken = [name for name, value in said.items() if upload.get(name, value) != value]
    return Refusal(1, broken[0]) if broken else None


def results(taken: Taken) -> dict[str, Any]:
    """Return what an upload's item says of its file, the first problems among it."""
    said: dict[str, Any] = {**taken.counts, "errors": [shown(problem) for problem in taken.problems[:ERRORS_SHOWN]]}
    if taken.holds_card_number:
        said["holdsCardNumber"] = True
    return said


def shown(problem: Problem) -> dict[str, Any]:
    """Return a problem as it is kept and shown: its line, its column if it has one, its rule."""
    return {name: value for name, value in problem._asdict().items() if value is not None}
