"""Nothing feeds a function from the audit bus, not over a queue or a topic either."""

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
