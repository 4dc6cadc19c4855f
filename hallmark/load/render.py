"""A load result as tables for a terminal."""

from rich.console import Console
from rich.table import Table

from hallmark.evidence.load_result import LoadResult

_PERCENTILES = ("50", "95", "99", "99.9", "max")


def render(result: LoadResult, console: Console) -> None:
    """Print the phases, the floor, the objectives, and the notes."""
    machine = f"{result.machine}; {result.users} users, {result.generators} generator(s)"
    load = f"{result.rate:g}/s for {result.seconds:g} s on {result.target} stage {result.stage}"
    console.print(f"[bold]{result.scenario}[/]: {result.about}\n{load}\n{machine}", highlight=False)
    for table in (_phases(result), _objectives(result)):
        console.print()
        console.print(table)
    console.print()
    for note in result.notes:
        console.print(note, highlight=False, soft_wrap=True)
    failed = [judged for judged in result.objectives if not judged.passed]
    for judged in failed:
        line = f"{judged.control} {judged.phase}: {judged.measure} {judged.told}"
        console.print(f"[bold red]✗[/] {line}", highlight=False, soft_wrap=True)
    if not failed:
        console.print(f"[bold green]✓[/] all {len(result.objectives)} objectives are met", highlight=False)


def _phases(result: LoadResult) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("phase", no_wrap=True)
    for name in ("seconds", "offered/s", "achieved/s", *(f"p{name}" for name in _PERCENTILES[:-1]), "max ms"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("answers", no_wrap=True)
    for phase in result.phases:
        name = phase.name if phase.counted else f"[dim]{phase.name}[/]"
        latencies = [_milliseconds(phase.percentiles.get(percent)) for percent in _PERCENTILES]
        answers = ", ".join(f"{count} x {status}" for status, count in phase.statuses.items())
        table.add_row(
            name, f"{phase.seconds:g}", f"{phase.offered:g}", f"{phase.achieved:.1f}", *latencies, answers or "none"
        )
    if result.floor:
        latencies = [_milliseconds(result.floor.get(f"p{percent}")) for percent in _PERCENTILES]
        rate, held = result.floor["rate"], result.floor["held"]
        table.add_row("[dim]no-op floor[/]", "", f"{rate:g}", "", *latencies, f"held {held:.0f}/s")
    return table


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _objectives(result: LoadResult) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for name in ("objective", "phase", "found and wanted", "control"):
        table.add_column(name)
    for judged in result.objectives:
        mark = "[bold green]✓[/]" if judged.passed else "[bold red]✗[/]"
        table.add_row(f"{mark} {judged.measure}", judged.phase, judged.told, judged.control)
    return table
