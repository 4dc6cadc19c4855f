"""What a run's files must become, from a plain reading; only who won a race for an id is taken from the table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hallmark.csv_files.problems import Problem
from hallmark.systems.bank_upload.content import Content, Reading, Rows, object_key, upload_id
from hallmark.systems.bank_upload.files import BankFile
from hallmark.systems.bank_upload.forms import FORMS
from hallmark.systems.bank_upload.reading import TOO_LARGE
from hallmark.systems.bank_upload.uploader import TAKEN, Answer

Item = Mapping[str, Any]
SHOWN_PROBLEMS = 100
CONFLICT = "conflict"
BAD_STATUS, TOO_LARGE_STATUS, TYPE_STATUS, WRONG_STATUS = 400, 413, 415, 422
# Bytes that no event holds in base64: Lambda refuses them before the function sees a header.
_BEYOND_LAMBDA = 4_718_592
_ID = "transaction_id"


@dataclass(frozen=True)
class Sent:
    """An answered file, with what a plain reading finds in it, and whether the run was the first to send it.

    `refused` is the status that it must get whatever is in it, or 0.
    """

    file: BankFile
    answer: Answer
    reading: Reading
    is_new: bool = True
    refused: int = 0

    @cached_property
    def upload_id(self) -> str:
        """The upload that the file is, if it is one."""
        return upload_id(self.file.bank, self.file.report_date, self.file.sha256)

    @property
    def key(self) -> str:
        """Where the object of a valid file is."""
        return object_key(self.file.bank, self.file.report_date, self.upload_id)

    @property
    def status(self) -> int:
        """The status that the answer must have."""
        if form := FORMS[self.file.form].refused:
            return form
        if self.refused == BAD_STATUS and len(self.file.content) < _BEYOND_LAMBDA:
            return BAD_STATUS
        if isinstance(self.reading, list) and self.reading[0].rule == TOO_LARGE:
            return TOO_LARGE_STATUS
        return self.refused or (TAKEN if isinstance(self.reading, Mapping) else WRONG_STATUS)

    @property
    def is_taken(self) -> bool:
        """Whether the file had to be taken, and was."""
        return self.status == self.answer.status == TAKEN

    @property
    def is_refused(self) -> bool:
        """Whether the file had to be refused for its content, and was."""
        return self.status == self.answer.status == WRONG_STATUS

    @property
    def rows(self) -> Rows:
        """The rows that must be stored; none of a file that the bank knows to be refused, rightly or not."""
        return self.reading if self.is_taken and isinstance(self.reading, Mapping) else {}

    @property
    def problems(self) -> list[Problem]:
        """All problems of a file that is refused for its content."""
        return self.reading if self.status == WRONG_STATUS and isinstance(self.reading, list) else []

    def name_of(self, content: Content) -> str:
        """Return a row's key in the table."""
        return f"{self.file.bank}#{content.transaction_id}"


@dataclass(frozen=True)
class Winner:
    """The row that has an id, as the table's item says: its content, its upload and line."""

    content: Content
    upload_id: str
    line: int


@dataclass
class UploadExpected:
    """What the item of an upload that is done must say."""

    rows: int = 0
    stored: int = 0
    duplicates: int = 0
    conflicts: list[Problem] = field(default_factory=list)
    totals: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """The counts of rows."""
        named = {"rows": self.rows, "stored": self.stored, "duplicates": self.duplicates}
        return {**named, "conflicts": len(self.conflicts)}

    def store(self, content: Content) -> None:
        """Count a row that the upload has stored."""
        self.stored += 1
        total = self.totals.setdefault(content.currency, {"rows": 0, "debit": 0, "credit": 0})
        total["rows"] += 1
        total[content.type] += abs(content.amount)


@dataclass
class Expected:
    """A run's expectation: uploads by id, winners by the row's key, keys without a row, rows that no file has."""

    uploads: dict[str, UploadExpected] = field(default_factory=dict)
    winners: dict[str, Winner] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    mismatches: list[str] = field(default_factory=list)

    def total(self, count: str) -> int:
        """Return the sum of one of the uploads' counts."""
        return sum(one.counts[count] for one in self.uploads.values())


def names(sent: Iterable[Sent]) -> set[str]:
    """Return the keys of all rows that must be in the table."""
    return {one.name_of(content) for one in sent for content in one.rows.values()}


def expect(sent: Sequence[Sent], rows: Mapping[str, Item]) -> Expected:
    """Return the expectation; `rows` are the items that the table has under the run's keys."""
    found = Expected()
    own = {one.upload_id: one for one in sent if one.rows}
    for name in names(sent):
        if name not in rows:
            found.missing.add(name)
        elif winner := _winner(name, rows[name], own):
            found.winners[name] = winner
        else:
            found.mismatches.append(f"{name}: stored for a file that has no such row")
    for upload, one in own.items():
        found.uploads[upload] = _upload(one, found.winners)
    return found


def _winner(name: str, item: Item, own: Mapping[str, Sent]) -> Winner | None:
    """Return who has an id: of a file of the run the row as the file has it, else as the table has it."""
    upload, line = str(item["uploadId"]), int(item["line"])
    if upload not in own:
        return Winner(Content.of_item(item), upload, line)
    content = own[upload].rows.get(line)
    return Winner(content, upload, line) if content and own[upload].name_of(content) == name else None


def _upload(one: Sent, winners: Mapping[str, Winner]) -> UploadExpected:
    expected = UploadExpected(rows=len(one.rows))
    for line, content in one.rows.items():
        winner = winners.get(one.name_of(content))
        # What is not stored yet will be this file's, or another's of the run: then counts differ, and that is right.
        if winner is None or (winner.upload_id, winner.line) == (one.upload_id, line):
            expected.store(content)
        elif winner.content == content:
            expected.duplicates += 1
        else:
            expected.conflicts.append(Problem(line, _ID, CONFLICT))
    return expected
