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
        outside, self._texts = parts[::2], parts[1::2]
        if "" in outside[1:-1]:
            outside, self._texts = _merged(outside, self._texts)
        bare = '"'.join(outside)
        if self._texts:
            _refuse_misplaced(bare, self._texts, closed=len(parts) % 2 == 1)
        lines = bare.replace("\r\n", "\n").split("\n")
        self._places: Sequence[int] = range(len(lines))
        if "" in lines:
            self._places = [place for place, line in enumerate(lines) if line]
            lines = [line for line in lines if line]
        self._lines = lines
        # How many texts stand before each record, and how many line breaks before each text.
        self._before: Sequence[int] = ()
        self._breaks: Sequence[int] = ()
        if self._texts:
            self._before = list(accumulate([line.count('"') for line in lines], initial=0))
            if any("\n" in text for text in self._texts):
                self._breaks = list(accumulate([text.count("\n") for text in self._texts], initial=0))

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, record: int) -> int:
        """Return the physical line, counted from 1, in which a record begins."""
        return 1 + self._places[record] + (self._breaks[self._before[record]] if self._breaks else 0)

    def lines(self, start: int) -> Sequence[int]:
        """Return the lines of all records from one on."""
        if self._breaks:
            behind = zip(self._places[start:], self._before[start:])
            return [1 + place + self._breaks[before] for place, before in behind]
        return [1 + place for place in self._places[start:]]

    def cells(self, start: int, end: int, most_cells: int) -> list[list[str]]:
        """Return the cells of some records.

        Of a record with too many cells, only one more than `most_cells`, the last with all that is left.
        """
        rows = [line.split(",", most_cells) for line in self._lines[start:end]]
        if self._texts:
            befores = self._before[start : start + len(rows) + 1]
            for at, (before, after) in enumerate(zip(befores, befores[1:])):
                if before < after:
                    rows[at] = _filled(rows[at], self._texts[before:after], most_cells)
        return rows


def records(text: str, most_cells: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record's line, counted from 1, and its cells, as Records has them; Refused for `quotes`."""
    found = Records(text)
    for start in range(0, len(found), _AT_ONCE):
        for at, cells in enumerate(found.cells(start, start + _AT_ONCE, most_cells), start):
            yield found.line(at), cells


def _filled(cells: list[str], texts: Sequence[str], most_cells: int) -> list[str]:
    """Return the cells of a record with the texts that stand in quotes in it."""
    own = iter(texts)
    filled = [next(own) if cell == '"' else cell for cell in cells]
    if len(cells) > most_cells and cells[-1] != '"':
        # All that is left, as it is written but for quotes.
        left, between = list(own), filled[-1].split('"')
        together = [*between, *left]
        if left:
            together[::2], together[1::2] = between, left
        filled[-1] = "".join(together)
    return filled


def _merged(outside: Sequence[str], texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the same with texts joined that have nothing between them but a doubled quote."""
    last = len(outside) - 1
    kept = [place for place, part in enumerate(outside) if part or place in (0, last)]
    merged = ['"'.join(texts[begin:end]) for begin, end in zip(kept, kept[1:])]
    return [outside[place] for place in kept], merged + list(texts[last:])


def _refuse_misplaced(bare: str, texts: Sequence[str], closed: bool) -> None:
    """Refuse quotes at the first that is wrong: all before it are taken for what they are."""
    count = bare.count('"')
    opening = bare.count(',"') + bare.count('\n"') + bare.startswith('"')
    closing = bare.count('",') + bare.count('"\n') + bare.count('"\r\n') + bare.endswith('"')
    if closed and opening == count == closing:
        return
    found = _MISPLACED.search(bare)
    # The quote that is not closed may be followed by doubled ones.
    before = bare[: found.start() + 1] if found else bare.rstrip('"')
    line = 1 + before.count("\n") + sum(text.count("\n") for text in texts[: before.count('"')])
    raise Refused(Refusal(line, "quotes"))
