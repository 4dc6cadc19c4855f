"""Three functions, one workflow, its alarms: who calls whom, what starts it, and what rings."""

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hallmark.stage import Stage
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload.conftest import Bank, Kept, Workflow
from tests.integration.bank_upload.contract import BANKS, file, new_id, row
from tests.support.waiting import wait_for

FUNCTIONS = (Output.VALIDATION_ARN, Output.TRANSFORMATION_ARN, Output.NOTIFICATION_ARN)
ELSEWHERE = ("other/{}.csv", "uploads/{}.CSV", "uploads/{}.txt", "Uploads/{}.csv", "{}.csv", "uploads/{}.csv.part")
ROOT = Path(__file__).resolve().parents[3]
Client = Callable[..., Bank]


@pytest.mark.control("BU_FN_THREE")
def test_one_file_passes_the_three_functions_and_there_is_no_other(stage: Stage, bank: Client, kept: Kept) -> None:
    upload = bank(BANKS[0]).accepted(file([row(new_id())]))["uploadId"]
    assert kept.ended(upload)["status"] == "done"
    wanted = dict(zip(FUNCTIONS, ("file taken", "range stored", "upload ended"), strict=True))

    def logged() -> bool:
        said = {output: [line["message"] for line in _lines(stage, output, upload)] for output in wanted}
        return all(message in said[output] for output, message in wanted.items())

    # The last line is written when the status has ended.
    wait_for(logged, f"a line of each function about {upload}")
    listed = stage.client("lambda").list_functions()["Functions"]
    own = {one["FunctionArn"] for one in listed if "-bank-upload-" in one["FunctionName"]}
    assert {arn for arn in own if arn.endswith(f"-{stage.name}")} == {stage.outputs[one] for one in FUNCTIONS}


def _lines(stage: Stage, output: Output, text: str) -> list[Any]:
    group = f"/aws/lambda/{stage.outputs[output].rpartition(':')[2]}"
    found = stage.client("logs").filter_log_events(logGroupName=group, filterPattern=f'"{text}"')["events"]
    return [json.loads(event["message"]) for event in found]


@pytest.mark.control("BU_SFN_EXPRESS")
def test_only_objects_below_uploads_that_end_with_csv_start_the_workflow(
    stage: Stage, kept: Kept, workflow: Workflow
) -> None:
    machine = stage.client("stepfunctions").describe_state_machine(stateMachineArn=stage.outputs[Output.WORKFLOW_ARN])
    assert machine["type"] == "EXPRESS"
    before, name = _started(stage), uuid.uuid4().hex
    for key in (*(key.format(name) for key in ELSEWHERE), f"uploads/{name}.csv"):
        workflow.put(key, b"")
    kept.ended(f"uploads/{name}.csv", "refused")
    # An execution is logged when it has ended.
    wait_for(lambda: _started(stage) > before, "the log of the execution")
    assert _started(stage) == before + 1
    assert [kept.upload(key.format(name)) for key in ELSEWHERE] == [None] * len(ELSEWHERE)


def _started(stage: Stage) -> int:
    group = stage.outputs[Output.WORKFLOW_LOG_GROUP]
    pages = stage.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    events = [json.loads(event["message"]) for page in pages for event in page["events"]]
    return sum(event["type"] == "ExecutionStarted" for event in events)


@pytest.mark.control("BU_API_QUOTA")
def test_every_bank_has_a_key_under_a_plan_of_1000_requests_a_day(stage: Stage) -> None:
    client, plan = stage.client("apigateway"), stage.outputs[Output.USAGE_PLAN_ID]
    quota = client.get_usage_plan(usagePlanId=plan)["quota"]
    assert (quota["limit"], quota["period"]) == (1_000, "DAY")
    keys = {key["id"] for key in client.get_usage_plan_keys(usagePlanId=plan, limit=100)["items"]}
    ids = json.loads(stage.outputs[Output.API_KEY_IDS])
    assert keys == set(ids.values()) and len(keys) == len(ids) >= 10
    assert len({stage.api_key(key) for key in keys}) == len(keys)


