"""GitHub's Markdown: texts that cannot become markup, and sections that fit a comment.

https://github.github.com/gfm/ ; a comment holds 65,536 characters.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hallmark.report.plain import one_line

LONGEST = 65_000
# A text from outside that is longer ends here: report.json has the rest.
_LONGEST_TEXT = 600
_CODE = re.compile(r"`([^`]+)`")
# What markup would be made of: each gets a backslash, which GitHub does not show.
_SPECIAL = re.compile(r"[\\`|*~\[\]]|(?<!\w)_|_(?!\w)|^[#>+=-]|(?<=^\d)[.)]|(?<=:)/(?=/)|(?<=www)\.")
# A mention and the number of an issue become links after the escapes are gone: a space without a width divides them.
_LINKED = re.compile(r"([@#])(?=\w)")
_APART = "\N{ZERO WIDTH SPACE}"


def cell(text: str) -> str:
    """Return a text that neither ends a table's cell nor contains markup, but for code between backticks."""
    parts = _CODE.split(_line(text))
    return "".join(code(part) if number % 2 else _escaped(part) for number, part in enumerate(parts))


def _line(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST_TEXT else f"{line[:_LONGEST_TEXT]}…"


def _escaped(text: str) -> str:
    plain = re.sub(r"&(?=#?\w+;)", "&amp;", _SPECIAL.sub(r"\\\g<0>", text)).replace("<", "&lt;")
    return _LINKED.sub(rf"\1{_APART}", plain)


def code(text: str) -> str:
    """Return a text from outside as code, in which nothing is markup, also within a table."""
    line = _line(text)
    longest = max((len(found) for found in re.findall("`+", line)), default=0)
    fence, space = "`" * (longest + 1), " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}".replace("|", "\\|") if line else ""


@dataclass(frozen=True)
class Section:
    """A heading, lines before its rows, and rows, of which those that do not fit are counted; folded or not."""

    title: str
    head: Sequence[str] = ()
    rows: Sequence[str] = ()
    folded: bool = False
    level: int = 2

    def lines(self, room: int) -> Iterator[str]:
        """Yield the section in so many bytes, at least its heading."""
        before = ["", f"{'#' * self.level} {self.title}", ""]
        before += ["<details><summary>show</summary>", ""] if self.folded else []
        after = ["", "</details>"] if self.folded else []
        left = room - _bytes((*before, *self.head, *after)) - 80
        fitting = 0
        for row in self.rows:
            left -= _bytes([row])
            if left < 0:
                break
            fitting += 1
        rest = len(self.rows) - fitting
        more = ["", f"{rest} more: in report.json."] if rest else []
        yield from (*before, *(self.head if fitting or not rest else ()), *self.rows[:fitting], *more, *after)


def table(title: str, columns: Sequence[str], rows: Iterable[Iterable[str]], *, folded: bool = False) -> list[Section]:
    """Return a section with a table, whose columns ending with `:` are numbers; none without rows."""
    made = [f"| {' | '.join(cells)} |" for cells in rows]
    names = f"| {' | '.join(name.removesuffix(':') for name in columns)} |"
    rule = "".join(" ---: |" if name.endswith(":") else " --- |" for name in columns)
    return [Section(f"{title} ({len(made)})", (names, f"|{rule}"), made, folded)] if made else []


def fitted(first: Sequence[str], sections: Sequence[Section], longest: int = LONGEST) -> str:
    """Return a document of at most so many bytes: what comes first has the room, of the rest the headings stay."""
    lines = list(first)
    for number, section in enumerate(sections):
        kept = sum(_bytes((later.title,)) + 120 for later in sections[number + 1 :])
        lines += section.lines(longest - _bytes(lines) - kept)
    return "\n".join(lines) + "\n"


def _bytes(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
