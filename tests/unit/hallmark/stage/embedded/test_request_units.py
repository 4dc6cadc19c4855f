"""Request units, by the examples of AWS's documentation.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

import json

import pytest
from ministack.services import dynamodb

from hallmark.stage.embedded.request_units import OVERHEAD_BYTES, Meter


def item(size):
    """An item of so many bytes: one attribute name of one byte, and a text."""
    return {"k": {"S": "x" * (size - 1)}}


def units(action, request, answer=None, status=200, meter=None):
    return (meter or Meter()).units(action, json.dumps(request).encode(), status, json.dumps(answer or {}).encode())


@pytest.mark.parametrize(("size", "expected"), [(10, 1), (1024, 1), (1025, 2), (3584, 4), (20_480, 20)])
def test_a_write_takes_a_unit_for_each_started_kb_and_a_transaction_two(size, expected):
    put = {"TableName": "t", "Item": item(size)}
    assert units("PutItem", put)["units:dynamodb:write"] == expected
    transaction = {"TransactItems": [{"Put": put}, {"Put": put}]}
    assert units("TransactWriteItems", transaction)["units:dynamodb:write"] == 4 * expected


@pytest.mark.parametrize(("size", "expected"), [(10, 1), (4096, 1), (4097, 2), (8192, 2)])
def test_a_consistent_read_takes_a_unit_for_each_started_4_kb_and_another_half(size, expected):
    answer = {"Item": item(size)}
    consistent = {"TableName": "t", "ConsistentRead": True}
    assert units("GetItem", consistent, answer)["units:dynamodb:read"] == expected
    assert units("GetItem", {"TableName": "t"}, answer)["units:dynamodb:read"] == expected / 2


def test_what_is_not_there_takes_a_unit_and_a_query_is_one_read():
    consistent = {"TableName": "t", "ConsistentRead": True}
    assert units("GetItem", consistent)["units:dynamodb:read"] == 1
    assert units("Query", consistent, {"Items": [item(2000), item(2000)], "Count": 2})["units:dynamodb:read"] == 1


def test_a_count_reads_the_items_that_it_counts():
    meter = Meter()
    for _ in range(3):
        units("PutItem", {"TableName": "t", "Item": item(1000)}, meter=meter)
    query = {"TableName": "t", "ConsistentRead": True, "Select": "COUNT"}
    assert units("Query", query, {"ScannedCount": 9}, meter=meter)["units:dynamodb:read"] == 3
    assert units("Query", query, {"ScannedCount": 0}, meter=meter)["units:dynamodb:read"] == 1


def test_a_failed_condition_takes_its_units_and_stores_nothing():
    put = {"TableName": "t", "Item": item(1000)}
    assert units("PutItem", put, status=400) == {"units:dynamodb:write": 1}
    assert units("PutItem", put)["stored:dynamodb"] == 1000 + OVERHEAD_BYTES


@pytest.fixture
def indexed():
    """A table whose index has the items with a card."""
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    index = {
        "IndexName": "cards",
        "KeySchema": [{"AttributeName": "card", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    names = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "card")]
    request = {
        "TableName": "indexed",
        "KeySchema": keys,
        "AttributeDefinitions": names,
        "BillingMode": "PAY_PER_REQUEST",
    }
    dynamodb._create_table({**request, "GlobalSecondaryIndexes": [index]})
    yield "indexed"
    dynamodb._tables.pop("indexed")


@pytest.mark.parametrize(("more", "copies"), [({}, 0), ({"card": {"S": "c"}}, 1)])
def test_an_index_takes_as_much_for_what_it_has_but_nothing_for_a_transaction(indexed, more, copies):
    put = {"TableName": indexed, "Item": {"id": {"S": "x" * 1100}, **more}}
    dynamodb._put_item(put)
    found = units("TransactWriteItems", {"TransactItems": [{"Put": put}]})
    assert found["units:dynamodb:write"] == 2 * 2 + 2 * copies
    size = 1102 + (5 if copies else 0)
    assert found["stored:dynamodb"] == (1 + copies) * (size + OVERHEAD_BYTES)


def test_an_update_takes_what_the_whole_item_does(indexed):
    key = {"id": {"S": "x"}}
    dynamodb._put_item({"TableName": indexed, "Item": {**key, "text": {"S": "x" * 2000}}})
    update = {"TableName": indexed, "Key": key, "UpdateExpression": "SET n = n"}
    assert units("UpdateItem", update) == {"units:dynamodb:write": 2}
    assert units("TransactWriteItems", {"TransactItems": [{"Update": update}]}) == {"units:dynamodb:write": 4}
    assert units("UpdateItem", {**update, "Key": {"id": {"S": "missing"}}}) == {"units:dynamodb:write": 1}
