"""against.md: the comment on a pull request.

Texts of a run are code: GitHub reads no link, mention, image or HTML there, whatever a test or a template is named.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from hallmark.report.against.rows import Change
from hallmark.wording import counted

FILE = "against.md"
# GitHub refuses a comment of more than 65,536 characters.
MOST_CHARACTERS, MOST_ROWS, LONGEST = 60_000, 200, 400
_HEADINGS = {"worse": "Worse", "better": "Better", "changed": "Otherwise"}


def render(found: Mapping[str, Sequence[Change]], base: str, now: str) -> str:
    """Return the changes by system as Markdown; one line where nothing changed. `base` and `now` are commits."""
    some = {system: rows for system, rows in found.items() if rows}
    if not some:
        systems = counted(len(found), "system")
        return f"Nothing changed: {systems} with the verdicts and findings of the base ({commits(base, now)}).\n"
    text = "\n".join(_lines(some, base, now)) + "\n"
    if len(text) <= MOST_CHARACTERS:
        return text
    # Whole lines, so that no code is left open.
    kept = text[:MOST_CHARACTERS].rpartition("\n")[0]
    return f"{kept}\n\nThe rest is cut: build/report has it.\n"


def summary(rows: Sequence[Change]) -> str:
    """Return how many changes there are of each sense."""
    counts = [(sense, sum(1 for row in rows if row.sense == sense)) for sense in _HEADINGS]
    words = {"changed": "otherwise changed"}
    return ", ".join(f"{count} {words.get(sense, sense)}" for sense, count in counts if count)


def commits(base: str, now: str) -> str:
    """Return the two commits, shortened, as code."""
    return f"base {code(_short(base))}, this run {code(_short(now))}"


def _short(commit: str) -> str:
    first, _, changes = commit.partition(" ")
    return f"{first[:10]}{' with uncommitted changes' if changes else ''}"


def _lines(found: Mapping[str, Sequence[Change]], base: str, now: str) -> Iterator[str]:
    everything = [row for rows in found.values() for row in rows]
    yield f"# Compliance: {summary(everything)}"
    yield from ("", f"Against the base: {commits(base, now)}.")
    for system, rows in found.items():
        yield from ("", f"## {code(system)}: {summary(rows)}")
        for sense, heading in _HEADINGS.items():
            yield from _section(heading, [row for row in rows if row.sense == sense])


def _section(heading: str, rows: Sequence[Change]) -> Iterator[str]:
    if rows:
        yield from ("", f"**{heading}**", "")
        yield from (_row(row) for row in rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        yield f"- and {len(rows) - MOST_ROWS} more"


def _row(row: Change) -> str:
    name = f" {code(row.name)}" if row.name else ""
    detail = f": {code(row.detail)}" if row.detail else ""
    source = f", {code(row.source)}" if row.source else ""
    return f"- {row.kind}{name} {code(row.what)}{source}{detail}"


def code(text: str) -> str:
    """Return a text as code in one line: without control characters, bounded, in more backticks than it has."""
    line = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", " ", text).split())
    line = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{line or '-'}{space}{fence}"
