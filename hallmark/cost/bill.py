"""The lines of a bill: quantities, prices, and how each quantity is known."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hallmark.cost.prices import Price


class Basis(StrEnum):
    """How a quantity is known."""

    COUNTED = "counted"  # by the embedded stage, where AWS would count it
    TIMED = "timed here"  # on this machine, not AWS's
    DERIVED = "derived"  # from counts, by a rule of AWS
    ASSUMED = "assumed"  # by us
    DECLARED = "declared"  # in the template


@dataclass(frozen=True)
class Line:
    """One line: a quantity in the price's unit; `note` names its basis, unless it is a plain count."""

    service: str
    what: str
    quantity: float
    price: Price
    basis: Basis
    note: str = ""

    @property
    def usd(self) -> float:
        """The price of the line."""
        return self.price.of(self.quantity)


@dataclass(frozen=True)
class Kept:
    """What a million transactions or rows leave: GB (for logs, compressed), for so many days (None: indefinitely)."""

    service: str
    what: str
    gigabytes: float
    days: int | None
    price: Price
    basis: Basis
    note: str = ""

    @property
    def usd_month(self) -> float:
        """The price a month, while it is stored."""
        return self.price.of(self.gigabytes)


def by_service(lines: Iterable[Line]) -> Mapping[str, float]:
    """Return each service's dollars, the most expensive first."""
    found: dict[str, float] = defaultdict(float)
    for line in lines:
        found[line.service] += line.usd
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def total(lines: Iterable[Line]) -> float:
    """Return the sum in dollars."""
    return sum(line.usd for line in lines)
