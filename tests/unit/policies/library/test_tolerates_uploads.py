"""Streams, notifications, topics and their alarms may be written in other ways than ours: those pass too."""

import copy
import json
from typing import Any

import pytest

from tests.unit.policies.edited import Edited

MAPPING, BUCKET, TOPIC = "AWS::Lambda::EventSourceMapping", "AWS::S3::Bucket", "AWS::SNS::Topic"
SUBSCRIPTION, TABLE, ALARM = "AWS::SNS::Subscription", "AWS::DynamoDB::Table", "AWS::CloudWatch::Alarm"
FUNCTION, KEY = "AWS::Lambda::Function", "AWS::ApiGateway::ApiKey"
ALL = ("MU_STREAM_SAFE", "MU_BUCKET_EVENTS", "MU_FN_THREE", "MU_FN_ASYNC", "MU_TOPIC_SECURE", "MU_ALERT", "MU_ALARMS")
ROWS = {"dynamodb": {"NewImage": {"kind": {"S": ["transaction"]}}}, "eventName": ["INSERT"]}
PATTERN = json.dumps(ROWS, separators=(",", ":"))


@pytest.fixture
def uploads() -> Edited:
    return Edited("dev", "merchant_upload")


def _sns(edited: Edited, key: str | None) -> dict[str, Any]:
    return edited.find(TOPIC, lambda raw: raw["Properties"].get("KmsMasterKeyId") == key)


@pytest.mark.parametrize(
    "more",
    [
        {"FilterCriteria": {"Filters": [{"Pattern": PATTERN}]}},
        {"FilterCriteria": {"Filters": [{"Pattern": PATTERN}, {"Pattern": PATTERN}]}},
        {"FilterCriteria": {"Filters": [{"Pattern": {"Fn::Sub": PATTERN}}]}},
        {"Enabled": True},
        {"Enabled": "true"},
        {"ParallelizationFactor": 1},
        {"ParallelizationFactor": {"Ref": "AWS::NoValue"}},
        {"BatchSize": {"Ref": "AWS::NoValue"}},
        {"MaximumBatchingWindowInSeconds": {"Ref": "AWS::NoValue"}},
        {"MaximumRetryAttempts": "3", "MaximumRecordAgeInSeconds": 120},
        {"TumblingWindowInSeconds": 0},
        {"MetricsConfig": {"Metrics": ["EventCount"]}},
        {"BisectBatchOnFunctionError": "true"},
    ],
)
def test_a_stream_may_be_read_so(uploads: Edited, more: dict[str, Any]) -> None:
    uploads.find(MAPPING).update(more)
    assert uploads.findings(*ALL) == []


def test_a_mapping_may_name_stream_and_function_in_other_ways(uploads: Edited) -> None:
    mapping = uploads.find(MAPPING)
    table = mapping["EventSourceArn"]["Fn::GetAtt"][0]
    mapping["EventSourceArn"] = {"Fn::Sub": f"${{{table}.StreamArn}}"}
    mapping["FunctionName"] = "lambda-merchant-upload-anomaly-detection-dev"
    assert uploads.findings(*ALL, "MU_IAM_LEAST") == []


@pytest.mark.parametrize(
    "rules",
    [
        [{"Name": "suffix", "Value": ".csv"}, {"Name": "prefix", "Value": "uploads/"}],
        [{"Name": "Prefix", "Value": "uploads/"}, {"Name": "Suffix", "Value": ".csv"}],
    ],
)
def test_a_filter_may_be_written_so(uploads: Edited, rules: list[dict[str, str]]) -> None:
    (entry,) = uploads.find(BUCKET)["NotificationConfiguration"]["LambdaConfigurations"]
    entry["Filter"]["S3Key"]["Rules"] = rules
    assert uploads.findings(*ALL) == []


@pytest.mark.parametrize(
    "more",
    [
        {"QueueConfigurations": [], "TopicConfigurations": []},
        {"EventBridgeConfiguration": {"EventBridgeEnabled": False}},
        {"EventBridgeConfiguration": {"Ref": "AWS::NoValue"}},
    ],
)
def test_nobody_else_may_be_told_in_words(uploads: Edited, more: dict[str, Any]) -> None:
    uploads.find(BUCKET)["NotificationConfiguration"].update(more)
    assert uploads.findings(*ALL, "MU_BUCKET_SECURE") == []


def test_a_permission_may_name_function_and_bucket_in_other_ways(uploads: Edited) -> None:
    permission = uploads.find("AWS::Lambda::Permission", lambda raw: raw["Properties"]["Principal"].startswith("s3"))
    permission["FunctionName"] = {"Ref": permission["FunctionName"]["Fn::GetAtt"][0]}
    permission["SourceArn"] = {"Fn::Sub": "arn:aws:s3:::s3-merchant-upload-files-${AWS::AccountId}-dev"}
    bucket = uploads.resources[uploads.name(BUCKET)]
    bucket["DependsOn"] = bucket["DependsOn"][0]
    assert uploads.findings(*ALL, "MU_IAM_LEAST") == []


def test_a_bucket_may_wait_for_its_permission_through_another(uploads: Edited) -> None:
    bucket = uploads.resources[uploads.name(BUCKET)]
    uploads.resources["Between"] = {
        "Type": "AWS::CloudFormation::WaitConditionHandle",
        "DependsOn": bucket["DependsOn"],
    }
    bucket["DependsOn"] = "Between"
    assert uploads.findings(*ALL) == []


def test_retries_may_be_fewer_and_by_default(uploads: Edited) -> None:
    config = uploads.find("AWS::Lambda::EventInvokeConfig")
    del config["MaximumRetryAttempts"]
    config["MaximumEventAgeInSeconds"] = "1800"
    assert uploads.findings(*ALL) == []


