"""A file by its schema: refused whole, or judged row by row."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional, Union

from shared_python.card_numbers import holds_card_number, names_card_data
from shared_python.csv_file.judging import Judge, rule_of, values_of
from shared_python.csv_file.records import Records, Refusal, Refused, records, text_of
from shared_python.csv_file.schema import Column, Problem, Schema

# Cells beyond any limit are searched in parts, which overlap by more than a spelled card number.
_PART, _STEP = 1_000, 900
# Cells of a record that no schema limits; beyond, they are taken as one.
_MANY = 10_000
# Records that are judged at a time.
_AT_ONCE = 5_000


class Row(NamedTuple):
    """One record: its values by column, complete if it has no problems.

    `holds_card_number` is about all that is written in it: another rule may have come first.
    """

    line: int
    values: dict[str, Any]
    problems: tuple[Problem, ...]
    holds_card_number: bool


@dataclass(frozen=True)
class Parsed:
    """A file that is not refused: how many records it has, and each of them, judged when it is asked for."""

    count: int
    rows: Iterator[Row]


class Judged(NamedTuple):
    """A file that is not refused: its columns in its order, the lines of its records, its first problems, how many."""

    columns: tuple[str, ...]
    lines: Sequence[int]
    problems: Sequence[Problem]
    problem_count: int


def parse(content: bytes, schema: Schema, most_rows: int) -> Union[Refusal, Parsed]:
    """Return what is wrong with the whole file, else its rows, of which there are 1 to `most_rows`.

    Rules, the first that is broken: `encoding`, `quotes`, `card-number` and `header` of the header, `no-rows`,
    `too-many-rows`.
    """
    try:
        found, columns = _opened(content, schema, most_rows)
    except Refused as refused:
        return refused.args[0]
    return Parsed(len(found) - 1, _rows(found, columns, schema))


def judge(content: bytes, schema: Schema, most_rows: int, most_problems: int) -> Union[Refusal, Judged]:
    """Return the same of the whole file, else what is wrong with its rows, without their values."""
    try:
        found, columns = _opened(content, schema, most_rows)
    except Refused as refused:
        return refused.args[0]
    judge, width, count = Judge(columns, schema), len(columns), 0
    problems: list[Problem] = []
    for start, rows in _blocks(found, width):
        whole = [at for at, cells in enumerate(rows) if len(cells) == width]
        cells = _by_column(rows, whole, width)
        broken = judge.broken(cells)
        count += len(rows) - len(whole) + sum(len(one.records) for one in broken)
        left = most_problems - len(problems)
        if left > 0:
            # Of each kind the first are enough for the first of all.
            places = [(whole[at], one.column, one.rule) for one in broken for at in one.records[:left]]
            if len(whole) < len(rows):
                others = [(at, -1, "columns") for at, row in enumerate(rows) if len(row) != width]
                places += others[:left]
            places.sort(key=lambda place: place[:2])
            for at, column, rule in places[:left]:
                name = columns[column].name if column >= 0 else None
                said = rule or rule_of(columns[column], rows[at][column])
                problems.append(Problem(found.line(start + at), name, said))
    return Judged(tuple(column.name for column in columns), found.lines(1), problems, count)


def refused_holds_card_number(content: bytes) -> bool:
    """Return whether a card number is anywhere in a file that is not read by a schema, CSV or not."""
    text = content.decode("utf-8", "replace")
    try:
        parts = (cell for _, cells in records(text, _MANY) for cell in cells)
        return any(_holds(part, holds_card_number) for part in parts)
    except Refused:
        # Whatever the quotes mean: a file that is no CSV has parts, too.
        return any(_holds(part, holds_card_number) for part in re.split('[",\r\n]', text))


def _opened(content: bytes, schema: Schema, most_rows: int) -> tuple[Records, list[Column]]:
    """Return the records of a file, the first being its header, and its columns; or Refused."""
    found = Records(text_of(content))
    if not len(found):
        raise Refused(Refusal(1, "no-rows"))
    columns = _header(found, schema)
    if len(found) == 1:
        raise Refused(Refusal(1, "no-rows"))
    if len(found) > most_rows + 1:
        raise Refused(Refusal(found.line(most_rows + 1), "too-many-rows"))
    return found, columns


def _header(found: Records, schema: Schema) -> list[Column]:
    """Return the columns in the file's order; Refused for `header` or `card-number`."""
    (cells,) = found.cells(0, 1, len(schema.columns))
    names = [cell.strip(" ") for cell in cells]
    if any(names_card_data(name) or _holds(name, holds_card_number) for name in names):
        raise Refused(Refusal(found.line(0), "card-number"))
    known = {column.name: column for column in schema.columns}
    missing = [column for column in schema.columns if column.required and column.name not in names]
    if missing or len(set(names)) < len(names) or not known.keys() >= set(names):
        raise Refused(Refusal(found.line(0), "header"))
    return [known[name] for name in names]


def _blocks(found: Records, width: int) -> Iterator[tuple[int, list[list[str]]]]:
    """Yield the cells of all records but the header, many at a time, with the first one's place."""
    for start in range(1, len(found), _AT_ONCE):
        yield start, found.cells(start, start + _AT_ONCE, width)


def _by_column(rows: Sequence[list[str]], whole: Sequence[int], width: int) -> list[tuple[str, ...]]:
    """Return the cells of each column, of the records that have as many as there are columns."""
    complete = rows if len(whole) == len(rows) else [rows[at] for at in whole]
    return list(zip(*complete)) or [()] * width


def _rows(found: Records, columns: Sequence[Column], schema: Schema) -> Iterator[Row]:
    absent = {column.name: None for column in schema.columns if column not in columns}
    judge, width = Judge(columns, schema), len(columns)
    for start, rows in _blocks(found, width):
        whole = [at for at, cells in enumerate(rows) if len(cells) == width]
        broken: dict[int, dict[int, Optional[str]]] = {}
        for one in judge.broken(_by_column(rows, whole, width)):
            for at in one.records:
                broken.setdefault(whole[at], {})[one.column] = one.rule
        for at, cells in enumerate(rows):
            line = found.line(start + at)
            if len(cells) != width:
                held = any(_holds(cell, holds_card_number) for cell in cells)
                yield Row(line, {}, (Problem(line, None, "columns"),), held)
            elif at in broken:
                wrong = broken[at]
                problems = tuple(
                    Problem(line, columns[place].name, wrong[place] or rule_of(columns[place], cells[place]))
                    for place in sorted(wrong)
                )
                good = [place for place in range(width) if place not in wrong]
                values = values_of([columns[place] for place in good], [cells[place] for place in good])
                held = _rejected_holds(columns, cells, {problem.column for problem in problems})
                yield Row(line, {**absent, **values}, problems, held)
            else:
                yield Row(line, {**absent, **values_of(columns, cells)}, (), False)


def _rejected_holds(columns: Sequence[Column], cells: Sequence[str], broken: Container[Optional[str]]) -> bool:
    """Return whether a rejected row holds a card number, also behind another rule, or where none is looked for."""
    return any(
        _holds(cell, column.card_rule or holds_card_number)
        for column, cell in zip(columns, cells)
        if column.name in broken
    )


def _holds(cell: str, rule: Any) -> bool:
    return any(rule(cell[at : at + _PART]) for at in range(0, len(cell), _STEP))
