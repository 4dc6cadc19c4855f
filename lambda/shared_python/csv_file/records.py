"""From bytes to records: encoding, quotes and line breaks (RFC 4180)."""

import re
from collections.abc import Iterator
from typing import NamedTuple, Optional

_BOM = "\ufeff"
_NUL_OR_LONE_CR = re.compile(rb"\0|\r(?!\n)")
_UNQUOTED = re.compile(r'[^",\r\n]*')
_LINE_END = re.compile(r"\r?\n|\Z")


class Refusal(NamedTuple):
    """Why a whole file is refused, and the line where it shows; a file's problem has no column."""

    line: int
    rule: str
    column: Optional[str] = None


class Refused(Exception):
    """A file is refused; its first argument is the Refusal."""


def text_of(content: bytes) -> str:
    """Return the text of a file, without its byte order mark; Refused for `encoding`."""
    found = _NUL_OR_LONE_CR.search(content)
    wrong = [found.start()] if found else []
    text = ""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        wrong.append(error.start)
    if wrong:
        raise Refused(Refusal(1 + content.count(b"\n", 0, min(wrong)), "encoding"))
    return text[1:] if text.startswith(_BOM) else text


def records(text: str, most_cells: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record's line, counted from 1, and its cells; Refused for `quotes`.

    Of a record with too many cells, only one more than `most_cells`, the last with all that is left, or left out.
    """
    at, line, size = 0, 1, len(text)
    while at < size:
        end = text.find("\n", at)
        if end < 0:
            end = size
        written = text[at:end]
        if '"' in written:
            cells, end = _quoted(text, at, line, most_cells)
            yield line, cells
            line += text.count("\n", at, end)
        else:
            written = written.rstrip("\r")
            if written:
                yield line, written.split(",", most_cells)
        line += 1
        at = end + 1


def _quoted(text: str, begin: int, line: int, most_cells: int) -> tuple[list[str], int]:
    """Return the cells of the record with quotes that begins there, and the position of the line feed after it."""
    cells: list[str] = []
    at = begin
    while True:
        if text.startswith('"', at):
            close = _closing_quote(text, at)
            cell, end = text[at + 1 : close].replace('""', '"'), close + 1
        else:
            end = _UNQUOTED.match(text, at).end()
            cell = text[at:end]
        if len(cells) <= most_cells:
            cells.append(cell)
        if text.startswith(",", end):
            at = end + 1
        elif close_of_line := _LINE_END.match(text, end):
            return cells, close_of_line.end() - close_of_line[0].endswith("\n")
        else:
            raise Refused(Refusal(line + text.count("\n", begin, end), "quotes"))


def _closing_quote(text: str, at: int) -> int:
    """Return the position of the quote that closes the one at a position, or one before it if none does.

    The caller then finds text after a closing quote: the unclosed one.
    """
    opening = at
    while True:
        at = text.find('"', at + 1)
        if at < 0:
            return opening - 1
        if not text.startswith('"', at + 1):
            return at
        at += 1
