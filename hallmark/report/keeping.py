"""What a report says of evidence that was kept, and what it does so that refused evidence is not kept."""

from collections.abc import Iterable
from pathlib import Path

from hallmark.evidence import Evidence
from hallmark.evidence.marks import kept_at
from hallmark.evidence.record import forget
from hallmark.report.kept import with_keeping


def run_again(refused: Iterable[str], system: str, folder: Path) -> None:
    """Make gates whose evidence was refused run the next time: they might find it as they left it."""
    for gate in refused:
        for about in (None, system):
            forget(gate, about, folder)


def said_of(item: Evidence, folder: Path) -> Evidence:
    """Return evidence that says when it was kept, and since when nothing that it follows from has changed."""
    return with_keeping(item, kept_at(item, folder))
