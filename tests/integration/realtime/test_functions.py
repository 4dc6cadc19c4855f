"""Asynchronous invocations of the aliases: success on the audit bus, failure in the failure queue, then parked.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from hallmark.stage import Stage
from infra.realtime.outputs import Output
from tests.integration.realtime.observations import drained
from tests.support.waiting import wait_for

Json = dict[str, Any]
# A receipt of a message that comes back at once counts, too.
RECEIVES = 3
# What no invocation of the function can handle, with a mark to know the record by; ingest_processor answers every body
# that is text or missing, so its poison is a number where the text should be.
POISON: dict[str, Callable[[str], Any]] = {
    Output.INGEST_PROCESSOR_ARN: lambda mark: {"body": 5, "headers": {}, "mark": mark},
    Output.FRAUD_DETECTOR_ARN: lambda mark: {"ruleId": "high-risk-merchant", "detail": {"transactionId": mark}},
    Output.NOTIFIER_ARN: lambda mark: {"detail": {"transactionId": mark}},
}


@pytest.fixture
def invoke(stage: Stage) -> Callable[[str, Any], None]:
    """Invoke a function's alias as EventBridge does."""

    def send(function: str, payload: Any) -> None:
        arn = stage.outputs[function]
        assert arn.endswith(":live")
        answer = stage.client("lambda").invoke(
            FunctionName=arn, InvocationType="Event", Payload=json.dumps(payload).encode()
        )
        assert answer["StatusCode"] == 202

    return send


@pytest.fixture(scope="module")
def failures(stage: Stage) -> dict[str, Json]:
    """A failed invocation of each function, all waited for together; the records by function."""
    marks = {function: f"poison-{uuid.uuid4().hex}" for function in POISON}
    for function, mark in marks.items():
        payload = json.dumps(POISON[function](mark)).encode()
        arn = stage.outputs[function]
        stage.client("lambda").invoke(FunctionName=arn, InvocationType="Event", Payload=payload)
    bodies: list[str] = []

    def found() -> dict[str, Json]:
        bodies.extend(message["Body"] for message in drained(stage, stage.outputs[Output.FAILURE_QUEUE_URL]))
        named = {name: [body for body in bodies if mark in body] for name, mark in marks.items()}
        return {name: json.loads(found[0]) for name, found in named.items() if len(found) == 1}

    wait_for(lambda: len(found()) == len(marks), "all three records", seconds=300)
    return {**found(), "marks": marks}


@pytest.mark.control("RT_FN_DESTINATIONS")
@pytest.mark.parametrize("function", POISON)
def test_a_failure_ends_in_the_failure_queue_after_its_retries(stage: Stage, failures: Any, function: str) -> None:
    record = failures[function]
    assert set(record) == {
        *("version", "timestamp", "requestContext", "requestPayload", "responseContext", "responsePayload")
    }
    context = record["requestContext"]
    assert context.pop("requestId")
    assert context == {
        "functionArn": stage.outputs[function],
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    assert record["requestPayload"] == POISON[function](failures["marks"][function])
    assert (record["responseContext"]["statusCode"], record["responseContext"]["functionError"]) == (200, "Unhandled")
    assert record["responsePayload"]["errorMessage"]


@pytest.mark.control("RT_FN_DESTINATIONS")
def test_success_of_each_function_is_on_the_audit_bus(
    stage: Stage, targets: Any, transaction: Callable[..., Json], invoke: Any
) -> None:
    body = transaction(merchantCategory="luxury")
    invoke(Output.INGEST_PROCESSOR_ARN, {"body": json.dumps(body), "headers": {}, "isBase64Encoded": False})
    results = wait_for(lambda: _three(targets.audit_bus(body["transactionId"], "lambda")), "three successes")
    by_function = {result["detail"]["requestContext"]["functionArn"]: result for result in results}
    assert set(by_function) == {stage.outputs[function] for function in POISON}
    for arn, result in by_function.items():
        assert result["detail-type"] == "Lambda Function Invocation Result - Success"
        assert result["resources"][0].startswith(arn)
        assert result["detail"]["requestContext"]["condition"] == "Success"
        assert result["detail"]["requestContext"]["approximateInvokeCount"] == 1
    answer = by_function[stage.outputs[Output.INGEST_PROCESSOR_ARN]]["detail"]["responsePayload"]
    assert (answer["statusCode"], json.loads(answer["body"])["transactionId"]) == (202, body["transactionId"])


def _three(results: list[Json]) -> list[Json]:
    return results if len(results) == 3 else []


@pytest.mark.control("RT_DLQ_REDRIVE")
def test_what_is_received_too_often_is_parked(stage: Stage) -> None:
    sqs, mark = stage.client("sqs"), f"parked-{uuid.uuid4().hex}"
    failure, parking = stage.outputs[Output.FAILURE_QUEUE_URL], stage.outputs[Output.PARKING_QUEUE_URL]
    sqs.send_message(QueueUrl=failure, MessageBody=mark)
    received = 0

    def is_parked() -> bool:
        nonlocal received
        for message in sqs.receive_message(QueueUrl=failure, MaxNumberOfMessages=10, VisibilityTimeout=0).get(
            "Messages", []
        ):
            received += message["Body"] == mark
        return any(message["Body"] == mark for message in drained(stage, parking))

    wait_for(is_parked, "the message in the parking queue")
    assert received == RECEIVES
