"""What became of the transactions of a run."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hallmark.traffic.transaction import Transaction


class Status(StrEnum):
    """What the API said last about a transaction."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    FAILED = "failed"


CARRIED = frozenset({Status.ACCEPTED, Status.DUPLICATE})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One transaction's last answer: `received_at` if it was carried, else the reason without any value of a field."""

    transaction: Transaction
    status: Status
    received_at: str = ""
    reason: str = ""

    @property
    def carried(self) -> bool:
        """Whether the API answered 202."""
        return self.status in CARRIED


@dataclass(frozen=True, slots=True)
class Run:
    """The outcomes of one run in the order of its input, and how long the sending took."""

    started_at: datetime
    seconds: float
    outcomes: tuple[Outcome, ...]

    def count(self, status: Status) -> int:
        """Return how many transactions ended with this status."""
        return sum(outcome.status is status for outcome in self.outcomes)

    @property
    def carried(self) -> list[Outcome]:
        """The outcomes that the API answered with 202."""
        return [outcome for outcome in self.outcomes if outcome.carried]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a phase is: `done` of `total`, with counts by name."""

    phase: str
    done: int
    total: int
    counts: Counter[str]


Callback = Callable[[Progress], None]
