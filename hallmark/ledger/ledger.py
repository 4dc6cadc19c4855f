"""The ledger of a run: expected against observed counts for each place that an item must reach."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import ClassVar

from hallmark.ledger.waiting import Waiting

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One place: distinct things expected and observed, deliveries, and which are missing or unexpected.

    `rule` is empty where a place is not listed by rule; `deliveries` is None where duplicates are impossible.
    A line that is not `judged` was not observed.
    """

    place: str
    rule: str
    expected: int
    observed: int
    deliveries: int | None
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    judged: bool = True

    @property
    def differences(self) -> list[str]:
        """Return one sentence for what is missing and one for what is unexpected, with up to three ids each."""
        where = f"{self.rule} at {self.place}" if self.rule else self.place
        counts = f"expected {self.expected}, observed {self.observed}"
        named = (("missing", self.missing), ("unexpected", self.unexpected))
        return [f"{where}: {counts}; {name}: {sample(found)}" for name, found in named if self.judged and found]


def compare(
    place: str, rule: str, expected: set[str], observed: set[str], deliveries: int | None, *, extra: Iterable[str] = ()
) -> Line:
    """Return the line of two sets of names; `extra` names are unexpected, but were not observed in this place."""
    missing = tuple(sorted(expected - observed))
    unexpected = tuple(sorted((observed | set(extra)) - expected))
    return Line(place, rule, len(expected), len(observed), deliveries, missing, unexpected)


@dataclass(frozen=True, slots=True)
class Table:
    """Lines under one heading: two columns of names where the lines are listed by rule, else one."""

    heading: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Ledger(ABC):
    """The ledger of a run, to which each system adds its places; `seconds` is the duration of the sending alone.

    `mismatches` are stored values that differ from the expected ones. `lost` are accepted items of which a part is in
    no place and in no queue; what is in a queue for failures is `waiting`.
    """

    MISMATCHES: ClassVar[str] = "stored values differ from the expected"

    sent: int
    accepted: int
    duplicates: int
    refused: int
    failed: int
    seconds: float
    reasons: Mapping[str, int]
    mismatches: tuple[str, ...]
    lost: tuple[str, ...]
    waiting: tuple[Waiting, ...] = field(default=(), kw_only=True)

    @property
    @abstractmethod
    def tables(self) -> tuple[Table, ...]:
        """The lines, grouped for display."""

    @property
    def figures(self) -> Mapping[str, str]:
        """Additional counts of the system, by name."""
        return {}

    @property
    def could_be_lost(self) -> int:
        """How many things `lost` may name."""
        return self.accepted + self.duplicates

    @property
    def further(self) -> tuple[str, ...]:
        """Sentences on what else is not as expected, of the system's own."""
        return ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines, table by table."""
        return tuple(line for table in self.tables for line in table.lines)

    @property
    def differences(self) -> list[str]:
        """Return everything that is not as expected, one sentence each; empty when nothing was lost or invented."""
        found = [difference for line in self.lines for difference in line.differences]
        found += [f"not accepted: {count} of {self.sent} ({reason})" for reason, count in self.reasons.items()]
        if self.mismatches:
            found.append(f"{self.MISMATCHES}: {sample(self.mismatches)}")
        found += map(str, self.waiting)
        if self.lost:
            found.append(f"lost: {len(self.lost)} of {self.could_be_lost}: {sample(self.lost)}")
        return [*found, *self.further]

    def to_json(self) -> str:
        """Return the ledger as JSON: the fields of its class, and `differences`."""
        return json.dumps({**asdict(self), "differences": self.differences}, indent=2)


def sample(names: tuple[str, ...]) -> str:
    """Return up to three names, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def percentile(values: tuple[float, ...], share: float) -> float:
    """Return the smallest of the values that so large a share of them does not exceed; 0 without values."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0
