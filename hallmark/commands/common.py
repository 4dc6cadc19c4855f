"""What the commands share: the options that name a stage, the consoles, progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from hallmark.stage import opening
from hallmark.stage.deployed import DeployedStage
from hallmark.traffic.outcome import Callback, Progress
from hallmark.up import SYSTEM

out, err = Console(), Console(stderr=True)


class Target(StrEnum):
    """Where a stage lives."""

    EMBEDDED = "embedded"
    AWS = "aws"


class StageName(StrEnum):
    """Which stage."""

    DEV = "dev"
    PROD = "prod"


TargetOption = Annotated[Target, typer.Option(help="An emulator on this machine, or the account that boto3 finds.")]
StageOption = Annotated[StageName, typer.Option(help="The stage.")]


def announce(step: str) -> None:
    """Tell on stderr which step of a longer work begins."""
    err.print(f"[dim]{datetime.now(UTC):%H:%M:%S}[/] {step} ...", highlight=False)


def open_stage(target: Target, stage: StageName) -> DeployedStage:
    """Open a deployed stage; UserError where none is."""
    return opening.open_stage(target.value, SYSTEM, stage.value)


@contextmanager
def progress_bars() -> Iterator[Callback]:
    """A bar for each phase of a long work, on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with RichProgress(*columns, console=err) as bars:
        tasks: dict[str, TaskID] = {}

        def report(progress: Progress) -> None:
            if progress.phase not in tasks:
                tasks[progress.phase] = bars.add_task(progress.phase, total=progress.total)
            bars.update(tasks[progress.phase], completed=progress.done, total=progress.total)

        yield report
