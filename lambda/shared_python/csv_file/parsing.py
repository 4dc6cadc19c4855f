"""A file by its schema: refused whole, or judged row by row."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Union

from shared_python.card_numbers import holds_card_number, names_card_data
from shared_python.csv_file.records import Refusal, Refused, records, text_of
from shared_python.csv_file.schema import Broken, Column, Problem, Schema

# A spreadsheet takes a cell that begins so for a formula. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Cells beyond any limit are searched in parts, which overlap by more than a spelled card number.
_PART, _STEP = 1_000, 900
# Cells of a record that no schema limits; beyond, they are taken as one.
_MANY = 10_000


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


def parse(content: bytes, schema: Schema, most_rows: int) -> Union[Refusal, Parsed]:
    """Return what is wrong with the whole file, else its rows, of which there are 1 to `most_rows`.

    Rules, the first that is broken: `encoding`, `quotes`, `card-number` and `header` of the header, `no-rows`,
    `too-many-rows`.
    """
    most_cells = len(schema.columns)
    try:
        text = text_of(content)
        count, line_of_excess = -1, 0
        for line, _ in records(text, most_cells):
            count += 1
            if count == most_rows + 1:
                line_of_excess = line
        found = records(text, most_cells)
        columns = _header(found, schema)
    except Refused as refused:
        return refused.args[0]
    if count < 1:
        return Refusal(1, "no-rows")
    if line_of_excess:
        return Refusal(line_of_excess, "too-many-rows")
    return Parsed(count, _rows(found, columns, schema))


def refused_holds_card_number(content: bytes) -> bool:
    """Return whether a card number is anywhere in a file that is not read by a schema, CSV or not."""
    text = content.decode("utf-8", "replace")
    try:
        parts = (cell for _, cells in records(text, _MANY) for cell in cells)
        return any(_holds(part, holds_card_number) for part in parts)
    except Refused:
        # Whatever the quotes mean: a file that is no CSV has parts, too.
        return any(_holds(part, holds_card_number) for part in re.split('[",\r\n]', text))


def _header(found: Iterator[tuple[int, list[str]]], schema: Schema) -> list[Column]:
    """Return the columns in the file's order; Refused for `header`, `card-number`, or `no-rows` without a header."""
    line, cells = next(found, (1, None))
    if cells is None:
        raise Refused(Refusal(1, "no-rows"))
    names = [cell.strip(" ") for cell in cells]
    if any(names_card_data(name) or _holds(name, holds_card_number) for name in names):
        raise Refused(Refusal(line, "card-number"))
    known = {column.name: column for column in schema.columns}
    missing = [column for column in schema.columns if column.required and column.name not in names]
    if missing or len(set(names)) < len(names) or not known.keys() >= set(names):
        raise Refused(Refusal(line, "header"))
    return [known[name] for name in names]


def _rows(found: Iterator[tuple[int, list[str]]], columns: Sequence[Column], schema: Schema) -> Iterator[Row]:
    absent = {column.name: None for column in schema.columns if column not in columns}
    width = len(columns)
    for line, cells in found:
        if len(cells) != width:
            held = any(_holds(cell, holds_card_number) for cell in cells)
            yield Row(line, {}, (Problem(line, None, "columns"),), held)
            continue
        values = dict(absent)
        broken: dict[str, str] = {}
        for column, cell in zip(columns, cells):
            try:
                values[column.name] = _value(column, cell)
            except Broken as error:
                broken[column.name] = error.args[0]
        for relation in schema.relations:
            both = values.get(relation.column), values.get(relation.other)
            if None not in both and not relation.holds(*both):
                broken[relation.column] = relation.rule
        if broken:
            problems = tuple(
                Problem(line, column.name, broken[column.name]) for column in columns if column.name in broken
            )
            yield Row(line, values, problems, _rejected_holds(columns, cells, broken))
        else:
            yield Row(line, values, (), False)


def _value(column: Column, cell: str) -> Any:
    """Return the value of a cell; Broken with the first rule that it breaks."""
    if cell == "":
        if column.required:
            raise Broken("required")
        return None
    if len(cell) > column.most_characters:
        raise Broken("too-long")
    if column.free and cell.startswith(_FORMULA):
        raise Broken("formula")
    if column.card_rule and column.card_rule(cell):
        raise Broken("card-number")
    return column.check(cell)


def _rejected_holds(columns: Sequence[Column], cells: Sequence[str], broken: dict[str, str]) -> bool:
    """Return whether a rejected row holds a card number, also behind another rule, or where none is looked for."""
    return any(
        _holds(cell, column.card_rule or holds_card_number)
        for column, cell in zip(columns, cells)
        if column.name in broken
    )


def _holds(cell: str, rule: Any) -> bool:
    return any(rule(cell[at : at + _PART]) for at in range(0, len(cell), _STEP))