@pytest.mark.parametrize("key", ["arn:aws:kms:us-east-1:${AWS::AccountId}:alias/aws/sns", "alias/aws/sns"])
def test_the_key_may_be_an_arn(uploads: Edited, key: str) -> None:
    _sns(uploads, "alias/aws/sns")["KmsMasterKeyId"] = {"Fn::Sub": key}
    assert uploads.findings(*ALL, "MU_IAM_LEAST") == []


@pytest.mark.parametrize(
    "more",
    [
        {"Principal": "*"},
        {"Action": ["sns:Publish", "sns:Subscribe"]},
        {"Action": "SNS:Publish", "Resource": ["*"]},
        {"Condition": {"Bool": {"aws:SecureTransport": False}}},
    ],
)
def test_tls_may_be_demanded_so(uploads: Edited, more: dict[str, Any]) -> None:
    for policy in uploads.all("AWS::SNS::TopicPolicy"):
        policy["PolicyDocument"]["Statement"][0].update(more)
    assert uploads.findings("MU_TOPIC_SECURE") == []


def test_a_subscription_may_stand_among_the_topics_properties(uploads: Edited) -> None:
    del uploads.resources[uploads.name(SUBSCRIPTION)]
    people = [{"Protocol": "email", "Endpoint": "compliance@example.com"}]
    _sns(uploads, "alias/aws/sns")["Subscription"] = people
    assert uploads.findings("MU_ALERT", "MU_IAM_LEAST") == []


def test_a_subscription_may_have_a_scope_for_a_filter_that_it_lacks(uploads: Edited) -> None:
    uploads.find(SUBSCRIPTION).update(FilterPolicyScope="MessageAttributes", RedrivePolicy={"Ref": "AWS::NoValue"})
    assert uploads.findings("MU_ALERT") == []


def test_a_subscriptions_filter_may_be_empty_which_keeps_nothing_back(uploads: Edited) -> None:
    uploads.find(SUBSCRIPTION).update(FilterPolicy={})
    assert uploads.findings("MU_ALERT") == []


def test_a_metric_may_have_an_alarm_more(uploads: Edited) -> None:
    own = uploads.resources[uploads.name(ALARM, lambda raw: raw["Properties"].get("MetricName") == "FileSeconds")]
    more = copy.deepcopy(own)
    more["Properties"].update(AlarmName="alarm-merchant-upload-an-hour-dev", Threshold=3600, AlarmActions=[])
    uploads.resources["AnHour"] = more
    assert uploads.findings("MU_ALARMS") == []


def test_an_alarm_may_ring_earlier_and_tell_of_the_end(uploads: Edited) -> None:
    age = uploads.find(ALARM, lambda raw: raw["Properties"].get("MetricName") == "IteratorAge")
    age.update(Threshold=60000, Unit="Milliseconds", OKActions=age["AlarmActions"], EvaluationPeriods=2)
    assert uploads.findings("MU_ALARMS") == []


def test_an_index_may_be_written_so(uploads: Edited) -> None:
    table = uploads.find(TABLE)
    table["AttributeDefinitions"].reverse()
    table["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"] = {"Ref": "AWS::NoValue"}
    assert uploads.findings("MU_TABLE_KEYS", "MU_TABLE_ONDEMAND") == []


def test_rights_may_stand_in_several_statements(uploads: Edited) -> None:
    for role in uploads.all("AWS::IAM::Role"):
        document = role["Policies"][0]["PolicyDocument"]
        document["Statement"] = [
            {**one, "Sid": f"{one['Sid']}{index}", "Action": action}
            for one in document["Statement"]
            for index, action in enumerate(one["Action"] if isinstance(one["Action"], list) else [one["Action"]])
        ]
    assert uploads.findings("MU_IAM_LEAST", "MU_STREAM_SAFE", "MU_FN_ASYNC") == []


def test_variables_may_be_written_out(uploads: Edited) -> None:
    reader = uploads.find(FUNCTION, lambda raw: "-validation-" in raw["Properties"]["FunctionName"])
    judge = uploads.find(FUNCTION, lambda raw: "-anomaly-" in raw["Properties"]["FunctionName"])
    reader["Environment"]["Variables"] |= {
        "FILES_BUCKET": {"Fn::Sub": "s3-merchant-upload-files-${AWS::AccountId}-dev"},
        "TRANSACTIONS_TABLE": "dynamodb-merchant-upload-transactions-dev",
        "LOG_LEVEL": "INFO",
    }
    topic = "arn:${AWS::Partition}:sns:us-east-1:${AWS::AccountId}:sns-merchant-upload-alerts-dev"
    judge["Environment"]["Variables"]["ALERTS_TOPIC_ARN"] = {"Fn::Sub": topic}
    assert uploads.findings("MU_FN_THREE") == []


def test_merchants_may_come_in_any_order(uploads: Edited) -> None:
    handler = uploads.find(FUNCTION, lambda raw: "-api-handler-" in raw["Properties"]["FunctionName"])
    keys = {raw["Properties"]["Name"]: name for name, raw in uploads.resources.items() if raw["Type"] == KEY}
    pairs = [f'"{name.split("upload-")[1].removesuffix("-dev")}": "${{{key}}}"' for name, key in keys.items()]
    handler["Environment"]["Variables"]["MERCHANTS"] = {"Fn::Sub": f"{{{', '.join(reversed(pairs))}}}"}
    assert uploads.findings("MU_FN_THREE") == []
    handler["Environment"]["Variables"]["MERCHANTS"] = {"Fn::Sub": f"{{{', '.join(pairs[1:])}}}"}
    assert uploads.findings("MU_FN_THREE") == [(uploads.name(FUNCTION), "Environment.Variables.MERCHANTS")]
