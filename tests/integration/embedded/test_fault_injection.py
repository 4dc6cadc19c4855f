"""Injected errors are those that the services document, as often as configured, and only for the callers meant."""

import json
import time
from typing import Any

import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

from hallmark.stage.embedded import stage_of
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import DESTINATION, PATH, Injection, inject
from tests.support.streams import make_table
from tests.support.waiting import wait_for

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
REFUSALS: list[tuple[str, str, dict[str, Any], int, str, str]] = [
    (
        *("dynamodb", "GetItem", {"TableName": "t", "Key": {"k": {"S": "v"}}}, 400),
        *("com.amazonaws.dynamodb.v20120810#ThrottlingException", "ThrottlingException"),
    ),
    ("s3", "PutObject", {"Bucket": "b", "Key": "k", "Body": b""}, 403, "AccessDenied", "AccessDenied"),
    (
        "sns",
        "Publish",
        {"TopicArn": "arn:aws:sns:eu-central-1:000000000000:t", "Message": "m"},
        500,
        "InternalError",
        "",
    ),
    ("events", "PutEvents", {"Entries": [{}]}, 500, "InternalException", "InternalException"),
]
NAMES = {"GetItem": "get_item", "PutObject": "put_object", "Publish": "publish", "PutEvents": "put_events"}


@pytest.fixture
def once(running_emulator: Emulator) -> Any:
    """Clients that do not try again."""
    stage = stage_of(running_emulator, "realtime", "dev")
    like = stage.client("sts").meta
    return lambda service: stage.session.client(
        service, endpoint_url=like.endpoint_url, config=like.config.merge(Config(retries={"total_max_attempts": 1}))
    )


@pytest.mark.parametrize(("service", "action", "request_", "status", "code", "told"), REFUSALS)
def test_an_error_is_the_services_own(
    running_emulator: Emulator,
    once: Any,
    service: str,
    action: str,
    request_: dict[str, Any],
    status: int,
    code: str,
    told: str,
) -> None:
    injection = Injection(service, action, status=status, code=code)
    with inject(running_emulator.endpoint, injection) as fault:
        with pytest.raises(ClientError) as error:
            getattr(once(service), NAMES[action])(**request_)
        assert fault.strikes == 1
    answer = error.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (told or code, status)


def test_a_fault_strikes_as_often_as_told_and_only_what_it_names(
    running_emulator: Emulator, client: Any, unique: str, queue: Any
) -> None:
    url, _ = queue(unique)
    send = client("sqs").send_message
    injection = Injection("sqs", "SendMessage", "delay", ("slow",), times=1, seconds=0.5)
    with inject(running_emulator.endpoint, injection) as fault:
        begin = time.monotonic()
        send(QueueUrl=url, MessageBody="fast")
        assert (time.monotonic() - begin < 0.5, fault.strikes) == (True, 0)
        begin = time.monotonic()
        send(QueueUrl=url, MessageBody="slow")
        assert (time.monotonic() - begin > 0.5, fault.strikes) == (True, 1)
        send(QueueUrl=url, MessageBody="slow")
    assert fault.strikes == 1


def test_after_the_call_was_carried_out(
    running_emulator: Emulator, once: Any, unique: str, queue: Any, receive: Any
) -> None:
    url, _ = queue(unique)
    injection = Injection("sqs", "SendMessage", contains=(unique,), after=True, status=500, code="InternalFailure")
    with inject(running_emulator.endpoint, injection), pytest.raises(ClientError):
        once("sqs").send_message(QueueUrl=url, MessageBody=unique)
    assert receive(url)["Body"] == unique


def test_a_query_lacks_what_is_hidden_as_often_as_told(running_emulator: Emulator, client: Any, unique: str) -> None:
    dynamodb = client("dynamodb")
    make_table(client, unique)
    for name in ("early", "late"):
        dynamodb.put_item(TableName=unique, Item={"k": {"S": unique}, "s": {"S": name}})

    def found() -> list[str]:
        answer = dynamodb.query(
            TableName=unique, KeyConditionExpression="k = :k", ExpressionAttributeValues={":k": {"S": unique}}
        )
        names = [item["s"]["S"] for item in answer["Items"]]
        assert answer["Count"] == len(names)
        return names

    lagging = Injection("dynamodb", "Query", "hide", (unique,), times=2, hidden='"late"')
    with inject(running_emulator.endpoint, lagging) as fault:
        assert [found() for _ in range(3)] == [["early"], ["early"], ["early", "late"]]
        assert fault.strikes == 2


def test_only_the_named_functions_calls_are_struck(
    running_emulator: Emulator, client: Any, unique: str, queue: Any
) -> None:
    url, _ = queue(unique)
    with inject(running_emulator.endpoint, Injection("sqs", "SendMessage", by="notifier", code="X")) as fault:
        client("sqs").send_message(QueueUrl=url, MessageBody="from a test")
        assert fault.strikes == 0


def test_a_destination_that_refuses_gets_nothing(
    running_emulator: Emulator, client: Any, function: str, queue: Any, receive: Any
) -> None:
    url, arn = queue(f"{function}-failed")
    client("lambda").put_function_event_invoke_config(
        FunctionName=function,
        Qualifier="live",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )

    def invoke(mark: str) -> None:
        payload = json.dumps({"mark": mark, "fail": True})
        client("lambda").invoke(FunctionName=function, Qualifier="live", InvocationType="Event", Payload=payload)

    with inject(running_emulator.endpoint, Injection(DESTINATION, "Failure", contains=(arn,))) as fault:
        invoke("refused")
        wait_for(lambda: fault.strikes == 1, "the refusal")
        invoke("taken")
        assert json.loads(receive(url)["Body"])["requestPayload"]["mark"] == "taken"


def test_what_is_no_fault_is_refused(running_emulator: Emulator) -> None:
    address = f"{running_emulator.endpoint}{PATH}"
    assert urllib3.request("POST", address, body="{}").status == 400
    assert urllib3.request("POST", address, body='{"service": "s3", "action": "a", "wrong": 1}').status == 400
    nothing = '{"service": "dynamodb", "action": "Query", "effect": "hide"}'
    assert urllib3.request("POST", address, body=nothing).status == 400
    nobody = '{"service": "s3", "action": "PutObject", "effect": "kill"}'
    assert urllib3.request("POST", address, body=nobody).status == 400
    assert urllib3.request("GET", f"{address}/99999").status == 404
