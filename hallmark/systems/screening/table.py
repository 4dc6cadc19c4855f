"""Reads of `transaction-state`: all items under an id, a customer's records, and what is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from hallmark.parallel import each
from hallmark.stage import Stage
from hallmark.systems.screening.plain.history import Past
from hallmark.tables import Item, Table
from infra.screening.outputs import Output

CLAIM, UNCHECKED = 0, -1
SCREENING, FINAL, FAILED, REJECTED = "screening", "decided", "failed", "rejected"
_OPEN = tuple(f"open#{digit}" for digit in "0123456789abcdef")


@dataclass(frozen=True)
class Under:
    """All items under one id."""

    items: tuple[Item, ...]

    @cached_property
    def claim(self) -> Item | None:
        """The claim of the id."""
        return self._at(CLAIM)

    @cached_property
    def unchecked(self) -> Item | None:
        """What the workflow noted when validation itself failed."""
        return self._at(UNCHECKED)

    @cached_property
    def record(self) -> Item | None:
        """What became of the content that claimed the id."""
        return next((item for item in self.items if item["timestamp"] > CLAIM), None)

    @cached_property
    def others(self) -> tuple[Item, ...]:
        """The other contents under the id."""
        return tuple(item for item in self.items if item["timestamp"] < UNCHECKED)

    def of(self, content_hash: str | None) -> Item | None:
        """Return what became of a content."""
        known = (item for item in (self.record, *self.others) if item)
        return next((item for item in known if content_hash and item.get("content_hash") == content_hash), None)

    def _at(self, time: int) -> Item | None:
        return next((item for item in self.items if item["timestamp"] == time), None)


class StateTable:
    """The table; reads are consistent but for those of its indexes."""

    def __init__(self, stage: Stage) -> None:
        self._table = Table(stage, stage.outputs[Output.STATE_TABLE], ("transaction_id", "timestamp"))

    def under(self, transaction_id: str) -> Under:
        """Return all items under an id, in the order of their keys."""
        return Under(tuple(self._table.query("transaction_id = :id", {":id": transaction_id})))

    def records(self, keys: list[tuple[str, int]]) -> dict[tuple[str, int], Item]:
        """Return the records that exist, by id and time."""
        return {(str(one), int(time)): item for (one, time), item in self._table.items(keys).items()}

    def of_customer(self, customer_id: str) -> list[Past]:
        """Return a customer's records that were not rejected, by their times."""
        found = self._table.query("customer_id = :id", {":id": customer_id}, "customer-time")
        return [
            Past(item["transaction_id"], int(item["timestamp"]), Decimal(item["usd"]), item.get("channel"))
            for item in found
        ]

    def open(self) -> Iterator[tuple[str, int, str]]:
        """Yield id, time and `opened_at` of what is not finished."""
        names = {"#open": "open"}

        def part(name: str) -> list[Item]:
            return list(
                self._table.query("#open = :open", {":open": name}, "open-time", ExpressionAttributeNames=names)
            )

        for items in each(part, _OPEN):
            yield from ((item["transaction_id"], int(item["timestamp"]), item["opened_at"]) for item in items)
