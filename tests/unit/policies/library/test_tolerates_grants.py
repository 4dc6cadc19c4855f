"""Rights and refusals may be written in other ways than ours: what grants nothing, and takes nothing away."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.policies.edited import Edited

RIGHTS = ("RT_FN_DESTINATIONS", "RT_FN_LOGS", "RT_FN_TRACING")
QUEUES = ("RT_QUEUE_SECURE", "RT_TARGET_DLQ")
NOBODY: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
WRITER = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/realtime-fraud_detector-dev"}
IN_CLEAR = {"Bool": {"aws:SecureTransport": "false"}}


def test_a_table_may_have_a_policy_that_lets_nobody_in(edited: Edited) -> None:
    nobody = (
        {"Ref": "AWS::NoValue"},
        {"PolicyDocument": {"Statement": []}},
        {"PolicyDocument": {"Statement": {**NOBODY, "Condition": IN_CLEAR}}},
    )
    for table, policy in zip(edited.all("AWS::DynamoDB::Table"), nobody, strict=True):
        table["ResourcePolicy"] = policy
    assert edited.findings("RT_IAM_LEAST") == []


def test_a_role_may_be_denied_what_it_does_not_need(edited: Edited) -> None:
    denials: tuple[dict[str, Any], ...] = (
        {"Action": ["iam:*", "kms:*", "dynamodb:DeleteItem"], "Resource": "*"},
        {"Action": "sqs:*", "Resource": "arn:aws:sqs:eu-central-1:*:other-*"},
        {"Action": "*", "Resource": "*", "Condition": IN_CLEAR},
        {"Action": "*", "Resource": "*", "Condition": {"BoolIfExists": IN_CLEAR["Bool"]}},
        {"Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]}}},
        {"NotAction": ["logs:*", "xray:*", "events:*", "sqs:*", "sns:*", "dynamodb:*", "s3:*"], "Resource": "*"},
    )
    for role in edited.all("AWS::IAM::Role"):
        role["Policies"][0]["PolicyDocument"]["Statement"] += ({"Effect": "Deny", **denial} for denial in denials)
    assert edited.findings("RT_IAM_LEAST", *RIGHTS) == []


def test_a_bucket_may_refuse_what_its_writer_does_not_do(edited: Edited) -> None:
    denials: tuple[dict[str, Any], ...] = (
        {"Action": "s3:DeleteObject*"},
        {"Condition": {"NumericLessThan": {"s3:TlsVersion": 1.2}}},
        {"Condition": {"Null": {"s3:if-none-match": "true"}}},
        {"Condition": {"ArnNotEquals": {"aws:PrincipalArn": WRITER}}},
        {"Principal": {"Service": "logging.s3.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:role/somebody"}},
    )
    edited.find("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"] += ({**NOBODY, **one} for one in denials)
    assert edited.findings("RT_IAM_LEAST") == []


def test_a_dead_letter_queue_may_refuse_others(edited: Edited) -> None:
    denials: tuple[dict[str, Any], ...] = (
        {"Action": "sqs:PurgeQueue"},
        {"Principal": {"AWS": "123456789012"}},
        {"Condition": {"StringNotEqualsIfExists": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}},
        {"Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}}},
    )
    for policy in edited.all("AWS::SQS::QueuePolicy"):
        if len(policy["PolicyDocument"]["Statement"]) > 1:
            policy["PolicyDocument"]["Statement"] += ({**NOBODY, **denial} for denial in denials)
    assert edited.findings("RT_TARGET_DLQ") == []


def _let_in(edited: Edited) -> list[dict[str, Any]]:
    """The statements that let EventBridge in for rules."""
    names = ("PolicyDocument", "AssumeRolePolicyDocument")
    documents = [raw["Properties"].get(name, {}) for raw in edited.resources.values() for name in names]
    statements = [one for document in documents for one in document.get("Statement", [])]
    return [one for one in statements if "ArnEquals" in one.get("Condition", {})]


@pytest.mark.parametrize("operator", ["ArnLike", "StringEquals", "StringLike"])
def test_a_source_may_be_compared_in_other_ways(edited: Edited, operator: str) -> None:
    for one in _let_in(edited):
        one["Condition"].setdefault(operator, {}).update(one["Condition"].pop("ArnEquals"))
    assert edited.findings("RT_IAM_LEAST", "RT_TARGET_DLQ", "RT_RULE_FANOUT") == []


def test_our_account_may_be_asked_for(edited: Edited) -> None:
    ours = {"Ref": "AWS::AccountId"}
    for one in _let_in(edited):
        one["Condition"]["StringEquals"] = {"aws:SourceAccount": ["123456789012", ours]}
    for permission in edited.all("AWS::Lambda::Permission"):
        permission["SourceAccount"] = ours
    for role in edited.all("AWS::IAM::Role"):
        trust = role["AssumeRolePolicyDocument"]["Statement"][0]
        trust.setdefault("Condition", {})["StringEquals"] = {"aws:SourceAccount": ours}
    assert edited.findings("RT_IAM_LEAST", "RT_TARGET_DLQ", "RT_RULE_FANOUT") == []


def test_a_role_may_refuse_others_than_lambda(edited: Edited) -> None:
    refusal = {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}
    for role in edited.all("AWS::IAM::Role"):
        role["AssumeRolePolicyDocument"]["Statement"].append(refusal)
    assert edited.findings("RT_IAM_LEAST") == []


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_an_action_may_be_in_any_case(edited: Edited, change: Callable[[str], str]) -> None:
    for kind in ("AWS::IAM::Role", "AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy"):
        _change_actions(edited.all(kind), change)
    assert edited.findings("RT_IAM_LEAST", *RIGHTS, *QUEUES, "RT_RULE_FANOUT") == []


def _change_actions(value: Any, change: Callable[[str], str]) -> None:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if key == "Action":
            value[key] = [change(one) for one in item] if isinstance(item, list) else change(item)
        elif isinstance(item, dict | list):
            _change_actions(item, change)


def test_a_denial_may_hold_where_its_key_is_missing_too(edited: Edited) -> None:
    for raw in edited.resources.values():
        document = raw["Properties"].get("PolicyDocument", {})
        for one in document.get("Statement", []):
            if one["Effect"] == "Deny" and "Null" not in one["Condition"]:
                one["Condition"] = {f"{operator}IfExists": keys for operator, keys in one["Condition"].items()}
    assert edited.findings("RT_BUCKET_TLS", "RT_BUCKET_ENCRYPTED", *QUEUES, "RT_RULE_FANOUT", "RT_IAM_LEAST") == []


def test_a_bus_may_have_a_policy_that_refuses_what_nobody_needs(edited: Edited) -> None:
    bus = edited.name("AWS::Events::EventBus")
    refusal = {**NOBODY, "Action": "events:PutRule", "Resource": {"Fn::GetAtt": [bus, "Arn"]}}
    properties = {"EventBusName": {"Ref": bus}, "StatementId": "none", "Statement": refusal}
    edited.resources["BusPolicy"] = {"Type": "AWS::Events::EventBusPolicy", "Properties": properties}
    assert edited.findings("RT_IAM_LEAST") == []


def test_a_topic_may_tell_people_and_what_is_ours(edited: Edited) -> None:
    queue, alias = (edited.name(kind) for kind in ("AWS::SQS::Queue", "AWS::Lambda::Alias"))
    told = (("email", "oncall@example.com"), ("sqs", {"Fn::GetAtt": [queue, "Arn"]}), ("lambda", {"Ref": alias}))
    subscriptions = [{"Protocol": protocol, "Endpoint": endpoint} for protocol, endpoint in told]
    edited.find("AWS::SNS::Topic")["Subscription"] = subscriptions
    topic = edited.find("AWS::SNS::TopicPolicy")["Topics"][0]
    for one in subscriptions:
        properties = {**one, "TopicArn": topic}
        edited.resources[f"Told{one['Protocol']}"] = {"Type": "AWS::SNS::Subscription", "Properties": properties}
    assert edited.findings("RT_IAM_LEAST") == []


@pytest.mark.parametrize("marked", [True, False])
def test_a_second_bucket_is_nothing_to_the_detector(edited: Edited, marked: bool) -> None:
    bucket = next(raw for raw in edited.resources.values() if raw["Type"] == "AWS::S3::Bucket")
    if not marked:
        del bucket["Metadata"]
    edited.resources["Second"] = {**bucket, "Properties": {"BucketName": "realtime-second-dev"}, "Metadata": {}}
    assert edited.findings("RT_IAM_LEAST") == []
    role = edited.find("AWS::IAM::Role", lambda raw: "fraud_detector" in raw["Properties"]["RoleName"])
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    write = next(one for one in statements if one["Sid"] == "WriteProcessed")
    write["Resource"] = [write["Resource"], {"Fn::Sub": "${Second.Arn}/processed/*"}]
    assert edited.findings("RT_IAM_LEAST") != []
