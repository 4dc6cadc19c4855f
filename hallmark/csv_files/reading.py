"""A file read a second time, character by character: what a ledger expects of it.

Written from the rules in docs/csv_files.md alone, for plainness instead of speed, and independent of the functions:
tests draw files and demand that both readings agree.
"""

from typing import NamedTuple

from hallmark.csv_files.card_numbers import holds_card_number, is_card_data_name
from hallmark.csv_files.cells import Columns
from hallmark.csv_files.problems import Problem


class Row(NamedTuple):
    """A record: its cells by column, and its problems in the order of the file's columns; none, then it is valid."""

    line: int
    cells: dict[str, str]
    problems: tuple[Problem, ...]


class _Refused(Exception):
    """Arguments: line and rule."""


def read(content: bytes, columns: Columns, most_rows: int) -> Problem | list[Row]:
    """Return the problem for which a file is refused whole, else its rows."""
    try:
        records = _records(_text(content))
        header = _header(records, columns, most_rows)
    except _Refused as refused:
        line, rule = refused.args
        return Problem(line, None, rule)
    return [_row(line, header, cells, columns) for line, cells in records[1:]]


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


def _header(records: list[tuple[int, list[str]]], columns: Columns, most_rows: int) -> list[str]:
    """Return the names of the columns, if the file has a valid header and a valid number of records."""
    if not records:
        raise _Refused(1, "no-rows")
    line, cells = records[0]
    names = [cell.strip(" ") for cell in cells]
    for name in names:
        if is_card_data_name(name) or holds_card_number(name):
            raise _Refused(line, "card-number")
    if sorted({*names, *columns.optional}) != sorted(columns.names) or len(names) != len(set(names)):
        raise _Refused(line, "header")
    if len(records) == 1:
        raise _Refused(1, "no-rows")
    if len(records) > most_rows + 1:
        raise _Refused(records[most_rows + 1][0], "too-many-rows")
    return names


def _row(line: int, header: list[str], cells: list[str], columns: Columns) -> Row:
    if len(cells) != len(header):
        return Row(line, {}, (Problem(line, None, "columns"),))
    by_name = dict(zip(header, cells, strict=True))
    broken = columns.judge(by_name)
    return Row(line, by_name, tuple(Problem(line, name, broken[name]) for name in header if name in broken))
