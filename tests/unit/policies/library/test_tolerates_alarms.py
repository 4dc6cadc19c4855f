"""Alarms, and the topic that they tell, may be written in other ways than ours: those pass too."""

import json
from typing import Any

import pytest

from tests.unit.policies.edited import Edited

ACCOUNT = {"StringEquals": {"AWS:SourceOwner": {"Ref": "AWS::AccountId"}}}
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "sns:*"}


def test_an_alarm_may_name_its_metrics_own_unit(edited: Edited) -> None:
    others = {"ApproximateAgeOfOldestMessage": "Seconds", "Latency": "Milliseconds"}
    for alarm in edited.all("AWS::CloudWatch::Alarm"):
        alarm["Unit"] = others.get(alarm["MetricName"], "Count")
    assert edited.findings("RT_ALARM_DLQ", "RT_ALARM_FN", "RT_ALARM_API") == []


def test_an_alarm_may_count_what_lies_in_a_queue_at_all_times_together(edited: Edited) -> None:
    metric = "ApproximateNumberOfMessagesVisible"
    alarm = edited.find("AWS::CloudWatch::Alarm", lambda raw: raw["Properties"]["MetricName"] == metric)
    alarm["Statistic"] = "Sum"
    assert edited.findings("RT_ALARM_DLQ") == []


@pytest.mark.parametrize(
    ("period", "periods", "points", "late"),
    [
        (60, 5, None, False),
        (60, 5, 3, False),
        (300, 5, 1, False),
        (300, 2, 2, True),
        (300, 5, None, True),
        (120, 5, 3, True),
    ],
)
def test_an_alarm_rings_in_time(edited: Edited, period: int, periods: int, points: int | None, late: bool) -> None:
    alarm = edited.find("AWS::CloudWatch::Alarm", lambda raw: raw["Properties"]["MetricName"] == "Errors")
    alarm.update(Period=period, EvaluationPeriods=periods)
    if points is not None:
        alarm["DatapointsToAlarm"] = points
    assert [path for _, path in edited.findings("RT_ALARM_FN")] == [
        "DatapointsToAlarm" if points is not None else "EvaluationPeriods"
    ] * late


@pytest.mark.parametrize(
    "statements",
    [
        [{"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "SNS:Publish"}],
        [{**OPEN, "Condition": ACCOUNT}],
        [OPEN, {"Effect": "Deny", "Principal": {"AWS": "111122223333"}, "Action": "*"}],
        [OPEN, {"Effect": "Deny", "Principal": "*", "Action": "sns:Subscribe"}],
    ],
)
def test_a_topic_may_let_cloudwatch_in_otherwise(edited: Edited, statements: list[dict[str, Any]]) -> None:
    document = _operators_policy(edited)["PolicyDocument"]
    topic = document["Statement"][0]["Resource"]
    document["Statement"] = [{**one, "Resource": topic} for one in statements]
    assert edited.findings("RT_ALARM_FN") == []


def test_a_topic_without_a_policy_lets_in_its_account(edited: Edited) -> None:
    own = _operators_policy(edited)
    edited.resources = {name: raw for name, raw in edited.resources.items() if raw.get("Properties") is not own}
    assert edited.findings("RT_ALARM_FN") == []


def _operators_policy(edited: Edited) -> dict[str, Any]:
    return edited.find("AWS::SNS::TopicPolicy", lambda raw: "PublishFromAlarms" in json.dumps(raw))
