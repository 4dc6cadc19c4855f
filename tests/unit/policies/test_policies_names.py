"""Names that the mutants cannot edit, and names that need no stage."""

from typing import Any

import pytest

from tests.unit.policies.edited import Edited

pytestmark = pytest.mark.control("RT_ENV_SEPARATION")


@pytest.mark.parametrize(
    "name",
    [
        "realtime-alert-topic",
        "realtime-device-topic",
        {"Fn::Sub": "${AWS::Region}-alerts"},
        {"Fn::ImportValue": "alerts"},
        None,
    ],
)
def test_an_export_without_a_stage_collides_with_the_other_stages(edited: Edited, name: Any) -> None:
    assert _exporting(edited, name).findings("RT_ENV_SEPARATION") == [("(template)", "Outputs.More.Export.Name")]


@pytest.mark.parametrize("name", ["realtime-alert-dev", {"Fn::Sub": "${AWS::StackName}-alert"}])
def test_an_export_may_bear_the_stage_or_the_stack(edited: Edited, name: Any) -> None:
    assert _exporting(edited, name).findings("RT_ENV_SEPARATION") == []


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::IAM::Policy", {"PolicyName": "NotifierRoleDefaultPolicy5FFB7DAB"}),
        ("AWS::IAM::RolePolicy", {"PolicyName": "logs"}),
        ("AWS::Logs::MetricFilter", {"FilterName": "refusals"}),
        ("AWS::Events::EventBusPolicy", {"EventBusName": {"Ref": "Elsewhere"}}),
        ("AWS::CloudWatch::CompositeAlarm", {"AlarmName": "realtime-any-dev"}),
        ("AWS::Glue::Database", {"DatabaseInput": {"Name": "realtime_dev", "Parameters": {"Name": "x"}}}),
        ("AWS::EC2::SecurityGroup", {"GroupDescription": "no name of its own"}),
    ],
)
def test_a_name_inside_something_named_needs_no_stage(edited: Edited, kind: str, properties: dict[str, Any]) -> None:
    edited.resources["More"] = {"Type": kind, "Properties": properties}
    assert edited.findings("RT_ENV_SEPARATION") == []


def _exporting(edited: Edited, name: Any) -> Edited:
    edited.document["Outputs"]["More"] = {"Value": "x", "Export": {"Name": name}}
    return edited
