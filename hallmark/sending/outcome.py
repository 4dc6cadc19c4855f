"""The outcome of a run's items."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

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
    """The outcomes of one run in the order of its input, and the duration of the sending."""

    started_at: datetime
    seconds: float
    outcomes: tuple[Outcome[I], ...]

    def count(self, status: Status) -> int:
        """Return how many items ended with this status."""
        return sum(outcome.status is status for outcome in self.outcomes)

    @property
    def carried(self) -> list[Outcome[I]]:
        """The outcomes of the items that the system accepted."""
        return [outcome for outcome in self.outcomes if outcome.carried]
