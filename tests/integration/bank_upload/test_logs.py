"""What the API, the functions and the workflow log: who, when, how it ended, one trace; never a value of a file."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hallmark.stage import Stage
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload.conftest import Bank, Kept, Workflow, said
from tests.integration.bank_upload.contract import BANKS, file, new_id, row
from tests.integration.bank_upload.forms import form
from tests.support.stage_contents import everything, log_lines
from tests.support.waiting import wait_for

Json = dict[str, Any]
Client = Callable[..., Bank]
BANK = BANKS[0]
TRACE = "1-5759e988-bd862e3fe1be46a994272794"
FIELDS = {
    *("requestId", "xrayTraceId", "requestTime", "httpMethod", "resourcePath", "status", "errorType"),
    *("apiKeyId", "sourceIp", "responseLength", "responseLatency", "integrationLatency"),
}
CARD = "4111111111111111"


def _events(stage: Stage, group: str) -> list[Json]:
    pages = stage.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    texts = [event["message"] for page in pages for event in page["events"]]
    return [json.loads(text) for text in texts if text.startswith("{")]


def _access(stage: Stage) -> list[Json]:
    return _events(stage, f"/aws/apigateway/apigw-bank-upload-api-{stage.name}")


@pytest.mark.control("BU_API_LOGS", "BU_API_TRACING")
def test_each_request_has_a_line_with_its_fields_accepted_or_refused(stage: Stage, bank: Client) -> None:
    client = bank(BANK)
    before = len(_access(stage))
    requests: list[tuple[Any, int, str]] = [
        (client.send(form(file([row(new_id())])), {"x-amzn-trace-id": f"Root={TRACE};Sampled=1"}), 202, "-"),
        (client.post(b"no,columns\n"), 422, "-"),
        (client.send(b"{}", {"content-type": "application/json"}), 400, "BAD_REQUEST_BODY"),
        (client.raw(b"x", {"content-type": "text/plain"}), 400, "BAD_REQUEST_PARAMETERS"),
        (bank(BANK, "x" * 40).post(b"x"), 403, "INVALID_API_KEY"),
    ]
    lines = wait_for(lambda: found if len(found := _access(stage)) == before + len(requests) else None, "the lines")
    assert lines is not None
    for line, (answer, status, error) in zip(lines[before:], requests, strict=True):
        assert line.keys() == FIELDS
        told = (line["status"], line["errorType"], line["httpMethod"], line["resourcePath"])
        assert told == (str(status), error, "POST", "/upload") and answer.status == status
        assert int(line["responseLength"]) == len(answer.data) and line["requestId"] and line["requestTime"]
    ids = json.loads(stage.outputs[Output.API_KEY_IDS])
    assert (lines[before]["xrayTraceId"], lines[before]["apiKeyId"]) == (TRACE, ids[BANK])
    retention = stage.client("logs").describe_log_groups(logGroupNamePrefix="/aws/apigateway/apigw-bank-upload")
    assert {group["retentionInDays"] for group in retention["logGroups"]} == {7}


@pytest.mark.control("BU_FN_LOGS", "BU_FN_TRACING")
def test_validation_logs_json_of_a_request_s_trace_and_without_what_is_sent(
    stage: Stage, bank: Client, kept: Kept
) -> None:
    secret = new_id("secret")
    content = file([row(secret, account_token=secret, description=secret)])
    answer = bank(BANK).send(
        form(content).replace(b"report.csv", f"{secret}.csv".encode()), {"x-amzn-trace-id": f"Root={TRACE};Sampled=1"}
    )
    assert answer.status == 202, answer.data
    upload = answer.json()["uploadId"]
    kept.ended(upload)
    for output, number in ((Output.VALIDATION_ARN, 2), (Output.TRANSFORMATION_ARN, 1), (Output.NOTIFICATION_ARN, 1)):
        group = f"/aws/lambda/{stage.outputs[output].rpartition(':')[2]}"
        lines = [line for line in _events(stage, group) if line.get("uploadId") == upload]
        assert len(lines) == number
        assert all({"level", "message", "function", "stage", "traceId", "requestId"} <= line.keys() for line in lines)
    (accepted,) = [
        line for line in _events(stage, _group(stage)) if line.get("uploadId") == upload and "apiRequestId" in line
    ]
    assert TRACE in accepted["traceId"] and accepted["bank"] == BANK
    assert not [line for line in log_lines(stage) if secret in line]


def _group(stage: Stage) -> str:
    return f"/aws/lambda/{stage.outputs[Output.VALIDATION_ARN].rpartition(':')[2]}"


@pytest.mark.control("BU_SFN_LOGS", "BU_SFN_TRACING")
def test_the_workflow_logs_every_transition_and_none_of_its_data(
    stage: Stage, kept: Kept, workflow: Workflow, bank: Client
) -> None:
    secret = new_id("secret")
    upload = bank(BANK).accepted(file([row(secret)]))["uploadId"]
    status = kept.ended(upload)
    group = stage.outputs[Output.WORKFLOW_LOG_GROUP]

    def over() -> list[Json]:
        own = [line for line in _events(stage, group) if line["execution_arn"] == status["execution"]]
        return own if own and own[-1]["type"] == "ExecutionSucceeded" else []

    lines = wait_for(over, "the end of the execution")
    states = [line["details"]["name"] for line in lines if line["type"].endswith("StateEntered")]
    assert states == ["Validate", "Outcome", "Process", "Transform", "Notify", "Done"]
    for line in lines:
        assert not {"input", "output", "parameters"} & line.get("details", {}).keys(), line
    assert not [text for text in map(json.dumps, lines) if upload in text or secret in text or "uploads/" in text]
    machine = stage.client("stepfunctions").describe_state_machine(stateMachineArn=stage.outputs[Output.WORKFLOW_ARN])
    assert machine["loggingConfiguration"]["level"] == "ALL"
    assert machine["loggingConfiguration"]["includeExecutionData"] is False
    assert machine["tracingConfiguration"] == {"enabled": True}


PLANTED = {
    "a cell": lambda value: form(file([row(new_id(), description=value)])),
    "an id": lambda value: form(file([row(value)])),
    "an account": lambda value: form(file([row(new_id(), account_token=value)])),
    "an amount": lambda value: form(file([row(new_id(), amount=value)])),
    "a time": lambda value: form(file([row(new_id(), timestamp=value)])),
    "a column": lambda value: form(f"{value},amount\n1,2\n".encode()),
    "a file's name": lambda value: form(b"").replace(b"report.csv", f"{value}.csv".encode()),
    "a part's type": lambda value: form(b"", kind=f"text/{value}"),
    "a part's header": lambda value: form(b"").replace(b"text/csv", f"text/csv\r\nX-Note: {value}\0".encode()),
    "a field": lambda value: form(b"").replace(b'name="file"', f'name="{value}"'.encode()),
    "a boundary": lambda value: form(b"", boundary=value),
    "the whole body": lambda value: value.encode(),
}


@pytest.mark.control("BU_NO_PAN", "BU_BAD_INPUT", "BU_FN_LOGS", "BU_API_LOGS")
def test_a_card_number_is_refused_wherever_it_is_and_stands_nowhere_afterwards(
    stage: Stage, bank: Client, kept: Kept, topic: Any
) -> None:
    written = (CARD, "4111-1111-1111-1111", "\uff14" + "\uff11" * 15)
    answers = [bank(BANK).send(make(value)) for make in PLANTED.values() for value in written]
    assert {answer.status for answer in answers} <= {400, 415, 422}
    said_of = "\n".join(answer.data.decode() + str(answer.headers) for answer in answers)
    heads = [bank(BANK).post(b"x", CARD), bank(BANK).send(form(b""), {"content-type": f"{CARD}/x"})]
    heads.append(bank(BANK).send(form(b""), {"x-note": CARD}, query=f"?card={CARD}"))
    assert {answer.status for answer in heads} <= {400, 415, 422}
    done = bank(BANK).accepted(file([row(new_id())]))["uploadId"]
    said(topic, done, "done")
    messages = json.dumps(topic.hear(), default=str)
    traces = "\n".join([*everything(stage), said_of, messages, *(str(answer.data) for answer in heads)])
    assert [value for value in written if value in traces] == []