@pytest.mark.control("BU_TABLE_INDEX")
def test_uploads_and_rows_are_found_by_time(stage: Stage, bank: Client, kept: Kept) -> None:
    owner, names = BANKS[1], [new_id() for _ in range(3)]
    status = kept.ended(bank(owner).accepted(file([row(name, owner) for name in names]))["uploadId"])
    day = status["reportDate"]

    def found(**asked: Any) -> list[Any]:
        pages = stage.client("dynamodb").get_paginator("query").paginate(**asked)
        return [item for page in pages for item in page["Items"]]

    uploads = found(
        TableName=stage.outputs[Output.STATUS_TABLE],
        IndexName="bank-time",
        KeyConditionExpression="bank = :bank AND receivedAt BETWEEN :from AND :to",
        ExpressionAttributeValues={
            ":bank": {"S": owner},
            ":from": {"S": status["receivedAt"]},
            ":to": {"S": status["finishedAt"]},
        },
    )
    assert status["uploadId"] in [item["uploadId"]["S"] for item in uploads]
    assert all(item["status"] for item in uploads)
    rows = found(
        TableName=stage.outputs[Output.TRANSACTIONS_TABLE],
        IndexName="bank-day-time",
        KeyConditionExpression="bankDay = :day AND #time >= :from",
        ExpressionAttributeNames={"#time": "timestamp"},
        ExpressionAttributeValues={":day": {"S": f"{owner}#{day}"}, ":from": {"S": f"{day}T00:00:01.000Z"}},
    )
    own = [item for item in rows if item["uploadId"]["S"] == status["uploadId"]]
    assert {item["transactionId"]["S"] for item in own} == set(names)
    assert all(item["amount"] for item in own)


def _alarms(stage: Stage) -> list[Any]:
    pages = stage.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix="alarm-bank-upload-")
    return [one for page in pages for one in page["MetricAlarms"] if one["AlarmName"].endswith(f"-{stage.name}")]


@pytest.mark.control("BU_ALARM_ERRORS")
def test_every_alarm_rings_at_the_operators_and_names_a_runbook_that_is_there(stage: Stage) -> None:
    alarms = _alarms(stage)
    assert len(alarms) == 13
    for alarm in alarms:
        assert alarm["AlarmActions"] == [stage.outputs[Output.ALARMS_TOPIC_ARN]]
        (page,) = re.findall(r"docs/runbooks/\S+\.md", alarm["AlarmDescription"])
        assert (ROOT / page).is_file(), page


@pytest.mark.control("BU_ALARM_ERRORS")
@pytest.mark.parametrize(
    ("errors", "invocations", "rings"),
    [(0, 0, False), (0, 100, False), (1, 20, False), (5, 100, False), (6, 100, True), (1, 19, True), (1, 1, True)],
)
def test_a_function_s_alarm_rings_above_5_percent_and_never_when_idle(
    stage: Stage, errors: int, invocations: int, rings: bool
) -> None:
    """The alarm's own expression and comparison, worked out as CloudWatch does."""
    rates = [alarm for alarm in _alarms(stage) if "Metrics" in alarm]
    assert len(rates) == len(FUNCTIONS)
    for alarm in rates:
        queries = {query["Id"]: query for query in alarm["Metrics"]}
        named = {
            identifier: {"Errors": errors, "Invocations": invocations}[query["MetricStat"]["Metric"]["MetricName"]]
            for identifier, query in queries.items()
            if "MetricStat" in query
        }
        (expression,) = (query["Expression"] for query in queries.values() if query["ReturnData"])
        parts = re.fullmatch(r"IF\(([^,]+),([^,]+),([^,]+)\)", expression)
        assert parts, expression
        condition, value, otherwise = parts.groups()
        rate = _worked_out(value if _worked_out(condition, named) else otherwise, named)
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert (rate > alarm["Threshold"]) is rings


def _worked_out(expression: str, named: dict[str, int]) -> float:
    """Work out a comparison, a product or a quotient of names and numbers."""
    assert re.fullmatch(r"[a-z0-9 >*/]+", expression), expression
    return float(eval(expression, {"__builtins__": {}}, named))
