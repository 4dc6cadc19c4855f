"""DynamoDB request units of on-demand tables and stored bytes, computed from calls and their responses.

A write takes one unit for each started KB of the item, in a transaction two; a consistent read takes one for each
started 4 KB that it reads, any other read half of that. Writes take their units even when their condition fails. An
index that has the item takes as many again, without a factor for transactions, and stores the item, too.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
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


def _there(write: Json) -> Json:
    """Return the item that an update has left, or found; empty if there is none."""
    table = dynamodb._tables.get(write["TableName"])
    if table is None:
        return {}
    hashed, ranged, _ = dynamodb._resolve_table_key_values(table, write["Key"], allow_extra=False)
    item: Json = table["items"].get(hashed, {}).get(ranged, {})
    return item


def _indexes(name: str, item: Json) -> int:
    """Return how many global indexes have an item: those whose keys it has."""
    indexes = (dynamodb._tables.get(name) or {}).get("GlobalSecondaryIndexes") or []
    return sum(all(key["AttributeName"] in item for key in index["KeySchema"]) for index in indexes)


class Meter:
    """Computes the units of one call after the other; a COUNT query's bytes come from the items put before."""

    def __init__(self) -> None:
        self._items: dict[Table, int] = defaultdict(int)
        self._bytes: dict[Table, int] = defaultdict(int)

    def units(self, action: str, body: bytes, status: int, answer: bytes) -> dict[str, float]:
        """Return what a call takes: `units:dynamodb:write` and `:read`, and `stored:dynamodb` in bytes."""
        request: Json = json.loads(body)
        if action in ("PutItem", "UpdateItem"):
            return self._written([request], 1, status)
        if action == "TransactWriteItems":
            # A check of a condition takes as much as a write.
            writes = [one for item in request["TransactItems"] for one in item.values()]
            return self._written(writes, IN_TRANSACTION, status)
        if action in ("GetItem", "Query") and status == 200:
            return {"units:dynamodb:read": self._read(request, json.loads(answer))}
        return {}

    def _written(self, writes: list[Json], factor: int, status: int) -> dict[str, float]:
        units, stored = 0.0, 0.0
        for write in writes:
            item = write.get("Item") or _there(write)
            size = dynamodb._item_size_bytes(item)
            started = _started(size, WRITE_BYTES)
            units += factor * started
            if status != 200:
                continue
            indexes = _indexes(write["TableName"], item)
            units += indexes * started
            if "Item" in write:
                self._items[_table(write)] += 1
                self._bytes[_table(write)] += size
                stored += (1 + indexes) * (size + OVERHEAD_BYTES)
        return {"units:dynamodb:write": units, **({"stored:dynamodb": stored} if stored else {})}

    def _read(self, request: Json, answer: Json) -> float:
        items = answer.get("Items") or [answer.get("Item") or {}]
        size: float = sum(dynamodb._item_size_bytes(item) for item in items)
        if request.get("Select") == "COUNT":
            table = _table(request)
            size = answer["ScannedCount"] * self._bytes[table] / max(1, self._items[table])
        return _started(size, READ_BYTES) * (1 if request.get("ConsistentRead") else 0.5)
