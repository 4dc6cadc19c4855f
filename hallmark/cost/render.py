"""An estimate as tables on a terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Column, Table

from hallmark.cost import bill
from hallmark.cost.bill import Kept, Line
from hallmark.cost.estimate import Estimate

LEFT_OUT = "first tier; no free tier, tax, support, discount, retries, replays."
_BAR = 30
_SHORT = frozenset({"price", "known how", "kept"})
_NUMBERS = frozenset({"quantity", "USD", "share", "GB", "USD/month"})


def render(estimate: Estimate, console: Console) -> None:
    """Print the bill of a million, its largest part, storage, fixed cost, and the given volume's."""
    notes: list[str] = []
    size = f" of {estimate.size}" if estimate.size else ""
    console.print(f"[bold]A million {estimate.unit}{size}, with the settings of {estimate.stage}[/] (US dollars)\n")
    console.print(_lines(estimate.lines, notes))
    dominant, usd = next(iter(estimate.services.items()))
    console.print(f"{dominant} dominates: {usd / estimate.usd_per_million:.0%}.", highlight=False)
    console.print(_services(estimate), "")
    console.print(f"[bold]Data that a million {estimate.unit} leave[/]\n")
    console.print(_kept(estimate.kept, notes), "")
    console.print(f"[bold]A month without {estimate.unit}[/]\n")
    console.print(_lines(estimate.fixed, notes), "")
    _volume(estimate, console)
    for number, note in enumerate(notes, 1):
        console.print(f"{number:>2} {note}", style="dim", highlight=False)
    where = f"Looked up {estimate.prices_of}: hallmark/cost/prices*.yaml."
    console.print(f"List prices of {estimate.region}, {LEFT_OUT} {where}", style="dim", highlight=False)


def _table(*columns: str) -> Table:
    """Return a table whose words may wrap where the terminal is narrow; its numbers may not."""
    numbers = {name: name in _NUMBERS for name in columns}
    justified = (
        Column(name, justify="right" if number else "left", no_wrap=number or name in _SHORT)
        for name, number in numbers.items()
    )
    return Table(*justified, box=None, pad_edge=False)


def _known(line: Line | Kept, notes: list[str]) -> str:
    """Return how a quantity is known, with the number of its note."""
    if not line.note:
        return line.basis
    if line.note not in notes:
        notes.append(line.note)
    return f"{line.basis} [dim]{notes.index(line.note) + 1}[/]"


def _lines(lines: Iterable[Line], notes: list[str]) -> Table:
    table, rows = _table("service", "what", "quantity", "price", "USD", "known how"), list(lines)
    for line in rows:
        cells = (line.service, line.what, _quantity(line.quantity), str(line.price), f"{line.usd:.3f}")
        table.add_row(*cells, _known(line, notes))
    table.add_row("", "", "", "", f"[bold]{bill.total(rows):.2f}[/]", "")
    return table


def _services(estimate: Estimate) -> Table:
    """Return each service's share as a bar, the largest first."""
    table, longest = _table("service", "USD", "share", ""), max(estimate.services.values())
    for name, usd in estimate.services.items():
        table.add_row(name, f"{usd:.2f}", f"{usd / estimate.usd_per_million:.0%}", "█" * round(_BAR * usd / longest))
    return table


def _kept(items: Iterable[Kept], notes: list[str]) -> Table:
    table = _table("service", "what", "GB", "kept", "USD/month", "known how")
    for item in items:
        days = "indefinitely" if item.days is None else f"{item.days} days"
        cells = (item.service, item.what, f"{item.gigabytes:.2f}", days, f"{item.usd_month:.3f}")
        table.add_row(*cells, _known(item, notes))
    return table


def _volume(estimate: Estimate, console: Console) -> None:
    if estimate.events_per_day is None:
        return
    rows = {
        "a day, without storage": estimate.usd_day,
        "a month, all of it": estimate.usd_month,
        "of which data with a retention": estimate.usd_storage_month,
        "of which fixed": bill.total(estimate.fixed),
        "data without a retention adds, each month more,": estimate.usd_growth_month,
    }
    table = _table(f"{estimate.events_per_day:,} {estimate.unit} a day", "USD")
    for name, usd in rows.items():
        table.add_row(name, f"{usd:,.2f}")
    console.print(table, "")


def _quantity(value: float) -> str:
    for power, unit in ((1_000_000, " M"), (1_000, " k")):
        if value >= power:
            return f"{value / power:.3f}{unit}"
    return f"{value:.3f}"
