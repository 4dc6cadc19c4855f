"""A bank's file, read by the schema in schema.json: judged as a whole, and in ranges of whole records."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

from shared_python.card_numbers import holds_card_number, id_holds_card_number
from shared_python.csv_file import MOST_CHARACTERS, Column, Problem, Refusal, Relation, Schema, checks, judge
from shared_python.csv_file.records import Records
from shared_python.csv_file.schema import Broken, Check
from shared_python.iso_codes import MINOR_UNITS
from shared_python.iso_times import iso

from bank_upload.items import BANK, MOST_PROBLEMS, MOST_RANGES, RANGE_ROWS, Row, minor_units

SCHEMA: Mapping[str, Any] = json.loads(Path(__file__).with_name("schema.json").read_text("utf-8"))
LIMITS: Mapping[str, Any] = SCHEMA["limits"]
# What to do about a broken rule.
RULES: Mapping[str, str] = SCHEMA["rules"]
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECOND, _DAY = timedelta(milliseconds=1), timedelta(days=1)
_EARLIEST = date.fromisoformat(LIMITS["earliest"])


class Range(NamedTuple):
    """Whole records of a file: the first one's physical line, how many, and where their bytes begin and end."""

    number: int
    line: int
    rows: int
    start: int
    end: int


@dataclass(frozen=True)
class Judged:
    """What is in a file: its problems, the first of them shown; without any, its columns' order and its ranges.

    `rows` is None where the file as a whole is refused.
    """

    rows: Optional[int]
    problems: Sequence[Problem]
    problem_count: int
    columns: tuple[str, ...] = ()
    ranges: Sequence[Range] = ()


def judge_file(
    content: bytes, bank: str, report_date: date, received: datetime, most_rows: int = LIMITS["rows"]
) -> Judged:
    """Judge a file of a bank for a day; `received` is the aware time when it first came, so that a repeat is the same.

    Rules are those of `rules` in schema.json; problems are in the order of lines, then of the file's columns.
    """
    if len(content) > LIMITS["bytes"]:
        return refused("too-large")
    found = judge(content, schema(bank, report_date, received), most_rows, MOST_PROBLEMS)
    if isinstance(found, Refusal):
        return refused(found.rule, found.line)
    ranges = () if found.problem_count else _ranges(content, found.lines)
    return Judged(len(found.lines), found.problems, found.problem_count, found.columns, ranges)


def refused(rule: str, line: int = 1) -> Judged:
    """Return what is in a file that is refused as a whole."""
    return Judged(None, (Problem(line, None, rule),), 1)


def rows(part: bytes, columns: Sequence[str], line: int) -> Iterator[Row]:
    """Yield the rows of a range of a file that is valid, by its bytes, its columns and its first physical line."""
    found = Records(part.decode("utf-8"))
    for start in range(0, len(found), RANGE_ROWS):
        for at, cells in enumerate(found.cells(start, start + RANGE_ROWS, len(columns)), start):
            yield _row(line - 1 + found.line(at), dict(zip(columns, cells)))


def schema(bank: str, report_date: date, received: datetime) -> Schema:
    """Return the schema of a bank's file for a day."""
    kinds: dict[str, Callable[[Mapping[str, Any]], Check]] = {
        "id": lambda column: checks.pattern(column["pattern"]),
        "time": lambda _: _times(report_date, received),
        "amount": lambda _: checks.positive_amount,
        "currency": lambda _: checks.currency,
        "one-of": lambda column: checks.one_of({value: value for value in column["values"]}, "format"),
        "bank": lambda column: _bank(column["pattern"], bank),
        "text": lambda _: checks.text(),
    }
    (unique,) = (column["name"] for column in SCHEMA["columns"] if column.get("unique"))
    return Schema(
        columns=tuple(
            Column(
                column["name"],
                column["required"],
                column.get("mostCharacters", MOST_CHARACTERS),
                kinds[column["kind"]](column),
                _CARD_RULES.get(column["kind"], holds_card_number),
                free=column["kind"] == "text",
            )
            for column in SCHEMA["columns"]
        ),
        relations=(Relation("amount", "currency", checks.decimals, checks.decimals_fit, "decimals"),),
        unique=unique,
    )


_CARD_RULES = {"id": id_holds_card_number, "bank": id_holds_card_number, "time": None, "amount": None}


def _times(report_date: date, received: datetime) -> Check:
    """Check a time on the report date in UTC, after the earliest of all and not far ahead of the file."""
    ahead = received + timedelta(minutes=LIMITS["minutesAhead"])
    begin = datetime(report_date.year, report_date.month, report_date.day, tzinfo=timezone.utc)
    earliest = max(begin, datetime(_EARLIEST.year, _EARLIEST.month, _EARLIEST.day, tzinfo=timezone.utc))
    latest = min(_milliseconds(begin) + _DAY // _MILLISECOND - 1, _milliseconds(ahead))
    return checks.moment(_milliseconds(earliest), latest)


def _bank(pattern: str, bank: str) -> Check:
    """Check that a cell is the name of a bank, and of this one."""
    shape = checks.pattern(pattern)

    def check(cell: str) -> str:
        if shape(cell) != bank:
            raise Broken(BANK)
        return cell

    return Check(check, lambda cells: map(bank.__eq__, cells), str)


def _ranges(content: bytes, lines: Sequence[int]) -> Sequence[Range]:
    """Return the ranges of a file's records, which begin in these lines, without its header."""
    pieces = content.split(b"\n")
    firsts = range(0, len(lines), RANGE_ROWS)
    ranges: list[Range] = []
    before, start = 1, 0
    for number, first in enumerate(firsts):
        start += sum(map(len, pieces[before - 1 : lines[first] - 1])) + lines[first] - before
        before = lines[first]
        if ranges:
            ranges[-1] = ranges[-1]._replace(end=start)
        ranges.append(Range(number, lines[first], min(RANGE_ROWS, len(lines) - first), start, len(content)))
    if len(ranges) > MOST_RANGES:
        raise ValueError("more ranges than run at once")
    return ranges


def _row(line: int, cells: Mapping[str, str]) -> Row:
    """Return a valid record as its values."""
    decimals = MINOR_UNITS[cells["currency"]]
    return Row(
        line,
        cells["transaction_id"],
        _time(cells["timestamp"]),
        cells["account_token"],
        minor_units(cells["amount"], decimals, cells["type"]),
        cells["currency"],
        cells["type"],
        cells.get("description") or None,
    )


def _time(cell: str) -> str:
    """Return a valid time as ISO text in UTC with milliseconds, further decimals cut."""
    if cell.endswith("Z") and len(cell) == len("2026-11-20T15:40:07Z"):
        return f"{cell[:-1]}.000Z"
    return iso(_EPOCH + timedelta(milliseconds=_ANY_TIME(cell)))


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


_ANY_TIME = checks.moment(_milliseconds(_EPOCH), _milliseconds(datetime(9999, 1, 1, tzinfo=timezone.utc)))
