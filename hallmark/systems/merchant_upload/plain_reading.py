"""A merchant's file read a second time, character by character: what the ledger expects of it.

Written from the rules in docs/merchant_upload.md alone, for plainness instead of speed, and independent of the
functions: tests draw files and demand that both readings agree.
"""

from datetime import datetime
from typing import Any, NamedTuple

from hallmark.systems.merchant_upload.plain_card_numbers import holds_card_number, is_card_data_name
from hallmark.systems.merchant_upload.plain_cells import COLUMNS, OPTIONAL, judge

MOST_ROWS = 50_000
# A line, a column if the problem has one, and the broken rule.
Problem = tuple[int, str | None, str]


class PlainRow(NamedTuple):
    """A record: its values by column if it is valid, else None and its problems in the order of the file's columns."""

    line: int
    values: dict[str, Any] | None
    problems: tuple[Problem, ...]


class PlainFile(NamedTuple):
    """A file: why it is refused, as line and rule; or its rows."""

    refusal: tuple[int, str] | None
    rows: tuple[PlainRow, ...]


class _Refused(Exception):
    """Arguments: line and rule."""


def read(content: bytes, created: datetime, most_rows: int = MOST_ROWS) -> PlainFile:
    """Return what is to be expected of a file whose object was created then, an aware time."""
    try:
        records = _records(_text(content))
        header = _header(records, most_rows)
    except _Refused as refused:
        line, rule = refused.args
        return PlainFile((line, rule), ())
    return PlainFile(None, tuple(_row(line, header, cells, created) for line, cells in records[1:]))


def _text(content: bytes) -> str:
    """Return the text, if each line is UTF-8 without NUL, and CR stands before LF only."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    texts: list[str] = []
    for number, line in enumerate(lines, start=1):
        is_last = number == len(lines)
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            raise _Refused(number, "encoding") from None
        inner = text if is_last else text.removesuffix("\r")
        if "\0" in inner or "\r" in inner:
            raise _Refused(number, "encoding")
        texts.append(text)
    return "\n".join(texts)


def _records(text: str) -> list[tuple[int, list[str]]]:
    """Return each record that is not empty: the line where it begins, and its cells."""
    records: list[tuple[int, list[str]]] = []
    cells: list[str] = []
    cell, state = "", "before a cell"
    line = begin = opened = 1
    position = 0
    while position < len(text):
        character = text[position]
        following = text[position + 1 : position + 2]
        is_break = character == "\n" or (character == "\r" and following == "\n")
        if state == "in quotes" and character == '"' and following == '"':
            cell += '"'
            position += 1
        elif state == "in quotes" and character == '"':
            state = "after quotes"
        elif state == "in quotes":
            cell += character
        elif character == '"' and state == "before a cell":
            state, opened = "in quotes", line
        elif character == ",":
            cells.append(cell)
            cell, state = "", "before a cell"
        elif is_break:
            if cells or cell or state != "before a cell":
                records.append((begin, [*cells, cell]))
            cells.clear()
            cell, state = "", "before a cell"
            position += character == "\r"
            begin = line + 1
        elif character == '"' or state == "after quotes":
            raise _Refused(line, "quotes")
        else:
            cell += character
            state = "in a cell"
        line += text[position] == "\n"
        position += 1
    if state == "in quotes":
        raise _Refused(opened, "quotes")
    if cells or cell or state != "before a cell":
        records.append((begin, [*cells, cell]))
    return records


def _header(records: list[tuple[int, list[str]]], most_rows: int) -> list[str]:
    """Return the names of the columns, if the file has a valid header and a valid number of records."""
    if not records:
        raise _Refused(1, "no-rows")
    line, cells = records[0]
    names = [cell.strip(" ") for cell in cells]
    for name in names:
        if is_card_data_name(name) or holds_card_number(name):
            raise _Refused(line, "card-number")
    if sorted({*names, *OPTIONAL}) != sorted(COLUMNS) or len(names) != len(set(names)):
        raise _Refused(line, "header")
    if len(records) == 1:
        raise _Refused(1, "no-rows")
    if len(records) > most_rows + 1:
        raise _Refused(records[most_rows + 1][0], "too-many-rows")
    return names


def _row(line: int, header: list[str], cells: list[str], created: datetime) -> PlainRow:
    if len(cells) != len(header):
        return PlainRow(line, None, ((line, None, "columns"),))
    values, broken = judge(dict(zip(header, cells, strict=True)), created)
    if broken:
        return PlainRow(line, None, tuple((line, name, broken[name]) for name in header if name in broken))
    return PlainRow(line, values, ())
