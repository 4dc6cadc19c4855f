"""What a customer did before: the looks back that scores and rules take, by the transactions' own times."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Past:
    """A recorded transaction that was not rejected: its time in epoch milliseconds, its dollars and its channel.

    `received_at` is when, for one of another run.
    """

    id: str
    time: int
    usd: Decimal
    channel: str | None
    received_at: str = ""


def within(past: Iterable[Past], time: int, seconds: int) -> list[Past]:
    """Return what lies in (time - seconds, time]."""
    return [one for one in past if time - seconds * 1000 < one.time <= time]


def of_day(past: Iterable[Past], time: int) -> list[Past]:
    """Return what lies on the same day of UTC, up to a time."""
    begin = time - time % (DAY_SECONDS * 1000)
    return [one for one in past if begin <= one.time <= time]
