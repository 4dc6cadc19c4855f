"""Three functions, one workflow, one table, two topics: who is called, what is found by time, whom alarms tell."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hallmark.stage import Stage
from infra.screening.outputs import Output
from tests.integration.screening.conftest import Workflow
from tests.integration.screening.contract import new_id, transaction

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = (Output.VALIDATION_ARN, Output.FRAUD_DETECTION_ARN, Output.COMPLIANCE_CHECKING_ARN)


@pytest.mark.control("SC_FN_THREE")
def test_there_is_no_other_function_and_nothing_else_calls_one(stage: Stage) -> None:
    functions = stage.client("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    own = {one["FunctionArn"] for page in pages for one in page["Functions"] if "-screening-" in one["FunctionName"]}
    assert {arn for arn in own if arn.endswith(f"-{stage.name}")} == {stage.outputs[one] for one in FUNCTIONS}
    for output in FUNCTIONS:
        name = stage.outputs[output]
        assert functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"] == []
        assert _callers(functions, name) == []
        config = functions.get_function_configuration(FunctionName=name)
        assert (config["Timeout"], config["MemorySize"]) == (60, 3_072)
        reserved = functions.get_function_concurrency(FunctionName=name)
        assert reserved["ReservedConcurrentExecutions"] == 100
        variables = config["Environment"]["Variables"]
        assert variables == {"STAGE": stage.name, "STATE_TABLE": stage.outputs[Output.STATE_TABLE]}


def _callers(functions: Any, name: str) -> list[Any]:
    """Return who else may call a function, by its own policy; there is none on AWS, an empty one on the emulator."""
    try:
        found: list[Any] = json.loads(functions.get_policy(FunctionName=name)["Policy"])["Statement"]
    except functions.exceptions.ResourceNotFoundException:
        return []
    return found


@pytest.mark.control("SC_TABLE")
def test_a_customer_s_transactions_are_found_by_time_and_what_was_rejected_is_not(
    stage: Stage, workflow: Workflow
) -> None:
    customer = new_id("customer")
    times = [f"2026-11-22T10:0{minute}:00Z" for minute in range(4)]
    sent = [transaction(customer_id=customer, timestamp=time, channel="card") for time in times]
    for one in (*sent, transaction(customer_id=customer, timestamp=times[1], currency="XXX")):
        workflow.answer(one)
    first = 1_795_341_600_000
    answer = stage.client("dynamodb").query(
        TableName=stage.outputs[Output.STATE_TABLE],
        IndexName="customer-time",
        KeyConditionExpression="customer_id = :customer AND #time BETWEEN :from AND :to",
        ExpressionAttributeNames={"#time": "timestamp"},
        ExpressionAttributeValues={
            ":customer": {"S": customer},
            ":from": {"N": str(first + 1)},
            ":to": {"N": str(first + 120_000)},
        },
    )
    assert [item["transaction_id"]["S"] for item in answer["Items"]] == [one["transaction_id"] for one in sent[1:3]]
    keys = {"transaction_id", "timestamp", "customer_id", "usd", "channel"}
    assert all(item.keys() == keys for item in answer["Items"])


@pytest.mark.control("SC_TABLE")
def test_the_table_is_paid_by_use_and_can_be_restored(stage: Stage) -> None:
    tables, name = stage.client("dynamodb"), stage.outputs[Output.STATE_TABLE]
    table = tables.describe_table(TableName=name)["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    keys = {one["AttributeName"]: one["KeyType"] for one in table["KeySchema"]}
    assert keys == {"transaction_id": "HASH", "timestamp": "RANGE"}
    recovery = tables.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.control("SC_TOPIC", "SC_ALERT")
def test_alerts_are_encrypted_and_mailed_and_alarms_have_a_topic_without_a_key(stage: Stage) -> None:
    sns = stage.client("sns")
    keys = {}
    for output in (Output.ALERTS_TOPIC_ARN, Output.ALARMS_TOPIC_ARN):
        keys[output] = sns.get_topic_attributes(TopicArn=stage.outputs[output])["Attributes"].get("KmsMasterKeyId")
    assert keys == {Output.ALERTS_TOPIC_ARN: "alias/aws/sns", Output.ALARMS_TOPIC_ARN: None}
    listed = sns.list_subscriptions_by_topic(TopicArn=stage.outputs[Output.ALERTS_TOPIC_ARN])["Subscriptions"]
    assert [one["Protocol"] for one in listed if one["Protocol"] != "sqs"] == ["email"]


@pytest.mark.control("SC_ALARMS")
def test_every_alarm_rings_at_the_operators_and_names_a_runbook_that_is_there(stage: Stage) -> None:
    pages = stage.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix="alarm-screening-")
    alarms = [one for page in pages for one in page["MetricAlarms"] if one["AlarmName"].endswith(f"-{stage.name}")]
    assert len(alarms) == 10
    for alarm in alarms:
        assert alarm["AlarmActions"] == [stage.outputs[Output.ALARMS_TOPIC_ARN]]
        (page,) = re.findall(r"docs/runbooks/screening/\S+\.md", alarm["AlarmDescription"])
        assert (ROOT / page).is_file(), page
