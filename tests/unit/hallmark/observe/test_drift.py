"""Two writings of the same are no drift; whatever means something else is, with its place."""

import json
from typing import Any

import pytest

from hallmark.observe.drift import Difference, declared, drift
from hallmark.observe.readers import READERS
from infra.errors import UserError

Json = dict[str, Any]
ACCOUNT = "111122223333"
ROLE, QUEUE, RULE = "AWS::IAM::Role", "AWS::SQS::Queue", "AWS::Events::Rule"
SEND = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "arn:aws:sqs:::q", "Sid": "Send"}
GET = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::b"}


def _template(kind: str, properties: Json, **others: Json) -> Json:
    mark = {"System": "realtime", "Stage": "dev", "Account": ACCOUNT}
    return {
        "Metadata": {"Hallmark": mark},
        "Resources": {"One": {"Type": kind, "Properties": properties}, **others},
    }


def _drift(kind: str, left: Json, right: Json) -> list[Difference]:
    return drift(_template(kind, left), _template(kind, right))


def _policies(*documents: Any) -> Json:
    return {"Policies": [{"PolicyName": str(i), "PolicyDocument": document} for i, document in enumerate(documents)]}


SAME = {
    "the order of tags": (
        QUEUE,
        {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]},
        {"Tags": [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]},
    ),
    "the order of statements": (ROLE, _policies({"Statement": [SEND, GET]}), _policies({"Statement": [GET, SEND]})),
    "one action and a list of it": (
        ROLE,
        _policies({"Statement": [SEND]}),
        _policies({"Statement": {**SEND, "Action": "sqs:SendMessage"}}),
    ),
    "the order of actions": (
        ROLE,
        _policies({"Statement": [GET]}),
        _policies({"Statement": [{**GET, "Action": ["s3:ListBucket", "s3:GetObject"]}]}),
    ),
    "a document as JSON": (
        "AWS::Logs::ResourcePolicy",
        {"PolicyDocument": {"Statement": [SEND]}},
        {"PolicyDocument": json.dumps({"Statement": [SEND]})},
    ),
    "a condition's true and 'true'": (
        ROLE,
        _policies({"Statement": [{**SEND, "Condition": {"Bool": {"aws:SecureTransport": True}}}]}),
        _policies({"Statement": [{**SEND, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]}),
    ),
    "a pattern as JSON": (RULE, {"EventPattern": {"source": ["a"]}}, {"EventPattern": '{"source": ["a"]}'}),
    "a number as a text": ("AWS::ApiGateway::GatewayResponse", {"StatusCode": "503"}, {"StatusCode": 503}),
    "a whole number and a float": ("AWS::CloudWatch::Alarm", {"Threshold": 1000}, {"Threshold": 1000.0}),
    "what the service fills in": (QUEUE, {"QueueName": "q"}, {"QueueName": "q", "VisibilityTimeout": 30}),
    "one of several defaults": (QUEUE, {}, {"MaximumMessageSize": 1_048_576}),
    "a default that is written": (QUEUE, {"VisibilityTimeout": 30}, {}),
    "a nested default": (
        "AWS::Lambda::Function",
        {"LoggingConfig": {"LogGroup": "g"}},
        {"LoggingConfig": {"LogGroup": "g", "LogFormat": "Text"}},
    ),
    "the order of targets": (
        RULE,
        {"Targets": [{"Id": "a", "Arn": "x"}, {"Id": "b", "Arn": "y"}]},
        {"Targets": [{"Id": "b", "Arn": "y"}, {"Id": "a", "Arn": "x"}]},
    ),
    "an empty object": (
        "AWS::ApiGateway::UsagePlan",
        {"ApiStages": [{"ApiId": "a", "Throttle": {}}]},
        {"ApiStages": [{"ApiId": "a"}]},
    ),
    "a log group's ARN": (
        "AWS::ApiGateway::Stage",
        {"AccessLogSetting": {"DestinationArn": "arn:aws:logs:eu-central-1:1:log-group:g:*"}},
        {"AccessLogSetting": {"DestinationArn": "arn:aws:logs:eu-central-1:1:log-group:g"}},
    ),
    "an ARN put together": (
        "AWS::Lambda::Permission",
        {"SourceArn": {"Fn::Join": ["", ["arn:aws:events:eu-central-1:", {"Ref": "AWS::AccountId"}, ":rule/r"]]}},
        {"SourceArn": f"arn:aws:events:eu-central-1:{ACCOUNT}:rule/r"},
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_written_otherwise_is_no_drift(name: str) -> None:
    assert _drift(*SAME[name]) == []
    kind, left, right = SAME[name]
    assert _drift(kind, right, left) == []


# type, declared, observed, and (path, declared, observed) of each difference.
OTHER: dict[str, tuple[str, Json, Json, list[tuple[str, Any, Any]]]] = {
    "a value": (QUEUE, {"DelaySeconds": 5}, {"DelaySeconds": 6}, [("DelaySeconds", "5", "6")]),
    "a tag": (
        QUEUE,
        {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]},
        {"Tags": [{"Key": "a", "Value": "3"}, {"Key": "c", "Value": "4"}]},
        [("Tags.a", "1", "3"), ("Tags.b", "2", None), ("Tags.c", None, "4")],
    ),
    "a value that is the default now": (QUEUE, {"DelaySeconds": 5}, {}, [("DelaySeconds", "5", "0")]),
    "a default that was changed": (QUEUE, {}, {"DelaySeconds": 6}, [("DelaySeconds", "0", "6")]),
    "none of several defaults": (
        QUEUE,
        {},
        {"MaximumMessageSize": 1024},
        [("MaximumMessageSize", "1048576 or 262144", "1024")],
    ),
    "a target's property": (
        RULE,
        {"Targets": [{"Id": "a", "RetryPolicy": {"MaximumRetryAttempts": 3}}]},
        {"Targets": [{"Id": "a"}]},
        [("Targets[a].RetryPolicy.MaximumRetryAttempts", "3", None)],
    ),
    "an action more": (
        ROLE,
        _policies({"Statement": [SEND]}),
        _policies({"Statement": [{**SEND, "Action": ["sqs:SendMessage", "sqs:DeleteQueue"]}]}),
        [
            (
                "Policies[0].PolicyDocument.Statement[Send].Action",
                ("sqs:SendMessage",),
                ("sqs:DeleteQueue", "sqs:SendMessage"),
            ),
        ],
    ),
    "a log group's streams": (
        ROLE,
        _policies({"Statement": [{**SEND, "Resource": "arn:aws:logs:::g:*"}]}),
        _policies({"Statement": [{**SEND, "Resource": "arn:aws:logs:::g"}]}),
        [("Policies[0].PolicyDocument.Statement[Send].Resource", ("arn:aws:logs:::g:*",), ("arn:aws:logs:::g",))],
    ),
    "the order of a pattern's bounds": (
        RULE,
        {"EventPattern": {"detail": {"amount": [{"numeric": [">=", 1, "<", 2]}]}}},
        {"EventPattern": {"detail": {"amount": [{"numeric": ["<", 1, ">=", 2]}]}}},
        [
            ("EventPattern.detail.amount[0].numeric[0]", ">=", "<"),
            ("EventPattern.detail.amount[0].numeric[2]", "<", ">="),
        ],
    ),
}


@pytest.mark.parametrize("name", OTHER)
def test_something_else_is_drift_with_its_place(name: str) -> None:
    kind, left, right, wanted = OTHER[name]
    found = _drift(kind, left, right)
    assert [(one.path, one.declared, one.observed) for one in found] == wanted
    assert {(one.resource, one.type, one.change) for one in found} == {("One", kind, "changed")}


def test_two_statements_of_one_kind_are_told_apart() -> None:
    other = {**GET, "Resource": "arn:aws:s3:::c"}
    found = _drift(ROLE, _policies({"Statement": [GET]}), _policies({"Statement": [GET, other]}))
    assert {one.path.rpartition(".")[0] for one in found} == {
        "Policies[0].PolicyDocument.Statement[Allow s3:GetObject, s3:ListBucket #2]"
    }


def test_resources_that_are_missing_or_added() -> None:
    two = {"Type": QUEUE, "Properties": {}}
    assert drift(_template(QUEUE, {}, Two=two), _template(QUEUE, {})) == [Difference("Two", QUEUE, "missing")]
    assert drift(_template(QUEUE, {}), _template(QUEUE, {}, Two=two)) == [Difference("Two", QUEUE, "added")]


def test_a_type_that_nothing_reads_is_an_error() -> None:
    with pytest.raises(UserError, match="AWS::ECS::Cluster cannot be read back"):
        _drift("AWS::ECS::Cluster", {}, {})


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_every_type_of_the_stacks_has_a_reader(stage: str) -> None:
    assert {one["Type"] for one in declared("realtime", stage)["Resources"].values()} <= set(READERS)


def test_a_stage_without_a_template_is_an_error() -> None:
    with pytest.raises(UserError, match="run `python -m hallmark build`"):
        declared("realtime", "nowhere")
