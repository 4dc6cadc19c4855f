"""The ledger as tables for a terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hallmark.ledger import ledger as ledgers
from hallmark.ledger.ledger import Ledger, Line

_COUNTS = ("expected", "distinct", "deliveries", "missing", "extra")


def render(ledger: Ledger, console: Console) -> None:
    """Print the counts of the run, the lines table by table, and every difference."""
    for table in (_summary(ledger), *map(_lines, ledger.tables)):
        console.print(table)
        console.print()
    differences = ledger.differences
    for difference in differences:
        console.print(f"[bold red]✗[/] {escape(difference)}", highlight=False, soft_wrap=True)
    if not differences:
        console.print("[bold green]✓[/] nothing lost, nothing invented: every count is the expected one")


def _table(*names: str) -> Table:
    """A table that fits a terminal of 80 columns: names to the left, counts to the right."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=bool(names))
    for name in names:
        table.add_column(name, justify="right" if name in _COUNTS else "left", no_wrap=True)
    return table


def _summary(ledger: Ledger) -> Table:
    table = _table()
    table.add_column()
    table.add_column(justify="right")
    for name in ("sent", "accepted", "duplicates", "refused", "failed"):
        table.add_row(name, str(getattr(ledger, name)))
    table.add_row("lost", f"[{'bold red' if ledger.lost else 'bold green'}]{len(ledger.lost)}[/]")
    if ledger.waiting:
        table.add_row("waiting", f"[bold red]{sum(one.messages for one in ledger.waiting)}[/]")
    table.add_row("accepted a second", f"{(ledger.accepted + ledger.duplicates) / max(ledger.seconds, 0.001):.0f}")
    for name, figure in ledger.figures.items():
        table.add_row(name, figure)
    return table


def _lines(found: ledgers.Table) -> Table:
    table = _table(*found.heading, *_COUNTS)
    rule = ""
    for line in found.lines:
        names = ("" if line.rule == rule else line.rule, line.place) if len(found.heading) > 1 else (line.place,)
        table.add_row(*names, *_counts(line))
        rule = line.rule
    return table


def _counts(line: Line) -> list[str]:
    if not line.judged:
        return [str(line.expected), "not drained", "", "", ""]
    marks = [f"[bold red]{len(found)}[/]" if found else "0" for found in (line.missing, line.unexpected)]
    deliveries = "" if line.deliveries is None else str(line.deliveries)
    return [str(line.expected), str(line.observed), deliveries, *marks]
