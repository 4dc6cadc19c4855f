"""The ledger as tables for a terminal."""

from rich.console import Console
from rich.table import Table

from hallmark.ledger.ledger import Ledger, Line

_COUNTS = ("expected", "distinct", "deliveries", "missing", "extra")


def render(ledger: Ledger, console: Console) -> None:
    """Print the counts of the run, the targets by rule, the records, and every difference."""
    for table in (_summary(ledger), _by_rule(ledger), _records(ledger)):
        console.print(table)
        console.print()
    differences = ledger.differences
    for difference in differences:
        console.print(f"[bold red]✗[/] {difference}", highlight=False, soft_wrap=True)
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
    table.add_row("accepted a second", f"{(ledger.accepted + ledger.duplicates) / max(ledger.seconds, 0.001):.0f}")
    table.add_row("combinations of the five rules", f"{ledger.combinations} of 32")
    for outcome, count in sorted(ledger.verdicts.items()):
        table.add_row(f"verdicts: {outcome}", str(count))
    table.add_row("enrichment mismatches", str(len(ledger.mismatches)))
    if ledger.foreign_messages:
        table.add_row("buffer messages of other runs", str(ledger.foreign_messages))
    return table


def _by_rule(ledger: Ledger) -> Table:
    table = _table("rule", "target", *_COUNTS)
    rule = ""
    for line in ledger.by_rule:
        table.add_row("" if line.rule == rule else line.rule, line.place, *_counts(line))
        rule = line.rule
    return table


def _records(ledger: Ledger) -> Table:
    table = _table("kept where", *_COUNTS)
    for line in ledger.records:
        table.add_row(line.place, *_counts(line))
    return table


def _counts(line: Line) -> list[str]:
    if not line.judged:
        return [str(line.expected), "not drained", "", "", ""]
    marks = [f"[bold red]{len(found)}[/]" if found else "0" for found in (line.missing, line.unexpected)]
    deliveries = "" if line.deliveries is None else str(line.deliveries)
    return [str(line.expected), str(line.observed), deliveries, *marks]
