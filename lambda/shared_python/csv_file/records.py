"""From bytes to records: encoding, quotes and line breaks (RFC 4180).

What stands in quotes is taken out first. The rest has its commas and line breaks for one purpose only, so that it is
split at once, and a quote in it stands for a text that was taken out.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, Optional

_BOM = "\ufeff"
_NUL_OR_LONE_CR = re.compile(rb"\0|\r(?!\n)")
# A quote that opens behind something, or closes before something.
_MISPLACED = re.compile(r'[^,\n"]"|"[^,\r\n"]')
# Records that are split at a time: cells of a whole file would take many times its memory.
_AT_ONCE = 5_000


class Refusal(NamedTuple):
    """Why a whole file is refused, and the line where it shows; a file's problem has no column."""

    line: int
    rule: str
    column: Optional[str] = None


class Refused(Exception):
    """A file is refused; its first argument is the Refusal."""


def text_of(content: bytes) -> str:
    """Return the text of a file, without its byte order mark; Refused for `encoding`."""
    wrong = []
    if b"\0" in content or content.count(b"\r") > content.count(b"\r\n"):
        wrong = [found.start() for found in [_NUL_OR_LONE_CR.search(content)] if found]
    text = ""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        wrong.append(error.start)
    if wrong:
        raise Refused(Refusal(1 + content.count(b"\n", 0, min(wrong)), "encoding"))
    return text[1:] if text.startswith(_BOM) else text


class Records:
    """The records of a text, the header among them; Refused for `quotes`."""

    def __init__(self, text: str) -> None:
        parts = text.split('"')
        # What stands in quotes, piece by piece: a doubled quote is between two pieces.
        self._quoted = parts[1::2]
        bare = '"'.join(parts[::2])
        if self._quoted:
            _refuse_misplaced(bare, self._quoted, closed=len(parts) % 2 == 1)
        lines = bare.replace("\r\n", "\n").split("\n")
        self._places: Sequence[int] = range(len(lines))
        if "" in lines:
            self._places = [place for place, line in enumerate(lines) if line]
            lines = [line for line in lines if line]
        self._lines = lines
        # How many pieces stand before each record, and how many line breaks before each piece.
        self._pieces: Sequence[int] = ()
        self._breaks: Sequence[int] = ()
        if self._quoted:
            self._pieces = list(accumulate((line.count('"') for line in lines), initial=0))
            if any("\n" in piece for piece in self._quoted):
                self._breaks = list(accumulate((piece.count("\n") for piece in self._quoted), initial=0))

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, record: int) -> int:
        """Return the physical line, counted from 1, in which a record begins."""
        return 1 + self._places[record] + (self._breaks[self._pieces[record]] if self._breaks else 0)

    def lines(self, start: int) -> Sequence[int]:
        """Return the lines of all records from one on."""
        if self._breaks:
            return [self.line(record) for record in range(start, len(self))]
        return [1 + place for place in self._places[start:]]

    def cells(self, start: int, end: int, most_cells: int) -> list[list[str]]:
        """Return the cells of some records.

        Of a record with too many cells, only one more than `most_cells`, the last with all that is left.
        """
        rows = [line.split(",", most_cells) for line in self._lines[start:end]]
        if self._quoted:
            for at, row in enumerate(rows, start):
                if self._pieces[at] != self._pieces[at + 1]:
                    self._fill(row, self._pieces[at])
        return rows

    def _fill(self, row: list[str], piece: int) -> None:
        for at, cell in enumerate(row):
            if '"' in cell:
                end = piece + cell.count('"')
                pieces = self._quoted[piece:end]
                row[at] = pieces[0] if cell == '"' else _joined(cell, pieces)
                piece = end


def records(text: str, most_cells: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record's line, counted from 1, and its cells, as Records has them; Refused for `quotes`."""
    found = Records(text)
    for start in range(0, len(found), _AT_ONCE):
        for at, cells in enumerate(found.cells(start, start + _AT_ONCE, most_cells), start):
            yield found.line(at), cells


def _joined(cell: str, pieces: Sequence[str]) -> str:
    """Return the text of a cell with several pieces, or of all cells that are too many in their record."""
    if cell.strip('"') == "":
        return '"'.join(pieces)
    between = cell.split('"')
    texts = [*between, *pieces]
    texts[::2], texts[1::2] = between, pieces
    return "".join(texts)


def _refuse_misplaced(bare: str, quoted: Sequence[str], closed: bool) -> None:
    """Refuse quotes at the first that is wrong: all before it are taken for what they are."""
    found = _MISPLACED.search(bare)
    if closed and not found:
        return
    # The quote that is not closed may be followed by doubled ones.
    before = bare[: found.start() + 1] if found else bare.rstrip('"')
    line = 1 + before.count("\n") + sum(piece.count("\n") for piece in quoted[: before.count('"')])
    raise Refused(Refusal(line, "quotes"))
