"""A finding says which resource, where in it, what it found and what it wants."""

import pytest

from hallmark import policies
from policies.engine.template.template import Template
from tests.unit.policies.edited import Edited

ROUTES_AND_STORAGE = [
    "RT_BUS_THREE",
    "RT_BUS_ARCHIVE",
    "RT_RULE_FIVE",
    "RT_RULE_FANOUT",
    "RT_TARGET_RETRY",
    "RT_TARGET_DLQ",
    "RT_API_ROUTE",
    "RT_API_KEY",
    "RT_API_SCHEMA",
    "RT_API_TRACING",
    "RT_API_LOGS",
    "RT_TABLE_KEYS",
    "RT_TABLE_ONDEMAND",
    "RT_BUCKET_ENCRYPTED",
    "RT_BUCKET_TLS",
    "RT_BUCKET_PRIVATE",
    "RT_BUCKET_TIERING",
    "RT_AUDIT_RETENTION",
]


@pytest.mark.parametrize("control", ROUTES_AND_STORAGE)
def test_a_template_without_anything_in_scope_is_a_finding(control: str) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "realtime-alert-dev"}}
    found = policies.load("realtime")[control].findings(Template({"Resources": {"Topic": topic}}))
    assert [finding.resource for finding in found] == ["(template)"]
    assert "could not judge" not in found[0].found


def test_the_path_leads_to_the_target() -> None:
    edited = Edited("dev")
    del edited.rule("night-time")["Targets"][2]["RetryPolicy"]
    ((resource, path),) = edited.findings("RT_TARGET_RETRY")
    assert (edited.resources[resource]["Properties"]["Name"], path) == (
        "realtime-night-time-dev",
        "Targets[2].RetryPolicy",
    )


def test_the_path_leads_to_the_field_of_the_pattern() -> None:
    edited = Edited("prod")
    edited.rule("geo-anomaly")["EventPattern"]["detail"]["country"][0]["anything-but"].remove("UK")
    assert [path for _, path in edited.findings("RT_RULE_FIVE")] == ["EventPattern.detail.country"]


def test_a_part_keeps_its_player_when_one_wire_is_wrong() -> None:
    edited = Edited("dev")
    night = edited.rule("night-time")
    night["Targets"][0]["Arn"], notifier = (
        edited.rule("fraud-suspected")["Targets"][0]["Arn"],
        night["Targets"][0]["Arn"],
    )
    assert notifier != night["Targets"][0]["Arn"]
    assert {edited.resources[one]["Properties"]["Name"] for one, _ in edited.findings("RT_RULE_FANOUT")} == {
        "realtime-night-time-dev"
    }
