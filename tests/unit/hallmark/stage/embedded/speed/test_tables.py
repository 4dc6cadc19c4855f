"""What makes the emulator's tables fast changes no response: random tables, with and without it."""

import copy
import json
import random

import pytest
from ministack.services import dynamodb

from hallmark.stage.embedded.speed import expressions, index_ranges, item_copies, item_sizes

TABLE, CARDS, ROWS, STEPS = "random-table", 2, 150, 500
REPLACED = (
    "_evaluate_condition",
    "_tokenize",
    "_condition_syntax_error",
    "copy",
    "_query",
    "_index_members",
    "_index_item",
    "_attribute_value_size",
    "_item_size_bytes",
)
CONDITIONS = (
    "card = :c AND #t BETWEEN :low AND :high",
    "card = :c AND #t >= :low",
    "card = :c AND #t > :low",
    "card = :c AND #t <= :high",
    "card = :c AND #t < :high",
    "card = :c AND #t = :low",
    "#t > :low AND card = :c",
    "card = :c",
)


def call(operation, **request):
    status, _, body = operation(request)
    return status, json.loads(body or b"{}")


@pytest.fixture(params=["N", "S"])
def kind(request, monkeypatch):
    """An empty table whose index has a sort key of this type; what is installed is taken back."""
    for name in REPLACED:
        monkeypatch.setattr(dynamodb, name, getattr(dynamodb, name))
    kinds = {"id": "S", "card": "S", "time": request.param}
    keys = {"HASH": "card", "RANGE": "time"}
    status, _ = call(
        dynamodb._create_table,
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": one} for name, one in kinds.items()],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-card",
                "KeySchema": [{"AttributeName": name, "KeyType": one} for one, name in keys.items()],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    assert status == 200
    yield request.param
    dynamodb._delete_table({"TableName": TABLE})


def steps(kind):
    """Yield requests: rows put, changed, moved to another card, deleted; queries for ranges, some in pages."""
    draw = random.Random(16)
    for _ in range(STEPS):
        row, card = f"row-{draw.randrange(ROWS)}", {"S": f"card-{draw.randrange(CARDS)}"}
        time = {kind: draw.choice(["{}", "{}.50"] if kind == "N" else ["{}", "{}é"]).format(draw.randrange(100))}
        key = {"TableName": TABLE, "Key": {"id": {"S": row}}}
        what = draw.random()
        if what < 0.4:
            item = {"id": {"S": row}, "time": time, "seen": {"M": {}}, "card": card}
            if draw.random() < 0.1:
                del item["card"]
            yield "_put_item", {"TableName": TABLE, "Item": item}
        elif what < 0.5:
            values = {":c": card, ":t": time}
            change = "SET card = :c, #t = :t" if what < 0.45 else "SET seen.#t = if_not_exists(seen.#t, :c), #t = :t"
            names = {"#t": "time"}
            update = {"UpdateExpression": change, "ExpressionAttributeNames": names}
            used = {name: value for name, value in values.items() if name in change}
            yield "_update_item", {**key, **update, "ExpressionAttributeValues": used, "ReturnValues": "ALL_NEW"}
        elif what < 0.6:
            yield "_delete_item", {**key, "ReturnValues": "ALL_OLD"}
        else:
            condition = draw.choice(CONDITIONS)
            bounds = sorted(draw.sample(range(100), 2))
            values = {":c": card, ":low": {kind: str(bounds[0])}, ":high": {kind: str(bounds[1])}}
            query = {"TableName": TABLE, "IndexName": "by-card", "KeyConditionExpression": condition}
            if "#t" in condition:
                query["ExpressionAttributeNames"] = {"#t": "time"}
            query["ExpressionAttributeValues"] = {name: value for name, value in values.items() if name in condition}
            if draw.random() < 0.5:
                query["ScanIndexForward"] = False
            if draw.random() < 0.5:
                query["Limit"] = draw.randrange(1, 20)
            yield "_query", query


def answers(kind):
    """Return what every step and, of a query in pages, the second page answers."""
    found = []
    for operation, request in steps(kind):
        named = getattr(dynamodb, operation)
        found.append(call(named, **copy.deepcopy(request)))
        if last := found[-1][1].get("LastEvaluatedKey"):
            found.append(call(named, **copy.deepcopy(request), ExclusiveStartKey=last))
    return found


def test_every_answer_is_the_emulators_own(kind):
    own = answers(kind)
    for item in call(dynamodb._scan, TableName=TABLE)[1]["Items"]:
        call(dynamodb._delete_item, TableName=TABLE, Key={"id": item["id"]})
    for module in (expressions, item_copies, item_sizes, index_ranges):
        module.install()
    index_ranges._orders.clear()
    assert answers(kind) == own
    assert index_ranges._orders and sum(len(body.get("Items", ())) > 3 for _, body in own) > 50


VALUES = (
    *({"S": text} for text in ("", "x", "é", "\U0001f0a1 card", "x" * 2000)),
    *({"N": number} for number in ("0", "-12.50", "1793836800000", "1e10", "0.00000", "no number")),
    *({"B": "aGFsbG1hcms="}, {"BOOL": True}, {"NULL": True}, {"SS": ["a", "ä"]}, {"NS": ["1", "-20"]}),
    *({"M": {}}, {"M": {"nächste": {"M": {"n": {"N": "7"}}}}}, {"L": [{"S": "é"}, {"N": "1"}]}),
    *({}, {"S": 5}, {"S": "x", "N": "1"}, "no value", None),
)


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_value_has_the_emulators_own_size(value):
    own = dynamodb._attribute_value_size(value), dynamodb._item_size_bytes({"nämlich": value})
    assert (item_sizes.value_size(value), item_sizes.item_size({"nämlich": value})) == own


def test_what_is_no_item_has_no_size():
    assert item_sizes.item_size(None) == dynamodb._item_size_bytes(None) == 0
