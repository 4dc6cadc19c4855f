"""Nothing feeds a function from the audit bus, not over a queue or a topic either."""

import json
from typing import Any

import pytest

from tests.unit.policies.edited import Edited

MAPPING, SUBSCRIPTION = "AWS::Lambda::EventSourceMapping", "AWS::SNS::Subscription"
QUEUE = ("AWS::SQS::Queue", {"Fn::GetAtt": ["Kept", "Arn"]})
TOPIC = ("AWS::SNS::Topic", {"Ref": "Kept"})
FUNCTION = {"Fn::Sub": "arn:aws:lambda:eu-central-1:${AWS::AccountId}:function:realtime-notifier-dev"}


@pytest.mark.parametrize(
    ("kept", "reader", "source", "more", "found"),
    [
        (QUEUE, MAPPING, "EventSourceArn", {"FunctionName": "realtime-notifier-dev"}, [("Reader", "FunctionName")]),
        (TOPIC, SUBSCRIPTION, "TopicArn", {"Endpoint": FUNCTION}, [("Reader", "Endpoint")]),
        (TOPIC, SUBSCRIPTION, "TopicArn", {"Endpoint": {"Fn::ImportValue": "who"}}, [("Reader", "Endpoint")]),
        (TOPIC, SUBSCRIPTION, "TopicArn", {"Protocol": "email", "Endpoint": "audit@example.com"}, []),
    ],
)
def test_what_reads_a_target_is_judged(
    edited: Edited, kept: tuple[str, Any], reader: str, source: str, more: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    kind, arn = kept
    edited.resources["Kept"] = {"Type": kind, "Properties": {}}
    edited.rule("record")["Targets"].append({"Id": "kept", "Arn": arn})
    assert edited.findings("RT_FN_THREE") == []
    edited.resources["Reader"] = {"Type": reader, "Properties": {source: arn, **more}}
    assert edited.findings("RT_FN_THREE") == found


def test_another_accounts_bus_may_keep_a_copy(edited: Edited) -> None:
    arn = "arn:aws:events:eu-central-1:111122223333:event-bus/security"
    edited.rule("record")["Targets"].append({"Id": "copy", "Arn": arn})
    assert edited.findings("RT_FN_THREE") == []


NOTIFIER = {"Fn::Sub": "arn:aws:lambda:eu-central-1:${AWS::AccountId}:function:realtime-notifier-dev:live"}
LOG_POLICY = {"DestinationArn": "arn:aws:lambda:eu-central-1:1:function:realtime-notifier-dev", "FilterPattern": ""}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource of a template."""
    return {"Type": kind, "Properties": properties}


def arn_of(name: str) -> dict[str, Any]:
    """The expression of a resource's ARN."""
    return {"Fn::GetAtt": [name, "Arn"]}


def test_what_arrives_is_followed_over_everything_that_passes_it_on(edited: Edited) -> None:
    edited.rule("record")["Targets"].append({"Id": "kept", "Arn": arn_of("Kept")})
    steps = {
        "Kept": resource("AWS::SQS::Queue"),
        "Pipe": resource("AWS::Pipes::Pipe", Source=arn_of("Kept"), Target={"Ref": "Told"}),
        "Told": resource("AWS::SNS::Topic", Subscription=[{"Protocol": "firehose", "Endpoint": arn_of("Flow")}]),
        "Flow": resource(
            "AWS::KinesisFirehose::DeliveryStream", ExtendedS3DestinationConfiguration={"BucketARN": arn_of("Files")}
        ),
        "Files": resource("AWS::S3::Bucket", BucketName="files-dev"),
    }
    edited.resources.update(steps)
    assert edited.findings("RT_FN_THREE") == []
    edited.resources["Files"] = resource(
        "AWS::S3::Bucket",
        BucketName="files-dev",
        NotificationConfiguration={"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": NOTIFIER}]},
    )
    assert edited.findings("RT_FN_THREE") == [("Files", "NotificationConfiguration.LambdaConfigurations[0].Function")]


