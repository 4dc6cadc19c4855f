"""Resources of types that no policy knows are said if they name something of the template, and fail nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from hallmark import policies
from hallmark.policy_command import policy_command
from hallmark.project import CLOUD_ASSEMBLY
from infra.systems import STAGES, SYSTEMS, System
from tests.unit.policies.edited import Edited

TABLE = {"Fn::GetAtt": ["Storagetransactions3B92E34D", "Arn"]}


def noted(edited: Edited) -> list[tuple[str, list[str]]]:
    """The notes on a template: each resource, and what it names."""
    return [(one["resource"], one["names"]) for one in policies.notes(edited.document, "realtime")]


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.name)
@pytest.mark.parametrize("stage", STAGES)
def test_a_clean_template_has_no_note(system: System, stage: str) -> None:
    file = CLOUD_ASSEMBLY / f"hallmark-{system.name.replace('_', '-')}-{stage}.template.json"
    assert policies.notes(policies.read(file), system.name) == []


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::Unheard::Of", {"A": [{"B": {"C": {"Ref": "Storagetransactions3B92E34D"}}}]}),
        ("AWS::Unheard::Of", {"A": TABLE}),
        ("AWS::Unheard::Of", {"A": {"Fn::Sub": "${Storagetransactions3B92E34D.Arn}/stream/*"}}),
        ("AWS::Unheard::Of", {"A": "realtime-transactions-dev"}),
        ("AWS::Unheard::Of", {"A": "table/realtime-transactions-dev/index/more"}),
        ("AWS::Unheard::Of", {"A": '{"deep": ["arn:aws:dynamodb:eu-central-1:1:table/realtime-transactions-dev"]}'}),
        ("AWS::Backup::BackupSelection", {"BackupSelection": {"Resources": [TABLE]}}),
        (
            "AWS::Scheduler::Schedule",
            {
                "Target": {
                    "Arn": "arn:aws:scheduler:::aws-sdk:dynamodb:deleteTable",
                    "Input": {"Fn::Sub": '{"TableName": "${Storagetransactions3B92E34D}"}'},
                }
            },
        ),
        (
            "Custom::Thing",
            {"ServiceToken": {"Fn::GetAtt": ["FunctionsnotifierFunction493ABCC5", "Arn"]}, "Table": TABLE},
        ),
    ],
)
def test_what_names_a_resource_of_the_template_is_said(edited: Edited, kind: str, properties: dict[str, Any]) -> None:
    edited.resources["Later"] = {"Type": kind, "Properties": properties}
    assert noted(edited) == [("Later", ["Storagetransactions3B92E34D"])]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::Unheard::Of", {"A": "of another system"}),
        ("AWS::Unheard::Of", {"Tags": [{"Key": "stage", "Value": "dev"}], "Alias": "live"}),
        ("AWS::Unheard::Of", {"RoleArn": {"Fn::GetAtt": ["RoutingForwarder72D9F6D3", "Arn"]}}),
        ("AWS::CloudWatch::Dashboard", {"DashboardBody": {"Fn::Sub": '{"a": "${Queuesbuffer131E464B.QueueName}"}'}}),
        (
            "AWS::Pipes::Pipe",
            {"Source": {"Fn::GetAtt": ["Queuesbuffer131E464B", "Arn"]}, "Target": {"Ref": "Alerts91F83244"}},
        ),
    ],
)
def test_what_names_none_or_what_the_policies_read_is_not(
    edited: Edited, kind: str, properties: dict[str, Any]
) -> None:
    edited.resources["Later"] = {"Type": kind, "Properties": properties}
    assert noted(edited) == []


def test_a_name_that_two_resources_share_names_both(edited: Edited) -> None:
    edited.resources["Later"] = {"Type": "AWS::Unheard::Of", "Properties": {"A": "realtime-transaction-dev"}}
    ((_, names),) = noted(edited)
    assert {edited.resources[name]["Type"] for name in names} == {"AWS::Events::EventBus", "AWS::Events::Archive"}


def test_a_note_is_shown_and_fails_nothing(edited: Edited, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited.resources["Later"] = {"Type": "AWS::Unheard::Of", "Properties": {"A": TABLE}}
    file = tmp_path / "later.json"
    file.write_text(json.dumps(edited.document), encoding="utf-8")
    assert policy_command([file], None, None, as_json=False) == 0
    shown = capsys.readouterr().out
    assert "note  Later  AWS::Unheard::Of" in shown
    assert "Storagetransactions3B92E34D (A)" in shown
    assert policy_command([file], None, None, as_json=True) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert [(one["resource"], one["type"]) for one in result["notes"]] == [("Later", "AWS::Unheard::Of")]
