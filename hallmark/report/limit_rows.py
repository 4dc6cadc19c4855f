"""What a reader of a passed run must know, for a pull request: limits of the emulator, what is not read, notes."""

from collections.abc import Iterator

from hallmark.report import legend
from hallmark.report.markup import Section, cell, code, table
from hallmark.report.model import ControlReport, Report


def counted(item: ControlReport) -> str:
    """Return how many limits of the emulator a verdict rests on, and how many of them are about what it does not do."""
    absent = sum(1 for limit in item.limits if limit.fidelity == "absent")
    text = f"{len(item.limits)} limit{'' if len(item.limits) == 1 else 's'}"
    return f"{text}, {absent} absent" if absent else text


def markdown(report: Report) -> Iterator[Section]:
    """Yield three sections, the long tables folded."""
    limits = [
        (limit.fidelity, cell(limit.behaviour), cell(legend.limit(limit)), " ".join(map(code, names)))
        for limit, names in report.limits.items()
    ]
    yield from table("Limits of the emulator", ("fidelity", "behaviour", "limit", "controls"), limits, folded=True)
    unread = [(cell(row.what), cell(row.reason)) for row in report.unread]
    yield from table("What is not read", ("what", "reason"), unread, folded=True)
    notes = [f"- {code(note.resource)} ({cell(note.type)}): {cell(note.text)}" for note in report.notes]
    if notes:
        yield Section(f"Notes ({len(notes)})", rows=notes)
