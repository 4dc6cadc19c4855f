"""The outcome of a run's items."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from hallmark.sending.item import Item

I = TypeVar("I", bound=Item)  # noqa: E741


class Status(StrEnum):
    """The final answer for an item."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    FAILED = "failed"


CARRIED = frozenset({Status.ACCEPTED, Status.DUPLICATE})


@dataclass(frozen=True, slots=True)
class Outcome(Generic[I]):
    """One item's final answer: `received_at` if it was accepted, else the reason without any value of a field."""

    item: I
    status: Status
    received_at: str = ""
    reason: str = ""

    @property
    def carried(self) -> bool:
        """Whether the system accepted it."""
        return self.status in CARRIED


@dataclass(frozen=True, slots=True)
class Run(Generic[I]):
    """The outcomes of one run in the order of its input, and the duration of the sending; `mark` is in its traces."""

    started_at: datetime
    seconds: float
    outcomes: tuple[Outcome[I], ...]
    mark: str = ""

    def count(self, status: Status) -> int:
        """Return how many items ended with this status."""
        return sum(outcome.status is status for outcome in self.outcomes)

    @property
    def totals(self) -> dict[str, Any]:
        """The fields that every ledger takes from a run: counts by status, seconds, reasons of what was not carried."""
        reasons = Counter(f"{one.status}: {one.reason}" for one in self.outcomes if not one.carried)
        return {
            "sent": len(self.outcomes),
            "accepted": self.count(Status.ACCEPTED),
            "duplicates": self.count(Status.DUPLICATE),
            "refused": self.count(Status.REFUSED),
            "failed": self.count(Status.FAILED),
            "seconds": self.seconds,
            "reasons": dict(reasons),
        }

    def with_duplicates(self, others: Collection[str]) -> "Run[I]":
        """Return the run where a repeat of its own, and what was accepted from `others`' requests, is a duplicate."""
        seen = set(others)
        outcomes = []
        for one in self.outcomes:
            repeats = one.status is Status.ACCEPTED and one.item.id in seen
            outcomes.append(replace(one, status=Status.DUPLICATE) if repeats else one)
            if one.carried:
                seen.add(one.item.id)
        return replace(self, outcomes=tuple(outcomes))

    @property
    def carried(self) -> list[Outcome[I]]:
        """The outcomes of the items that the system accepted."""
        return [outcome for outcome in self.outcomes if outcome.carried]
