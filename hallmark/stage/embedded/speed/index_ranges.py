"""The rows of a large index partition in the order of their sort key: a query for a range looks at these rows alone.

The emulator finds a partition of an index at once, but sorts and judges all its rows for each query.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
"""

import contextvars
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ministack.services import dynamodb

from hallmark.stage.embedded.speed.expressions import comparable, key_range

Json = dict[str, Any]
# The keys of an item in its table.
Place = tuple[Any, Any]
Partition = dict[Place, None]
Sort = str | Decimal
# Below it, sorting is as fast.
LARGE = 32
# Partitions whose order is kept: those that were asked for last.
KEPT = 512


@dataclass(frozen=True)
class Range:
    """The range that a query asks an index for, both bounds included; None is no bound."""

    index: str
    low: Sort | None
    high: Sort | None


_asked: contextvars.ContextVar[Range | None] = contextvars.ContextVar("hallmark_range", default=None)
_orders: OrderedDict[int, tuple[Partition, list[tuple[Sort, Any, Any]]]] = OrderedDict()


def _range_of(request: Json) -> Range | None:
    """Return the range of a query on an index; None where its condition is no range."""
    parts = key_range(request.get("KeyConditionExpression") or "")
    if parts is None or not request.get("IndexName"):
        return None
    values = request.get("ExpressionAttributeValues") or {}
    bounds = {compared: comparable(values.get(name) or {}) for compared, name in parts[3]}
    low = next((bounds[one] for one in (">=", ">", "=") if one in bounds), None)
    high = next((bounds[one] for one in ("<=", "<", "=") if one in bounds), None)
    return Range(request["IndexName"], low, high)


class _Narrowed:
    """The partitions of an index as a query reads them, each without what is certainly out of the range."""

    def __init__(self, table: Json, partitions: dict[Any, Partition], wanted: Range) -> None:
        self.table, self.partitions, self.wanted = table, partitions, wanted

    def get(self, key: Any, default: Any) -> Iterable[Place]:
        partition = self.partitions.get(key)
        sort = _sort_of(self.table, self.wanted.index)
        if partition is None or sort is None or len(partition) < LARGE:
            return default if partition is None else partition
        rows = _order(self.table, partition, sort)
        first = 0 if self.wanted.low is None else bisect_left(rows, self.wanted.low, key=_value)
        end = len(rows) if self.wanted.high is None else bisect_right(rows, self.wanted.high, key=_value)
        return [(partition_key, sort_key) for _, partition_key, sort_key in rows[first:end]]


def _value(row: tuple[Sort, Any, Any]) -> Sort:
    return row[0]


def _sort_of(table: Json, index: str) -> str | None:
    """Return the sort key of an index; None where it has none, or several, or bytes."""
    ranges: list[str] = next((one for name, _, one in dynamodb._index_key_schemas(table) if name == index), [])
    return ranges[0] if len(ranges) == 1 and dynamodb._get_attr_type(table, ranges[0]) in ("S", "N") else None


def _in_order(attribute: dict[str, str]) -> Sort:
    found = comparable(attribute)
    assert found is not None, attribute
    return found


def _order(table: Json, partition: Partition, sort: str) -> list[tuple[Sort, Any, Any]]:
    known = _orders.get(id(partition))
    if known is None or known[0] is not partition:
        items = table["items"]
        there = ((one, two) for one, two in partition if two in items.get(one, ()))
        rows = sorted((_in_order(items[one][two][sort]), one, two) for one, two in there)
        known = _orders[id(partition)] = (partition, rows)
        if len(_orders) > KEPT:
            _orders.popitem(last=False)
    _orders.move_to_end(id(partition))
    return known[1]


def _follow(table: Json, place: Place, item: Json, is_added: bool) -> None:
    """Bring the orders that are kept up to date with an item that an index gets or loses."""
    for name, hashes, ranges in dynamodb._index_key_schemas(table):
        key = dynamodb._index_partition(item, hashes, ranges)
        partition = (table.get(dynamodb._INDEX_MEMBERS) or {}).get(name, {}).get(key)
        kept = _orders.get(id(partition))
        if kept is None or kept[0] is not partition or (place in partition) == is_added:
            continue
        row = (_in_order(item[ranges[0]]), *place)
        at = bisect_left(kept[1], row)
        if is_added:
            kept[1].insert(at, row)
        elif kept[1][at : at + 1] == [row]:
            del kept[1][at]


def install() -> None:
    """Narrow what queries read, and follow each item that is written."""
    query, members_of, index_item = dynamodb._query, dynamodb._index_members, dynamodb._index_item

    def run_query(request: Json) -> Any:
        token = _asked.set(_range_of(request))
        try:
            return query(request)
        finally:
            _asked.reset(token)

    def index_members(table: Json) -> Any:
        members, wanted = members_of(table), _asked.get()
        if wanted is None or wanted.index not in members:
            return members
        return {wanted.index: _Narrowed(table, members[wanted.index], wanted)}

    def follow_item(table: Json, partition_key: Any, sort_key: Any, item: Json, add: bool) -> None:
        _follow(table, (partition_key, sort_key), item, add)
        index_item(table, partition_key, sort_key, item, add)

    dynamodb._query, dynamodb._index_members, dynamodb._index_item = run_query, index_members, follow_item
