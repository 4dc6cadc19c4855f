"""Names that the mutants cannot edit, and names that need no stage."""

from typing import Any

from infra.names import LIMITS
from policies.library.environment.names import LONGEST
from tests.unit.policies.edited import Edited

# No name of ours comes near it.
MOST_NAMES = 128


def _export(edited: Edited, *names: Any) -> None:
    for number, name in enumerate(names):
        edited.document["Outputs"][f"More{number}"] = {"Value": "x", "Export": {"Name": name}}


def test_an_export_without_a_stage_collides_with_the_other_stages(edited: Edited) -> None:
    region, imported = {"Fn::Sub": "${AWS::Region}-alerts"}, {"Fn::ImportValue": "alerts"}
    _export(edited, "realtime-alert-topic", "realtime-device-topic", region, imported, None)
    wanted = [("(template)", f"Outputs.More{number}.Export.Name") for number in range(5)]
    assert edited.findings("RT_ENV_SEPARATION") == wanted


def test_an_export_may_bear_the_stage_or_the_stack(edited: Edited) -> None:
    _export(edited, "realtime-alert-dev", {"Fn::Sub": "${AWS::StackName}-alert"})
    assert edited.findings("RT_ENV_SEPARATION") == []


def test_a_name_inside_something_named_needs_no_stage(edited: Edited) -> None:
    without: tuple[tuple[str, dict[str, Any]], ...] = (
        ("AWS::IAM::Policy", {"PolicyName": "NotifierRoleDefaultPolicy5FFB7DAB"}),
        ("AWS::IAM::RolePolicy", {"PolicyName": "logs"}),
        ("AWS::Logs::MetricFilter", {"FilterName": "refusals"}),
        ("AWS::Events::EventBusPolicy", {"EventBusName": {"Ref": "Elsewhere"}}),
        ("AWS::CloudWatch::CompositeAlarm", {"AlarmName": "realtime-any-dev"}),
        ("AWS::Glue::Database", {"DatabaseInput": {"Name": "realtime_dev", "Parameters": {"Name": "x"}}}),
        ("AWS::EC2::SecurityGroup", {"GroupDescription": "no name of its own"}),
    )
    for number, (kind, properties) in enumerate(without):
        edited.resources[f"More{number}"] = {"Type": kind, "Properties": properties}
    assert edited.findings("RT_ENV_SEPARATION") == []


def test_the_longest_names_are_those_that_a_synthesis_refuses() -> None:
    assert {word: most for word, most in LIMITS.items() if most != MOST_NAMES} == LONGEST
