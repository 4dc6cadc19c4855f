"""The terminal: two consoles, announcements of steps, and progress bars."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from hallmark.progress import Callback, Progress

out, err = Console(), Console(stderr=True)
_LINE_SECONDS = 30.0


def announce(step: str) -> None:
    """Print on stderr that a step of a longer work begins."""
    err.print(f"[dim]{datetime.now(UTC):%H:%M:%S}[/] {step} ...", highlight=False)


@contextmanager
def progress_bars() -> Iterator[Callback]:
    """Show a bar for each phase of a long work, on stderr; where that is no terminal, a line every half minute."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars = RichProgress(*columns, console=err)
    tasks: dict[str, TaskID] = {}
    last_line = time.monotonic()

    def report(progress: Progress) -> None:
        nonlocal last_line
        if progress.phase not in tasks:
            tasks[progress.phase] = bars.add_task(progress.phase, total=progress.total)
            bars.start()
        bars.update(tasks[progress.phase], completed=progress.done, total=progress.total)
        if not err.is_terminal and time.monotonic() - last_line >= _LINE_SECONDS:
            last_line = time.monotonic()
            phases = (f"{task.description} {task.completed:.0f} of {task.total:.0f}" for task in bars.tasks)
            err.print(f"{datetime.now(UTC):%H:%M:%S} {'; '.join(phases)}", highlight=False, soft_wrap=True)

    try:
        yield report
    finally:
        # Without a task it would print an empty line.
        if tasks:
            bars.stop()