@pytest.mark.parametrize(
    ("reader", "path"),
    [
        (resource("AWS::Pipes::Pipe", Source=arn_of("Kept"), Target=NOTIFIER), "Target"),
        (
            resource("AWS::Pipes::Pipe", Source=arn_of("Kept"), Enrichment=NOTIFIER, Target="arn:aws:sqs:x:1:q"),
            "Enrichment",
        ),
        (resource("AWS::Pipes::Pipe", Source=arn_of("Kept"), Target=arn_of("Back")), "Target"),
        (resource("AWS::Pipes::Pipe", Source=arn_of("Kept"), Target={"Fn::ImportValue": "x"}), "Target"),
        (resource("AWS::SQS::Queue", RedrivePolicy=json.dumps({"deadLetterTargetArn": "none"})), ""),
    ],
)
def test_a_reader_of_a_queue_is_judged(edited: Edited, reader: dict[str, Any], path: str) -> None:
    edited.rule("record")["Targets"].append({"Id": "kept", "Arn": arn_of("Kept")})
    edited.resources.update({"Kept": resource("AWS::SQS::Queue"), "Back": resource("AWS::Events::EventBus", Name="b")})
    edited.resources["Reader"] = reader
    assert edited.findings("RT_FN_THREE") == ([("Reader", path)] if path else [])


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ({"Type": "Succeed"}, False),
        ({"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": "of-others"}}, False),
        ({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "n"}}, True),
        ({"Type": "Task", "Resource": "realtime-notifier-dev"}, True),
    ],
)
def test_a_state_machine_feeds_what_its_definition_calls(edited: Edited, state: dict[str, Any], seen: bool) -> None:
    edited.rule("record")["Targets"].append({"Id": "flow", "Arn": {"Ref": "Flow"}})
    flow = json.dumps({"StartAt": "A", "States": {"A": state}})
    edited.resources["Flow"] = resource("AWS::StepFunctions::StateMachine", DefinitionString=flow)
    assert edited.findings("RT_FN_THREE") == ([("Flow", "DefinitionString")] if seen else [])


@pytest.mark.parametrize(
    ("more", "seen"),
    [
        ({"PolicyType": "SUBSCRIPTION_FILTER_POLICY"}, True),
        ({"PolicyType": {"Fn::ImportValue": "kind"}}, True),
        ({"PolicyType": "DATA_PROTECTION_POLICY"}, False),
        (
            {
                "PolicyType": "SUBSCRIPTION_FILTER_POLICY",
                "SelectionCriteria": 'LogGroupName NOT IN ["/aws/events/realtime-audit-dev"]',
            },
            False,
        ),
    ],
)
def test_an_accounts_policy_reads_every_log_but_those_that_it_leaves_out(
    edited: Edited, more: dict[str, Any], seen: bool
) -> None:
    edited.resources["All"] = resource("AWS::Logs::AccountPolicy", PolicyDocument=json.dumps(LOG_POLICY), **more)
    assert edited.findings("RT_FN_THREE") == ([("All", "PolicyDocument.DestinationArn")] if seen else [])


def test_a_definition_in_a_bucket_may_feed_a_function(edited: Edited) -> None:
    edited.rule("record")["Targets"].append({"Id": "steps", "Arn": {"Ref": "Steps"}})
    edited.resources["Steps"] = resource("AWS::StepFunctions::StateMachine", DefinitionString='{"StartAt": "A"}')
    assert edited.findings("RT_FN_THREE") == []
    place = {"Bucket": "definitions-dev", "Key": "steps.json"}
    edited.resources["Steps"] = resource("AWS::StepFunctions::StateMachine", DefinitionS3Location=place)
    assert edited.findings("RT_FN_THREE") == [("Steps", "DefinitionS3Location")]


@pytest.mark.parametrize(
    ("subscription", "seen"),
    [
        ({"Protocol": "lambda", "Endpoint": NOTIFIER}, True),
        ({"Protocol": "lambda", "Endpoint": {"Ref": "Somebody"}}, True),
        ({"Protocol": "email", "Endpoint": {"Ref": "Somebody"}}, False),
        ({"Protocol": "email", "Endpoint": "audit@example.com"}, False),
    ],
)
def test_a_topics_own_subscription_is_judged(edited: Edited, subscription: dict[str, Any], seen: bool) -> None:
    edited.rule("record")["Targets"].append({"Id": "told", "Arn": {"Ref": "Told"}})
    edited.document["Parameters"] = {"Somebody": {"Type": "String"}}
    edited.resources["Told"] = resource("AWS::SNS::Topic", Subscription=[subscription])
    assert edited.findings("RT_FN_THREE") == ([("Told", "Subscription[0].Endpoint")] if seen else [])
