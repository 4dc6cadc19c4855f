"""The short way of functions' calls: what was allowed a moment ago allows nothing else, and not for long."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from hallmark.stage.embedded import ACCOUNT, stage_of
from hallmark.stage.embedded.emulator import Emulator
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

REGION = "eu-central-1"

pytestmark = pytest.mark.control("RT_IAM_LEAST")
# A function that gives its session away, which no function should.
TALKATIVE = """
exports.handler = async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  return [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN];
};
"""


@pytest.fixture
def of_function(client: Any, create: Any, unique: str, running_emulator: Emulator) -> Callable[..., Any]:
    """The clients of a function whose role has some statements; the role is named like the test's function."""

    def make(*statements: dict[str, Any]) -> Any:
        trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})]}
        role = client("iam").create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        client("iam").put_role_policy(
            RoleName=unique, PolicyName="own", PolicyDocument=json.dumps({"Statement": list(statements)})
        )
        create(TALKATIVE)
        client("lambda").update_function_configuration(FunctionName=unique, Role=role)
        keys = json.load(client("lambda").invoke(FunctionName=unique)["Payload"])
        return stage_of(running_emulator, "realtime", "dev").acting_as(boto3.Session(*keys, region_name=REGION)).client

    return make


@pytest.fixture
def tables(client: Any, unique: str) -> list[str]:
    """Two tables with the key `id`."""
    names = [f"{unique}-one", f"{unique}-other"]
    for name in names:
        client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    return names


def _table(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


def _allowed(call: Callable[..., Any], **request: Any) -> bool:
    try:
        call(**request)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException"
        return False
    return True


def _get(table: str) -> dict[str, Any]:
    return {"TableName": table, "Key": {"id": {"S": "a"}}}


def _write(*tables: str) -> dict[str, Any]:
    return {"TransactItems": [{"Put": {"TableName": table, "Item": {"id": {"S": "a"}}}} for table in tables]}


def test_another_table_and_another_action_are_refused(of_function: Any, tables: list[str]) -> None:
    dynamodb = of_function(allow(["dynamodb:GetItem", "dynamodb:PutItem"], _table(tables[0])))("dynamodb")
    for _ in range(2):
        assert _allowed(dynamodb.get_item, **_get(tables[0]))
        assert not _allowed(dynamodb.get_item, **_get(tables[1]))
        assert not _allowed(dynamodb.delete_item, **_get(tables[0]))
        assert _allowed(dynamodb.transact_write_items, **_write(tables[0]))
        assert not _allowed(dynamodb.transact_write_items, **_write(*tables))


def test_a_condition_on_attributes_is_judged_each_time(of_function: Any, tables: list[str]) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html"""
    only = {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id"]}}
    dynamodb = of_function(allow("dynamodb:GetItem", _table(tables[0]), Condition=only))("dynamodb")
    names = ("id", "secret", "id", "secret")
    answers = [_allowed(dynamodb.get_item, **_get(tables[0]), ProjectionExpression=name) for name in names]
    assert answers == [True, False, True, False]


def test_another_source_and_another_bus_are_refused(of_function: Any, client: Any, bus: str) -> None:
    other = client("events").create_event_bus(Name=f"{bus}-other")["EventBusArn"].rpartition("/")[2]
    arn = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}"
    only = {"ForAllValues:StringEquals": {"events:source": "test"}, "Null": {"events:source": "false"}}
    events = of_function(allow("events:PutEvents", arn, Condition=only))("events")

    def put(bus: str, *sources: str) -> bool:
        entries = [{"EventBusName": bus, "Source": of, "DetailType": "Test", "Detail": "{}"} for of in sources]
        return _allowed(events.put_events, Entries=entries)

    for _ in range(2):
        assert put(bus, "test")
        assert not put(bus, "other")
        assert not put(bus, "test", "other")
        assert not put(other, "test")


def test_what_came_in_clear_is_not_allowed_by_what_came_over_tls(of_function: Any, tables: list[str]) -> None:
    clear = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    dynamodb = of_function(allow("dynamodb:GetItem", _table(tables[0])), clear)("dynamodb")
    assert _allowed(dynamodb.get_item, **_get(tables[0]))
    come_in_clear = lambda request, **_: request.headers.update({"X-Forwarded-Proto": "http"})  # noqa: E731
    dynamodb.meta.events.register("before-send", come_in_clear)
    assert not _allowed(dynamodb.get_item, **_get(tables[0]))


def test_a_right_that_is_taken_away_ends_soon(of_function: Any, client: Any, tables: list[str], unique: str) -> None:
    dynamodb = of_function(allow("dynamodb:GetItem", _table(tables[0])))("dynamodb")
    assert _allowed(dynamodb.get_item, **_get(tables[0]))
    client("iam").delete_role_policy(RoleName=unique, PolicyName="own")
    wait_for(lambda: not _allowed(dynamodb.get_item, **_get(tables[0])), "the refusal")
