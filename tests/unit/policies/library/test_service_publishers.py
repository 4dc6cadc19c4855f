"""Who cannot publish to a topic under AWS's key for SNS, and who can."""

from typing import Any

import pytest

from policies.engine.relations.publishers import PUBLISHERS
from tests.unit.policies.small import found, small

Resources = dict[str, Any]
TOPIC = {"Ref": "Alerts"}
RULE = {"Type": "AWS::Events::Rule", "Properties": {"Targets": [{"Id": "t", "Arn": TOPIC}]}}


def _found(key: str | None, **more: Resources) -> list[tuple[str, str]]:
    document = small()
    if key:
        document["Resources"]["Alerts"]["Properties"]["KmsMasterKeyId"] = key
    document["Resources"].update(more)
    encrypted = ["alerts"] if key else []
    reported = found("topics/secure", document, encrypted=encrypted)
    return [(one.resource, one.path) for one in reported if one.resource in more]


@pytest.mark.parametrize("kind", sorted(set(PUBLISHERS) - {"AWS::CloudWatch::Alarm"}))
def test_a_service_that_publishes_under_aws_s_key_is_found(kind: str) -> None:
    publisher = {"Type": kind, "Properties": {"Somewhere": [{"Topic": TOPIC}]}}
    assert _found("alias/aws/sns", Publisher=publisher) == [("Publisher", "Somewhere[0].Topic")]
    assert _found(None, Publisher=publisher) == []


def test_a_rule_that_publishes_by_a_role_of_ours_is_not() -> None:
    assert _found("alias/aws/sns", Rings=RULE) == [("Rings", "Targets[0].Arn")]
    target = {"Id": "t", "Arn": TOPIC, "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}
    assert _found("alias/aws/sns", Rings={**RULE, "Properties": {"Targets": [target]}}) == []


def test_a_service_that_the_topic_s_policy_lets_in_is_found() -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "budgets.amazonaws.com"}, "Action": "sns:Publish"}
    document = {"Statement": [{**statement, "Resource": TOPIC}]}
    policy = {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [TOPIC], "PolicyDocument": document}}
    assert ("Lets", "PolicyDocument.Statement[0].Principal") in _found("alias/aws/sns", Lets=policy)
    assert _found(None, Lets=policy) == []
