"""The lines of a bill: how much of what, at which price, and how we know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hallmark.cost.prices import Price


class Basis(StrEnum):
    """How a quantity is known."""

    COUNTED = "counted"  # by the embedded stage, where AWS would count it
    TIMED = "timed here"  # on this machine, which is not AWS's
    DERIVED = "derived"  # from counts, by a rule of AWS's
    ASSUMED = "assumed"  # by us
    DECLARED = "declared"  # in the template


@dataclass(frozen=True)
class Line:
    """One line: a quantity in the price's unit; `note` says what it rests on, where that is no plain count."""

    service: str
    what: str
    quantity: float
    price: Price
    basis: Basis
    note: str = ""

    @property
    def usd(self) -> float:
        """What it costs."""
        return self.price.of(self.quantity)


@dataclass(frozen=True)
class Kept:
    """What a million transactions leave behind: GB (for logs, compressed), for so many days (None: for ever)."""

    service: str
    what: str
    gigabytes: float
    days: int | None
    price: Price
    basis: Basis
    note: str = ""

    @property
    def usd_month(self) -> float:
        """What it costs a month, while it is kept."""
        return self.price.of(self.gigabytes)


def by_service(lines: Iterable[Line]) -> Mapping[str, float]:
    """Return each service's dollars, the dearest first."""
    found: dict[str, float] = defaultdict(float)
    for line in lines:
        found[line.service] += line.usd
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def total(lines: Iterable[Line]) -> float:
    """Return the sum in dollars."""
    return sum(line.usd for line in lines)
