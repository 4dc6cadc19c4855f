"""Transactions that were accepted and have not moved for too long; the index has those that are open."""

from datetime import datetime

from hallmark import clock
from hallmark.stage import Stage
from hallmark.stuck import LIMIT_SECONDS, Stuck
from hallmark.systems.screening.table import StateTable
from hallmark.tables import Item

ADVICE = "hallmark redrive stuck --system screening"


def stuck(stage: Stage, now: datetime, seconds: float = LIMIT_SECONDS) -> list[Stuck]:
    """Return the transactions that are open and have not moved for so many seconds, the oldest first."""
    return [_stuck(item, _age(item, now)) for item in still(stage, now, seconds)]


def still(stage: Stage, now: datetime, seconds: float = LIMIT_SECONDS) -> list[Item]:
    """Return the records of the same."""
    table = StateTable(stage)
    # A record is younger than what its index says only if it was opened again since.
    old = [
        (one, time) for one, time, opened in table.open() if (now - clock.from_text(opened)).total_seconds() > seconds
    ]
    # The index may lag behind.
    found = [item for item in table.records(old).values() if "open" in item and _age(item, now) > seconds]
    return sorted(found, key=lambda item: -_age(item, now))


def _age(item: Item, now: datetime) -> float:
    moved = max(map(str, [item["opened_at"], *item.get("states", {}).values()]))
    return (now - clock.from_text(moved)).total_seconds()


def _stuck(item: Item, seconds: float) -> Stuck:
    counts = {"attempts": int(item.get("attempts", 1))}
    return Stuck(str(item["customer_id"]), str(item["transaction_id"]), seconds, str(item["status"]), counts, ADVICE)
