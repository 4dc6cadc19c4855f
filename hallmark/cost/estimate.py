"""The whole estimate: a million transactions or rows, a day and a month of them, and the fixed cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hallmark.cost import bill, prices, requests, storage
from hallmark.cost.bill import Kept, Line
from hallmark.cost.counts import MILLION, Counts
from hallmark.cost.declared import Declared
from hallmark.cost.requests import Traffic
from hallmark.cost.storage import DAYS_A_MONTH
from infra.errors import UserError
from infra.names import Names
from infra.systems import system_of

SECONDS_A_DAY = 24 * 3600


@dataclass(frozen=True)
class Estimate:
    """Dollars for a million of `unit`, for the data they leave, and for a month without any.

    `events_per_day` is None where no volume was named; `size` says how large a unit was, where that matters.
    """

    stage: str
    unit: str
    prices_of: date
    region: str
    lines: Sequence[Line]
    kept: Sequence[Kept]
    fixed: Sequence[Line]
    events_per_day: int | None = None
    size: str = ""

    @property
    def usd_per_million(self) -> float:
        """Dollars for a million transactions, without storage."""
        return bill.total(self.lines)

    @property
    def services(self) -> Mapping[str, float]:
        """Each service's dollars for a million transactions, the most expensive first."""
        return bill.by_service(self.lines)

    @property
    def usd_day(self) -> float | None:
        """Dollars a day for the named volume, without storage and fixed cost."""
        return None if self.events_per_day is None else self.usd_per_million * self.events_per_day / MILLION

    @property
    def usd_storage_month(self) -> float | None:
        """Dollars a month for data with a retention, once that time has passed."""
        if self.events_per_day is None:
            return None
        millions = self.events_per_day / MILLION
        return sum(item.usd_month * item.days * millions for item in self.kept if item.days is not None)

    @property
    def usd_growth_month(self) -> float | None:
        """Dollars a month by which the cost of data without a retention grows, every month."""
        if self.events_per_day is None:
            return None
        millions = self.events_per_day * DAYS_A_MONTH / MILLION
        return sum(item.usd_month * millions for item in self.kept if item.days is None)

    @property
    def usd_month(self) -> float | None:
        """Dollars of a month with full storage of data with a retention; without the growth."""
        if self.usd_day is None or self.usd_storage_month is None:
            return None
        return self.usd_day * DAYS_A_MONTH + self.usd_storage_month + bill.total(self.fixed)

    def to_json(self) -> dict[str, Any]:
        """Return the estimate as plain data; amounts in US dollars."""
        dominant, usd = next(iter(self.services.items()))
        return {
            "stage": self.stage,
            "unit": self.unit,
            "size": self.size,
            "prices": str(self.prices_of),
            "usdPerMillion": self.usd_per_million,
            "services": dict(self.services),
            "dominant": {"service": dominant, "share": usd / self.usd_per_million},
            "lines": [_line(line) for line in self.lines],
            "kept": [_kept(item) for item in self.kept],
            "fixedMonth": [_line(line) for line in self.fixed],
            "eventsPerDay": self.events_per_day,
            "usdDay": self.usd_day,
            "usdMonth": self.usd_month,
            "usdStorageMonth": self.usd_storage_month,
            "usdGrowthMonth": self.usd_growth_month,
        }


def estimate(
    counts: Counts,
    declared: Declared,
    stage: str,
    envelope: Mapping[str, object],
    events_per_day: int | None,
    billed_ms: Mapping[str, float],
) -> Estimate:
    """Return the cost of a run with a stage's settings; UserError for a duration of a function that did not run."""
    functions = counts.by_thing("invocations:")
    for name in billed_ms:
        if name not in functions:
            raise UserError(f"--duration-ms {name}: no such function ran; use one of {', '.join(sorted(functions))}")
    arrivals_per_day = events_per_day and events_per_day * counts.arrivals / MILLION
    rate = arrivals_per_day / SECONDS_A_DAY if arrivals_per_day else counts.rate
    table = prices.of_region(system_of(counts.system).region)
    traffic = Traffic(counts, declared, Names(counts.system, stage), table, rate, envelope, billed_ms)
    lines, kept = requests.lines(traffic), storage.kept(traffic)
    fixed = storage.fixed(traffic)
    return Estimate(stage, counts.unit, table.looked_at, table.region, lines, kept, fixed, events_per_day, counts.size)


def _line(line: Line) -> dict[str, Any]:
    price = {"usd": line.price.usd, "per": line.price.per, "unit": line.price.unit, "source": line.price.source}
    facts = {"service": line.service, "what": line.what, "quantity": line.quantity, "usd": line.usd}
    return {**facts, "price": price, "basis": line.basis, "note": line.note}


def _kept(item: Kept) -> dict[str, Any]:
    facts = {"service": item.service, "what": item.what, "gigabytes": item.gigabytes, "days": item.days}
    return {**facts, "usdMonth": item.usd_month, "basis": item.basis, "note": item.note}
