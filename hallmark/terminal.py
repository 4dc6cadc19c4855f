"""The terminal: two consoles, announcements of steps, and progress bars."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from hallmark.progress import Callback, Progress

out, err = Console(), Console(stderr=True)


def announce(step: str) -> None:
    """Print on stderr that a step of a longer work begins."""
    err.print(f"[dim]{datetime.now(UTC):%H:%M:%S}[/] {step} ...", highlight=False)


@contextmanager
def progress_bars() -> Iterator[Callback]:
    """Show a bar for each phase of a long work, on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars = RichProgress(*columns, console=err)
    tasks: dict[str, TaskID] = {}

    def report(progress: Progress) -> None:
        if progress.phase not in tasks:
            tasks[progress.phase] = bars.add_task(progress.phase, total=progress.total)
            bars.start()
        bars.update(tasks[progress.phase], completed=progress.done, total=progress.total)

    try:
        yield report
    finally:
        # Without a task it would print an empty line.
        if tasks:
            bars.stop()
