"""DynamoDB request units of on-demand tables and stored bytes, computed from calls and their responses.

A write takes one unit for each started KB of the item, in a transaction two; a consistent read takes one for each
started 4 KB that it reads, any other read half of that. Writes take their units even when their condition fails.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

import json
from collections import defaultdict
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import dynamodb

WRITE_BYTES, READ_BYTES = 1024, 4096
IN_TRANSACTION = 2
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
OVERHEAD_BYTES = 100
Json = dict[str, Any]
Table = tuple[str, str, str]


def _table(request: Json) -> Table:
    """Return the table's key: the same name is another table in each account and region."""
    return get_account_id(), get_region(), request["TableName"]


def _started(size: float, unit: int) -> float:
    return max(1.0, float(-(-size // unit)))


class Meter:
    """Computes the units of one call after the other; a COUNT query's bytes come from the items put before."""

    def __init__(self) -> None:
        self._items: dict[Table, int] = defaultdict(int)
        self._bytes: dict[Table, int] = defaultdict(int)

    def units(self, action: str, body: bytes, status: int, answer: bytes) -> dict[str, float]:
        """Return what a call takes: `units:dynamodb:write` and `:read`, and `stored:dynamodb` in bytes."""
        request: Json = json.loads(body)
        if action == "PutItem":
            return self._written([request], 1, status)
        if action == "TransactWriteItems":
            puts = [item["Put"] for item in request["TransactItems"] if "Put" in item]
            return self._written(puts, IN_TRANSACTION, status)
        if action in ("GetItem", "Query") and status == 200:
            return {"units:dynamodb:read": self._read(request, json.loads(answer))}
        return {}

    def _written(self, puts: list[Json], factor: int, status: int) -> dict[str, float]:
        sizes = [dynamodb._item_size_bytes(put["Item"]) for put in puts]
        found = {"units:dynamodb:write": sum(factor * _started(size, WRITE_BYTES) for size in sizes)}
        if status != 200:
            return found
        for put, size in zip(puts, sizes, strict=True):
            self._items[_table(put)] += 1
            self._bytes[_table(put)] += size
        return {**found, "stored:dynamodb": float(sum(sizes) + OVERHEAD_BYTES * len(sizes))}

    def _read(self, request: Json, answer: Json) -> float:
        items = answer.get("Items") or [answer.get("Item") or {}]
        size: float = sum(dynamodb._item_size_bytes(item) for item in items)
        if request.get("Select") == "COUNT":
            table = _table(request)
            size = answer["ScannedCount"] * self._bytes[table] / max(1, self._items[table])
        return _started(size, READ_BYTES) * (1 if request.get("ConsistentRead") else 0.5)
