"""The stacks' settings, as declared in the assembly and as CloudFormation has them."""

import json
from pathlib import Path
from typing import Any

import pytest

from hallmark.observe import surroundings
from hallmark.observe.drift import drift
from infra.errors import UserError

STACK = "hallmark-realtime-dev"
ROLE = "arn:aws:iam::111122223333:role/logs"
TEMPLATE: dict[str, Any] = {
    "Resources": {"A": {"Type": "T", "DeletionPolicy": "Retain"}},
    "Outputs": {"O": {"Value": 1}},
}
HOUSE = {"Resources": {"Account": {"Type": surroundings.ACCOUNT, "Properties": {"CloudWatchRoleArn": ROLE}}}}


class House:
    stack, body = "hallmark-account-us-east-1", HOUSE


class Client:
    """Answers of CloudFormation and API Gateway, of which a test changes one."""

    def __init__(self, **changed: Any) -> None:
        self._changed = changed

    def can_paginate(self, operation: str) -> bool:
        return False

    def __getattr__(self, operation: str) -> Any:
        stack = {"StackName": STACK, "Tags": [{"Key": "stage", "Value": "dev"}], **self._changed.get("stack", {})}
        answers = {
            "get_caller_identity": {"Account": "111122223333"},
            "describe_stacks": {"Stacks": [stack]},
            "get_stack_policy": self._changed.get("policy", {}),
            "get_template": {"TemplateBody": self._changed.get("template", TEMPLATE)},
            "get_account": {"cloudwatchRoleArn": self._changed.get("role", ROLE)},
            "list_stack_resources": {},
            "get_account_authorization_details": {},
        }
        return lambda **_: answers[operation]


class Stage:
    system, name, region, stacks, is_emulated = "realtime", "dev", "eu-central-1", (STACK,), True

    def __init__(self, **changed: Any) -> None:
        self._client = Client(**changed)

    def client(self, service: str) -> Any:
        return self._client


@pytest.fixture(autouse=True)
def assembly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    properties = {"templateFile": "t.json", "terminationProtection": False, "tags": {"stage": "dev"}}
    manifest = {"artifacts": {STACK: {"properties": properties}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "t.json").write_text(json.dumps(TEMPLATE), encoding="utf-8")
    monkeypatch.setattr(surroundings, "CLOUD_ASSEMBLY", tmp_path)
    monkeypatch.setattr(surroundings, "house_templates", lambda region: [House()])
    return tmp_path


def _places(**changed: Any) -> list[str]:
    stage: Any = Stage(**changed)
    found = drift(*surroundings.read(stage), surroundings.READABLE)
    return [f"{one.resource} {one.path}" for one in found]


def test_a_stage_as_declared() -> None:
    assert _places() == []


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"stack": {"EnableTerminationProtection": True}}, f"{STACK} EnableTerminationProtection"),
        ({"stack": {"Tags": []}}, f"{STACK} Tags.stage"),
        ({"stack": {"NotificationARNs": ["arn"]}}, f"{STACK} NotificationARNs"),
        ({"template": {**TEMPLATE, "Outputs": {}}}, f"{STACK} Outputs.O"),
        ({"template": {**TEMPLATE, "Resources": {"A": {"Type": "T"}}}}, f"{STACK} Attributes.A.DeletionPolicy"),
        ({"role": "arn:aws:iam::111122223333:role/other"}, "Account CloudWatchRoleArn"),
    ],
)
def test_a_setting_that_was_changed(changed: dict[str, Any], place: str) -> None:
    assert _places(**changed) == [place]


def test_a_stack_policy() -> None:
    policy = json.dumps({"Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}]})
    found = _places(policy={"StackPolicyBody": policy})
    assert found and all(one.startswith(f"{STACK} StackPolicyBody.Statement[Deny Update:*]") for one in found)


def test_a_stage_that_is_not_in_the_assembly(assembly: Path) -> None:
    (assembly / "manifest.json").write_text('{"artifacts": {}}', encoding="utf-8")
    with pytest.raises(UserError, match=r"^build/cdk\.out has no stack of realtime dev: run `hallmark build`$"):
        _places()
