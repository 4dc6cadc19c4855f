"""What a run's files must become, from a plain reading; only who won a race for an id is taken from the table."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hallmark.csv_files.problems import Problem
from hallmark.systems.merchant_upload.content import Content, Reading
from hallmark.systems.merchant_upload.files import MerchantFile

Item = Mapping[str, Any]
SHOWN_PROBLEMS = 100
CARD_NUMBER, CONFLICT = "card-number", "conflict"
_ID = "transaction_id"


@dataclass(frozen=True)
class Sent:
    """An uploaded file with its upload's id and what a plain reading finds in it."""

    file: MerchantFile
    upload_id: str
    key: str
    reading: Reading

    @property
    def upload_key(self) -> str:
        """The partition of the upload's item."""
        return f"{self.file.merchant}#{self.upload_id}"

    @property
    def valid(self) -> Iterator[tuple[int, Content]]:
        """Yield the lines and contents of the rows that break no rule."""
        if not isinstance(self.reading, Problem):
            yield from ((one.line, one.content) for one in self.reading if one.content is not None)

    def stored_id(self, content: Content) -> str:
        """Return a row's id in the table."""
        return f"{self.file.merchant}#{content.transaction_id}"


@dataclass
class FileExpected:
    """What an upload's item must say; `refusal` is the rule of a file that is refused whole."""

    refusal: Problem | None = None
    rows: int = 0
    stored: set[str] = field(default_factory=set)
    duplicates: int = 0
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def conflicts(self) -> int:
        """Rows whose id has other content."""
        return sum(problem.rule == CONFLICT for problem in self.problems)

    @property
    def counts(self) -> dict[str, int]:
        """The counts of a file that is done."""
        return {
            "rows": self.rows,
            "stored": len(self.stored),
            "duplicates": self.duplicates,
            "rejected": self.rejected,
            "conflicts": self.conflicts,
        }

    @property
    def holds_card_number(self) -> bool:
        """Whether the file's object must be gone."""
        found = [self.refusal] if self.refusal else self.problems
        return any(problem.rule == CARD_NUMBER for problem in found)


@dataclass(frozen=True)
class Winner:
    """The row that has an id: its content, and the place that its claim names; `sent` if that is of this run."""

    content: Content
    upload_id: str
    line: int
    sent: Sent | None


@dataclass
class Expected:
    """A run's expectation: files by the item's id, winners by id, ids without a claim, what claims say wrongly."""

    files: dict[str, FileExpected] = field(default_factory=dict)
    winners: dict[str, Winner] = field(default_factory=dict)
    unclaimed: set[str] = field(default_factory=set)
    mismatches: list[str] = field(default_factory=list)

    def total(self, count: str) -> int:
        """Return the sum of one of the files' counts."""
        return sum(one.counts[count] for one in self.files.values())


def ids(sent: Iterable[Sent]) -> set[str]:
    """Return the ids in the table of all valid rows."""
    return {one.stored_id(content) for one in sent for _, content in one.valid}


def expect(sent: Sequence[Sent], claims: Mapping[str, Item], rows: Mapping[str, Item]) -> Expected:
    """Return the expectation; `claims` and `rows` are the items that the table has of the run's ids."""
    found = Expected()
    firsts = _first_lines(sent)
    uploads = {one.upload_id: one for one in sent}
    for name in ids(sent):
        if name not in claims:
            found.unclaimed.add(name)
        elif winner := _winner(name, claims[name], rows.get(name), firsts, uploads):
            found.winners[name] = winner
        else:
            found.mismatches.append(f"{name}: its claim names no row that could have it")
    for one in sent:
        found.files[one.file.id] = _file(one, found.winners)
    return found


def _first_lines(sent: Iterable[Sent]) -> dict[tuple[str, str], tuple[int, Content]]:
    """Return each id's first line in each upload: the earlier line of a file stays."""
    firsts: dict[tuple[str, str], tuple[int, Content]] = {}
    for one in sent:
        for line, content in one.valid:
            firsts.setdefault((one.upload_id, one.stored_id(content)), (line, content))
    return firsts


def _winner(
    name: str,
    claim: Item,
    row: Item | None,
    firsts: Mapping[tuple[str, str], tuple[int, Content]],
    uploads: Mapping[str, Sent],
) -> Winner | None:
    upload, line = str(claim["uploadId"]), int(claim["line"])
    if upload in uploads:
        first = firsts.get((upload, name))
        return Winner(first[1], upload, line, uploads[upload]) if first and first[0] == line else None
    return Winner(Content.of_item(row), upload, line, None) if row else None


def _file(one: Sent, winners: Mapping[str, Winner]) -> FileExpected:
    if isinstance(one.reading, Problem):
        return FileExpected(refusal=one.reading)
    expected = FileExpected(rows=len(one.reading))
    for record in one.reading:
        if record.content is None:
            expected.rejected += 1
            expected.problems += record.problems
            continue
        name = one.stored_id(record.content)
        winner = winners.get(name)
        # Without a winner nothing is stored yet; then the first line of a file is as good as any.
        is_first = name not in expected.stored
        if is_first if winner is None else (winner.upload_id, winner.line) == (one.upload_id, record.line):
            expected.stored.add(name)
        elif winner is None or winner.content == record.content:
            expected.duplicates += 1
        else:
            expected.problems.append(Problem(record.line, _ID, CONFLICT))
    return expected


def rejections(expected: Expected) -> Counter[str]:
    """Return how often each rule of rows rejects a row or a cell."""
    return Counter(problem.rule for one in expected.files.values() for problem in one.problems)
