"""Calls of DynamoDB without the SDK's client: how they are signed, tried again and refused."""

import hashlib
import hmac
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError
from shared_python.signed_requests import DynamoDb
from shared_python.table import Table
from urllib3.exceptions import ReadTimeoutError

from tests.support.function_settings import give

Answer = tuple[int, dict[str, str], bytes]
DONE: Answer = (200, {}, b'{"Item": {"id": {"S": "1"}, "n": {"N": "1.5"}}}')


class Wire:
    """What a client sends, and the answers that it gets, in order."""

    def __init__(self, client: DynamoDb, answers: list[Answer | Exception]) -> None:
        self.sent: list[tuple[dict[str, str], dict[str, Any]]] = []
        self._answers: Iterator[Answer | Exception] = iter(answers)
        client.exchange = self._exchange  # pyrefly: ignore

    def _exchange(self, headers: dict[str, str], body: bytes) -> Answer:
        self.sent.append((headers, json.loads(body)))
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    give(monkeypatch, AWS_SESSION_TOKEN="a token")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return Table("table")


def refusal(code: str, status: int = 400, **more: Any) -> Answer:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "why", **more}
    return status, {}, json.dumps(body).encode()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def test_the_signature_is_that_of_signature_version_4(table: Table) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"""
    wire = Wire(table.client, [DONE])
    table.get_item(Key={"id": "1"})
    headers, body = wire.sent[0]
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/(.*), SignedHeaders=(.*), Signature=(\w+)", headers["Authorization"]
    )
    assert found
    scope, names, signature = found.groups()
    given = {name.lower(): value for name, value in headers.items()} | {"host": "dynamodb.us-east-1.amazonaws.com"}
    assert {"host", "x-amz-date", "x-amz-security-token", "x-amz-target"} <= set(names.split(";"))
    lines = "".join(f"{name}:{given[name].strip()}\n" for name in names.split(";"))
    digest = hashlib.sha256(json.dumps(body).encode()).hexdigest()
    canonical = f"POST\n/\n\n{lines}\n{names}\n{digest}"
    text = "\n".join(["AWS4-HMAC-SHA256", given["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"AWS4an example"
    for part in (given["x-amz-date"][:8], "us-east-1", "dynamodb", "aws4_request"):
        key = _hmac(key, part)
    assert _hmac(key, text).hex() == signature


def test_items_are_plain_values_on_this_side_only(table: Table) -> None:
    wire = Wire(table.client, [DONE, (200, {}, b'{"Items": [], "LastEvaluatedKey": {"id": {"S": "2"}}}')])
    item = table.get_item(Key={"id": "1"}, ConsistentRead=True)
    assert item is not None and (item["id"], float(item["n"])) == ("1", 1.5)
    assert table.query(KeyConditionExpression="id = :id", ExpressionAttributeValues={":id": "1"}) == ([], {"id": "2"})
    assert [body for _, body in wire.sent] == [
        {"TableName": "table", "Key": {"id": {"S": "1"}}, "ConsistentRead": True},
        {
            "TableName": "table",
            "KeyConditionExpression": "id = :id",
            "ExpressionAttributeValues": {":id": {"S": "1"}},
        },
    ]
    assert [headers["X-Amz-Target"] for headers, _ in wire.sent] == [
        "DynamoDB_20120810.GetItem",
        "DynamoDB_20120810.Query",
    ]


@pytest.mark.parametrize(
    "first",
    [
        refusal("ThrottlingException"),
        refusal("ProvisionedThroughputExceededException"),
        refusal("InternalServerError", 500),
        (503, {}, b"<html>"),
        (200, {"x-amz-crc32": "1"}, DONE[2]),
        HTTPClientError(error="ReadTimeoutError"),
    ],
)
def test_what_may_pass_is_tried_once_more(table: Table, first: Any) -> None:
    wire = Wire(table.client, [first, DONE])
    assert table.get_item(Key={"id": "1"}) is not None
    assert len(wire.sent) == 2
    again = Wire(table.client, [first, first])
    with pytest.raises((ClientError, HTTPClientError)):
        table.get_item(Key={"id": "1"})
    assert len(again.sent) == 2


def test_what_does_not_pass_is_refused_as_the_sdk_says_it(table: Table) -> None:
    standing = {"id": {"S": "1"}}
    wire = Wire(table.client, [refusal("ConditionalCheckFailedException", Item=standing)])
    with pytest.raises(ClientError) as raised:
        table.update_item(Key={"id": "1"})
    assert len(wire.sent) == 1
    answer = raised.value.response
    assert (answer["Error"]["Code"], answer["Error"]["Message"]) == ("ConditionalCheckFailedException", "why")
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Item"]) == (400, standing)  # pyrefly: ignore


def test_a_transactions_second_attempt_is_the_same_transaction(table: Table) -> None:
    wire = Wire(table.client, [HTTPClientError(error="ReadTimeoutError"), (200, {}, b"{}"), (200, {}, b"{}")])
    for _ in range(2):
        table.transact_write_items([{"Put": {"Item": {"id": "1"}}}])
    first, second, other = (body["ClientRequestToken"] for _, body in wire.sent)
    assert first == second != other
    assert wire.sent[0][1]["TransactItems"] == [{"Put": {"TableName": "table", "Item": {"id": {"S": "1"}}}}]


def test_the_trace_goes_on_and_a_checksum_that_is_right_is_taken(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3")
    wire = Wire(table.client, [(200, {"x-amz-crc32": str(zlib.crc32(DONE[2]))}, DONE[2])])
    table.get_item(Key={"id": "1"})
    assert wire.sent[0][0]["X-Amzn-Trace-Id"] == "Root=1-2-3"


def test_an_answer_that_does_not_come_is_an_error_of_the_sdks(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: Any, **__: Any) -> Any:
        raise ReadTimeoutError(table.client._pool, "/", "late")

    monkeypatch.setattr(table.client._pool, "urlopen", late)
    with pytest.raises(HTTPClientError, match="ReadTimeoutError"):
        table.get_item(Key={"id": "1"})


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, "https://dynamodb.us-east-1.amazonaws.com/"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "http://127.0.0.1:1/"),
        ({"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_DYNAMODB": "http://b/"}, "http://b/"),
    ],
)
def test_the_address_is_what_the_sdks_variables_say(monkeypatch: pytest.MonkeyPatch, variables: Any, url: str) -> None:
    give(monkeypatch, **variables)
    assert DynamoDb()._url == url
