"""What a reader of a passed run must know, for a pull request: limits of the emulator, what is not read, notes."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from hallmark.report import legend
from hallmark.report.model import ControlReport, Report

Cell = Callable[[str], str]


def counted(item: ControlReport) -> str:
    """Return how many limits of the emulator a verdict rests on, and how many of them are about what it does not do."""
    absent = sum(1 for limit in item.limits if limit.fidelity == "absent")
    text = f"{len(item.limits)} limit{'' if len(item.limits) == 1 else 's'}"
    return f"{text}, {absent} absent" if absent else text


def markdown(report: Report, cell: Cell) -> Iterator[str]:
    """Yield Markdown: three sections, the long tables folded."""
    limits = ((one.fidelity, one.behaviour, legend.limit(one), names) for one, names in report.limits.items())
    rows = [
        (fidelity, cell(about), cell(limit), " ".join(f"`{n}`" for n in names))
        for fidelity, about, limit, names in limits
    ]
    yield from folded("Limits of the emulator", ("fidelity", "behaviour", "limit", "controls"), rows)
    unread = [(cell(row.what), cell(row.reason)) for row in report.unread]
    yield from folded("What is not read", ("what", "reason"), unread)
    if report.notes:
        yield from ("", f"## Notes ({len(report.notes)})", "")
        yield from (f"- `{note.resource}` ({note.type}): {cell(note.text)}" for note in report.notes)


def folded(title: str, columns: Sequence[str], rows: Sequence[Iterable[str]]) -> Iterator[str]:
    """Yield a section with a folded table; nothing without rows."""
    if not rows:
        return
    yield from ("", f"## {title} ({len(rows)})", "", "<details><summary>show</summary>", "")
    yield from (f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}")
    yield from (f"| {' | '.join(cells)} |" for cells in rows)
    yield from ("", "</details>")
