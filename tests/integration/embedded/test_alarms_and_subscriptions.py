"""Metric-math alarms, subscriptions that wait, and topics' default policy, by template and by the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.sessions import session
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

Client = Callable[[str], Any]
Json = dict[str, Any]


def _metric(name: str) -> Json:
    metric = {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": [{"Name": "FunctionName", "Value": "f"}]}
    return {"Id": name.lower(), "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}, "ReturnData": False}


def _alarm(name: str, expression: str, **more: Any) -> Json:
    math = {"Id": "rate", "Expression": expression, "Label": "errors in percent"}
    return {
        "AlarmName": name,
        "Metrics": [math, _metric("Errors"), _metric("Invocations")],
        "EvaluationPeriods": 1,
        "Threshold": 5,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        **more,
    }


def _shown(client: Client, name: str) -> Json:
    (alarm,) = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return dict(alarm)


def _settled(client: Client, name: str) -> str:
    def state() -> str:
        found = str(client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
        return "" if found.endswith("IN_PROGRESS") else found

    return str(wait_for(state, name))


def test_an_alarm_on_metric_math_is_made_changed_and_deleted(client: Client, unique: str, stack: Any) -> None:
    rate = "IF(invocations > 0, 100 * errors / invocations, 0)"
    stack({"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": _alarm(unique, rate)}})
    shown = _shown(client, unique)
    assert [(one["Id"], one["ReturnData"]) for one in shown["Metrics"]] == [
        *(("rate", True), ("errors", False), ("invocations", False))
    ]
    assert shown["Metrics"][0]["Expression"] == rate and shown["Metrics"][1]["MetricStat"]["Period"] == 300
    assert not {"MetricName", "Namespace", "Statistic", "Period", "Dimensions"} & shown.keys()
    body = json.dumps(
        {
            "Resources": {
                "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": _alarm(unique, "100 * errors / invocations")}
            }
        }
    )
    client("cloudformation").update_stack(StackName=unique, TemplateBody=body)
    assert _settled(client, unique) == "UPDATE_COMPLETE"
    assert _shown(client, unique)["Metrics"][0]["Expression"] == "100 * errors / invocations"
    client("cloudformation").delete_stack(StackName=unique)
    wait_for(lambda: not client("cloudwatch").describe_alarms(AlarmNames=[unique])["MetricAlarms"], "the deletion")


def test_the_api_puts_one_in_the_place_of_a_plain_alarm(client: Client, unique: str) -> None:
    put = client("cloudwatch").put_metric_alarm
    put(**_alarm(unique, "errors / invocations"))
    assert len(_shown(client, unique)["Metrics"]) == 3
    plain = {"MetricName": "Errors", "Namespace": "AWS/Lambda", "Statistic": "Sum", "Period": 60}
    put(**{name: value for name, value in _alarm(unique, "").items() if name != "Metrics"}, **plain)
    assert "Metrics" not in _shown(client, unique) and _shown(client, unique)["MetricName"] == "Errors"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"MetricName": "Errors", "Namespace": "AWS/Lambda"}, "mutually exclusive"),
        ({"Metrics": [_metric("Errors")]}, "should return data"),
        ({"Metrics": [{"Id": "a", "ReturnData": True}]}, "either an Expression or a MetricStat"),
    ],
)
def test_what_cloudwatch_refuses(client: Client, unique: str, change: Json, words: str) -> None:
    with pytest.raises(ClientError, match=words):
        client("cloudwatch").put_metric_alarm(**{**_alarm(unique, "errors"), **change})


def test_an_email_waits_for_its_confirmation(client: Client, unique: str, stack: Any) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": unique}}
    of = {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": "a@example.com"}
    policy = {"status": ["failed"]}
    made = stack(
        {
            "Topic": topic,
            "Email": {"Type": "AWS::SNS::Subscription", "Properties": {**of, "FilterPolicy": policy}},
        }
    )
    sns = client("sns")
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=made["Topic"])["Subscriptions"]
    assert listed["SubscriptionArn"] == "PendingConfirmation"
    attributes = sns.get_subscription_attributes(SubscriptionArn=made["Email"])["Attributes"]
    assert (attributes["PendingConfirmation"], attributes["Endpoint"]) == ("true", "a@example.com")
    assert json.loads(attributes["FilterPolicy"]) == policy
    counts = sns.get_topic_attributes(TopicArn=made["Topic"])["Attributes"]
    assert (counts["SubscriptionsPending"], counts["SubscriptionsConfirmed"]) == ("1", "0")
    by_hand = sns.subscribe(TopicArn=made["Topic"], Protocol="email", Endpoint="b@example.com")
    assert by_hand["SubscriptionArn"] == "pending confirmation"


def test_a_queue_needs_no_confirmation(client: Client, unique: str) -> None:
    sns, arn = client("sns"), client("sns").create_topic(Name=unique)["TopicArn"]
    queue = f"arn:aws:sqs:eu-central-1:{ACCOUNT}:{unique}"
    made = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
    assert sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"][0]["SubscriptionArn"] == made


def test_a_topic_without_a_policy_lets_no_role_publish_that_may_not(client: Client, unique: str, stack: Any) -> None:
    topic = stack({"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": unique}}})["Topic"]
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"AWS": "*"})]}
    iam = client("iam")
    role = iam.create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    given = client("sts").assume_role(RoleArn=role, RoleSessionName=unique)["Credentials"]
    own = session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region="eu-central-1")
    publish = own.client("sns", endpoint_url=client("sns").meta.endpoint_url).publish
    with pytest.raises(ClientError, match="AuthorizationError"):
        publish(TopicArn=topic, Message="m")
    rights = {"Statement": [allow("sns:Publish", topic)]}
    iam.put_role_policy(RoleName=unique, PolicyName="own", PolicyDocument=json.dumps(rights))
    assert publish(TopicArn=topic, Message="m")["MessageId"]
