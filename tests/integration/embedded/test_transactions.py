"""DynamoDB's transactions of a hundred actions, and updates within maps, as AWS documents them.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[[str], Any]
Json = dict[str, Any]
MOST = 100
IS_NEW = "attribute_not_exists(id)"


@pytest.fixture
def table(client: Client, unique: str) -> str:
    client("dynamodb").create_table(
        TableName=unique,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
    )
    return unique


def key(name: str) -> Json:
    return {"id": {"S": name}, "at": {"N": "0"}}


@pytest.fixture
def put(table: str) -> Callable[..., Json]:
    """An action that puts a new item."""

    def action(name: str, **settings: str) -> Json:
        item = {**key(name), "by": {"S": "me"}}
        return {"Put": {"TableName": table, "Item": item, "ConditionExpression": IS_NEW, **settings}}

    return action


@pytest.fixture
def update(table: str) -> Callable[..., Json]:
    """The parts of an update of one item."""

    def parts(name: str, expression: str, names: Json | None = None, **values: Json) -> Json:
        found = {"TableName": table, "Key": key(name), "UpdateExpression": expression}
        if names:
            found["ExpressionAttributeNames"] = names
        if values:
            found["ExpressionAttributeValues"] = {f":{one}": value for one, value in values.items()}
        return found

    return parts


@pytest.fixture
def item(client: Client, table: str) -> Callable[[str], Json]:
    return lambda name: client("dynamodb").get_item(TableName=table, Key=key(name), ConsistentRead=True).get("Item", {})


def refused(client: Client, actions: list[Json], **settings: str) -> Json:
    with pytest.raises(ClientError) as raised:
        client("dynamodb").transact_write_items(TransactItems=actions, **settings)
    return dict(raised.value.response)


def test_one_conflict_cancels_a_hundred_actions_and_shows_the_item_at_its_place(
    client: Client, put: Callable[..., Json], item: Callable[[str], Json]
) -> None:
    client("dynamodb").transact_write_items(TransactItems=[put("row-7"), put("row-8")])
    actions = [put(f"row-{number}", ReturnValuesOnConditionCheckFailure="ALL_OLD") for number in range(MOST - 1)]
    del actions[8]["Put"]["ReturnValuesOnConditionCheckFailure"]
    answer = refused(client, [*actions, put("last")])
    assert answer["Error"]["Code"] == "TransactionCanceledException"
    reasons = answer["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None"] * 7 + ["ConditionalCheckFailed"] * 2 + ["None"] * 91
    assert reasons[7]["Item"] == item("row-7") and "Item" not in reasons[8]
    assert item("row-0") == item("last") == {}


def test_a_hundred_and_one_actions_are_refused(client: Client, put: Callable[..., Json]) -> None:
    client("dynamodb").transact_write_items(TransactItems=[put(f"row-{number}") for number in range(MOST)])
    answer = refused(client, [put(f"more-{number}") for number in range(MOST + 1)])
    assert answer["Error"]["Code"] == "ValidationException"


def test_an_item_twice_is_refused(client: Client, put: Callable[..., Json], update: Callable[..., Json]) -> None:
    answer = refused(client, [put("row"), {"Update": update("row", "SET a = :a", a={"S": "x"})}])
    assert answer["Error"]["Code"] == "ValidationException"
    assert "multiple operations on one item" in answer["Error"]["Message"]


def test_a_token_writes_once(client: Client, update: Callable[..., Json], item: Callable[[str], Json]) -> None:
    add = [{"Update": update("sum", "ADD judged :n", n={"N": "5"})}]
    for _ in range(2):
        client("dynamodb").transact_write_items(TransactItems=add, ClientRequestToken="token")
    assert item("sum")["judged"] == {"N": "5"}
    other = [{"Update": update("sum", "ADD judged :n", n={"N": "6"})}]
    answer = refused(client, other, ClientRequestToken="token")
    assert answer["Error"]["Code"] == "IdempotentParameterMismatchException"


def test_a_token_of_a_cancelled_transaction_can_be_used_again(
    client: Client, put: Callable[..., Json], table: str, item: Callable[[str], Json]
) -> None:
    client("dynamodb").put_item(TableName=table, Item=key("row"))
    refused(client, [put("row")], ClientRequestToken="again")
    client("dynamodb").delete_item(TableName=table, Key=key("row"))
    client("dynamodb").transact_write_items(TransactItems=[put("row")], ClientRequestToken="again")
    assert item("row")["by"] == {"S": "me"}


@pytest.mark.parametrize("holds", [True, False])
def test_a_check_writes_nothing_and_decides(
    client: Client, put: Callable[..., Json], table: str, item: Callable[[str], Json], holds: bool
) -> None:
    condition = "attribute_not_exists(id)" if holds else "attribute_exists(id)"
    actions = [
        put("row"),
        {"ConditionCheck": {"TableName": table, "Key": key("other"), "ConditionExpression": condition}},
    ]
    if holds:
        client("dynamodb").transact_write_items(TransactItems=actions)
    else:
        reasons = refused(client, actions)["CancellationReasons"]
        assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert bool(item("row")) == holds and item("other") == {}


def test_what_is_in_a_map_is_set_once(
    client: Client, update: Callable[..., Json], item: Callable[[str], Json], table: str
) -> None:
    client("dynamodb").put_item(TableName=table, Item={**key("row"), "anomalies": {"M": {}}})
    once = "SET anomalies.#r = if_not_exists(anomalies.#r, :what), judged = if_not_exists(judged, :what)"
    for what in ("first", "second"):
        client("dynamodb").update_item(**update("row", once, {"#r": "high-amount"}, what={"M": {"by": {"S": what}}}))
    first = {"M": {"by": {"S": "first"}}}
    assert item("row")["anomalies"] == {"M": {"high-amount": first}} and item("row")["judged"] == first


def test_a_map_that_is_missing_cancels(
    client: Client, update: Callable[..., Json], item: Callable[[str], Json]
) -> None:
    within = update(
        "row", "SET anomalies.#r = if_not_exists(anomalies.#r, :what)", {"#r": "high-amount"}, what={"S": "x"}
    )
    with pytest.raises(ClientError, match="document path provided in the update expression is invalid"):
        client("dynamodb").update_item(**within)
    reasons = refused(client, [{"Update": update("sum", "ADD n :n", n={"N": "1"})}, {"Update": within}])[
        "CancellationReasons"
    ]
    assert [reason["Code"] for reason in reasons] == ["None", "ValidationError"]
    assert item("sum") == item("row") == {}


def test_clauses_of_an_update_see_the_item_as_it_was(
    client: Client, update: Callable[..., Json], item: Callable[[str], Json], table: str
) -> None:
    given = {**key("row"), "one": {"N": "1"}, "two": {"N": "2"}, "open": {"S": "x"}, "later": {"SS": ["a"]}}
    client("dynamodb").put_item(TableName=table, Item=given)
    swap = "SET one = two, two = one + :n REMOVE #o ADD later :v, fresh :n"
    client("dynamodb").update_item(**update("row", swap, {"#o": "open"}, n={"N": "10"}, v={"SS": ["a", "b"]}))
    expected = {"one": {"N": "2"}, "two": {"N": "11"}, "later": {"SS": ["a", "b"]}, "fresh": {"N": "10"}}
    assert item("row") == {**key("row"), **expected}
