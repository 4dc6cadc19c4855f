"""Reads of a table: items by their keys, batch by batch until nothing is unprocessed; pages of a query."""

from decimal import Decimal
from typing import Any

from hallmark.tables import Table, plain, typed


class FakeStage:
    """A table of `a`, text, and `b`, a number, that answers one key of a batch at a time."""

    def __init__(self, *items: dict[str, Any]) -> None:
        self.items, self.asked = items, list[dict[str, Any]]()

    def client(self, service: str) -> "FakeStage":
        return self

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        asked = RequestItems["table"]
        self.asked.append(asked)
        first, *rest = asked["Keys"]
        found = [typed(one) for one in self.items if plain(first).items() <= one.items()]
        left = {"UnprocessedKeys": {"table": {**asked, "Keys": rest}}} if rest else {}
        return {"Responses": {"table": found}, **left}

    def get_paginator(self, operation: str) -> "FakeStage":
        self.operation = operation
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        self.asked.append(asked)
        return [{"Items": [typed(one)]} for one in self.items]


ITEMS = tuple({"a": f"x{number}", "b": Decimal(number), "c": "d"} for number in range(130))


def test_items_are_found_by_their_keys_once_each() -> None:
    stage = FakeStage(*ITEMS)
    keys = [*((f"x{number}", number) for number in range(120)), ("x5", 5), ("x5", 6)]
    found = Table(stage, "table", ("a", "b")).items(keys)
    assert found.keys() == {(f"x{number}", number) for number in range(120)}
    assert found["x7", 7] == ITEMS[7]
    assert all(one["ConsistentRead"] and len(one["Keys"]) <= 100 for one in stage.asked)


def test_a_partition_is_read_consistently_and_an_index_is_not() -> None:
    stage = FakeStage(*ITEMS[:2])
    table = Table(stage, "table", ("a", "b"))
    assert list(table.query("a = :a", {":a": "x0"})) == list(ITEMS[:2])
    assert list(table.query("a = :a", {":a": "x0"}, "index")) == list(ITEMS[:2])
    assert [(one.get("ConsistentRead"), one.get("IndexName")) for one in stage.asked] == [(True, None), (None, "index")]
    assert stage.asked[0]["ExpressionAttributeValues"] == {":a": {"S": "x0"}}
