"""The enrichment of a transaction, computed a second time, independently of the pipeline."""

from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hallmark.systems.realtime.cards.transaction import Transaction

SATURATION = 100
# ZoneInfo's own cache holds eight zones and rereads the files of all others.
zone_named = cache(ZoneInfo)


@dataclass(frozen=True, slots=True)
class Enriched:
    """A transaction with its count in the window, itself included (1 to 100), and its local hour (0 to 23)."""

    transaction: Transaction
    recent_txn_count: int
    local_hour: int


def local_hour(ts: datetime, zone: str) -> int:
    """Return the hour, 0 to 23, of an aware time in an IANA zone."""
    return ts.astimezone(zone_named(zone)).hour


def recent_counts(arrivals: Iterable[datetime], window_seconds: int) -> list[int]:
    """Return for each arrival of one account the number so far with a ts in (t - window, t], including itself.

    `arrivals` are the ts in the order of acceptance, which may differ from the order of time. At most 100 each.
    """
    window = timedelta(seconds=window_seconds)
    seen: list[datetime] = []
    counts = []
    for ts in arrivals:
        insort(seen, ts)
        counts.append(min(SATURATION, bisect_right(seen, ts) - bisect_right(seen, ts - window)))
    return counts
