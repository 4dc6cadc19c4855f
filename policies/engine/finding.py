"""What a policy reports when a resource breaks its control."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

TEMPLATE = "(template)"
# How a finding shows what the template does not say.
UNRESOLVED = "cannot be resolved (counted as failed)"
_LONGEST = {"path": 300, "found": 240, "wanted": 600}
# Controls, formats such as the mark for right to left, surrogates, and separators of lines.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
# How much of a long text is shown around its interesting part.
_AROUND = 60


@dataclass(frozen=True)
class Finding:
    """One violation; its texts have one line each and a bounded length.

    `resource` is a logical id, or TEMPLATE when something is missing altogether; `path` is relative to the resource's
    Properties unless it starts with another attribute of the resource, like `Targets[2].RetryPolicy`. `policy` is who
    reports it, as the library names it.
    """

    resource: str
    path: str
    found: str
    wanted: str
    fix: str = ""
    policy: str = ""

    def __post_init__(self) -> None:
        for name, longest in _LONGEST.items():
            object.__setattr__(self, name, one_line(getattr(self, name), longest))


def mended_by(fix: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings with a fix of their own, instead of that of their policy's card."""
    return (replace(one, fix=fix) for one in findings)


def one_line(value: Any, longest: int) -> str:
    """Return a value as a text of one line; a longer one by its beginning, its end and its length."""
    text = str(value)
    if len(text) <= longest and text.isprintable():
        return text
    # Far more than is shown: a long text is not looked at as a whole.
    begin, end = (_printable(part) for part in (text[: 2 * longest], text[-2 * longest :]))
    if len(text) <= 2 * longest and len(begin) <= longest:
        return begin
    note = f" ... ({len(text)} characters) ... "
    left = longest - len(note)
    return f"{begin[: left * 2 // 3].rstrip()}{note}{end[-(left // 3) :].lstrip()}"


def excerpt(text: str, start: int, end: int) -> str:
    """Return a text's part from start to end with what is around it; in a text of several lines, with its line."""
    if len(text) <= _LONGEST["found"] and text.isprintable():
        return text
    begin, stop = max(0, start - _AROUND), min(len(text), end + _AROUND)
    shown = f"{'...' if begin else ''}{_printable(text[begin:stop])}{'...' if stop < len(text) else ''}"
    line = text.count("\n", 0, start) + 1
    return f"line {line}: {shown}" if "\n" in text else shown


def _printable(text: str) -> str:
    """Return a text with single spaces for line breaks and their indents, and escapes for other control characters."""
    return _CONTROL.sub(_escaped, " ".join(text.split()))


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape", "backslashreplace").decode("ascii")
