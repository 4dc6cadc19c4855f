"""Rules, archives and queues may be written in other ways than ours: those pass too."""

import json
from typing import Any

import pytest

from tests.unit.policies.edited import Edited


@pytest.mark.parametrize(
    "hours", [[0, 1, 2, 3, 4, 5], [{"numeric": [">", -1, "<", 6]}], [{"numeric": ["<=", 5, ">=", 0]}]]
)
def test_a_pattern_is_judged_by_what_it_lets_in(edited: Edited, hours: list[Any]) -> None:
    countries = [{"anything-but": ["UK", "GB", "FR", "DE", "NL", "US"]}]
    domestic = {"amount": [{"numeric": [">=", 1000.0]}], "region": ["us-west-2", "us-west-1", "us-east-2", "us-east-1"]}
    edited.rule("night-time")["EventPattern"]["detail"]["localHour"] = hours
    edited.rule("geo-anomaly")["EventPattern"]["detail"]["country"] = countries
    edited.rule("high-value-domestic")["EventPattern"]["detail"].update(domestic)
    assert edited.findings("RT_RULE_FIVE") == []


def test_a_pattern_may_be_a_text(edited: Edited) -> None:
    rule = edited.rule("geo-anomaly")
    rule["EventPattern"] = json.dumps(rule["EventPattern"])
    assert edited.findings("RT_RULE_FIVE") == []


def test_a_rule_is_known_by_its_pattern_whatever_its_name(edited: Edited) -> None:
    rule = next(raw for raw in edited.resources.values() if raw.get("Properties") is edited.rule("velocity-spike"))
    rule["Properties"]["Name"] = "fraud-4"
    del rule["Metadata"]
    assert edited.findings("RT_RULE_FIVE") == []


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": [{"prefix": "hallmark."}]},
        {"source": [{"prefix": ""}]},
        {"detail-type": ["TransactionReceived", "Other"]},
        {"source": ["hallmark.realtime"], "replay-name": [{"exists": False}]},
    ],
)
def test_an_archive_may_leave_out_what_is_not_ours(edited: Edited, pattern: dict[str, Any]) -> None:
    edited.find("AWS::Events::Archive")["EventPattern"] = pattern
    assert edited.findings("RT_BUS_ARCHIVE") == []


def test_beside_an_archive_of_everything_there_may_be_one_of_less(edited: Edited) -> None:
    whole = edited.find("AWS::Events::Archive")
    part = {**whole, "ArchiveName": "realtime-euro-dev", "EventPattern": {"detail": {"currency": ["EUR"]}}}
    edited.resources["Part"] = {"Type": "AWS::Events::Archive", "Properties": part}
    assert edited.findings("RT_BUS_ARCHIVE") == []
    whole["EventPattern"] = {"source": ["elsewhere"]}
    assert {resource for resource, _ in edited.findings("RT_BUS_ARCHIVE")} >= {"Part"}


@pytest.mark.parametrize(
    "pattern",
    [
        {"version": ["0"]},
        {"account": [{"Ref": "AWS::AccountId"}]},
        {"version": [{"exists": True}], "account": ["123456789012", {"Ref": "AWS::AccountId"}]},
    ],
)
def test_everything_may_be_asked_for_in_other_words(edited: Edited, pattern: dict[str, Any]) -> None:
    edited.rule("record")["EventPattern"] = pattern
    assert edited.findings("RT_AUDIT_RETENTION") == []


@pytest.mark.parametrize(
    "pattern",
    [
        {"detail-type": ["FraudSuspected"]},
        {"source": [{"prefix": "hallmark."}], "detail-type": ["FraudSuspected", "FraudConfirmed"]},
        {"source": ["hallmark.realtime"]},
    ],
)
def test_the_notifier_may_hear_more_than_suspicions(edited: Edited, pattern: dict[str, Any]) -> None:
    edited.rule("fraud-suspected")["EventPattern"] = pattern
    assert edited.findings("RT_FN_THREE") == []


def test_what_is_parked_may_be_put_by_further(edited: Edited) -> None:
    parking = edited.find("AWS::SQS::Queue", lambda raw: raw["Metadata"]["Hallmark"]["Role"] == "parking")
    failure = edited.find("AWS::SQS::Queue", lambda raw: raw["Metadata"]["Hallmark"]["Role"] == "failure")
    edited.resources["Attic"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "realtime-attic-dev"}}
    parking["RedrivePolicy"] = {"deadLetterTargetArn": {"Fn::GetAtt": ["Attic", "Arn"]}, "maxReceiveCount": 3}
    assert edited.findings("RT_DLQ_REDRIVE") == []
    back = {"Fn::Sub": f"arn:aws:sqs:eu-central-1:${{AWS::AccountId}}:{failure['QueueName']}"}
    edited.resources["Attic"]["Properties"]["RedrivePolicy"] = {"deadLetterTargetArn": back, "maxReceiveCount": 3}
    assert edited.findings("RT_DLQ_REDRIVE") == [("Attic", "RedrivePolicy.deadLetterTargetArn")]


def test_queues_may_say_that_they_take_everything(edited: Edited) -> None:
    for queue in edited.all("AWS::SQS::Queue"):
        queue.update(FifoQueue=False, MaximumMessageSize="1048576")
    del edited.find("AWS::SQS::Queue", lambda raw: "night" in raw["Properties"]["QueueName"])["MessageRetentionPeriod"]
    assert edited.findings("RT_TARGET_DLQ", "RT_FN_DESTINATIONS", "RT_RULE_FANOUT", "RT_ALARM_DLQ") == []


def test_one_queue_may_serve_two_rules(edited: Edited) -> None:
    night, geo = edited.rule("night-time"), edited.rule("geo-anomaly")
    queue = geo["Targets"][0]["DeadLetterConfig"]["Arn"]
    for target in night["Targets"]:
        target["DeadLetterConfig"] = {"Arn": queue}
    assert len(edited.findings("RT_TARGET_DLQ")) == len(night["Targets"])
    _let_in(edited, queue["Fn::GetAtt"][0], "night-time")
    assert edited.findings("RT_TARGET_DLQ") == []


def _let_in(edited: Edited, queue: str, rule: str) -> None:
    policy = edited.find("AWS::SQS::QueuePolicy", lambda raw: raw["Properties"]["Queues"] == [{"Ref": queue}])
    condition = policy["PolicyDocument"]["Statement"][1]["Condition"]
    other = f"rule/realtime-transaction-{edited.stage}/realtime-{rule}-{edited.stage}"
    arn = {"Fn::Sub": f"arn:${{AWS::Partition}}:events:eu-central-1:${{AWS::AccountId}}:{other}"}
    condition["ArnEquals"]["aws:SourceArn"] = [*_listed(condition["ArnEquals"]["aws:SourceArn"]), arn]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
