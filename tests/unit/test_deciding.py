"""What functions only read decides: a wing declares every table and bucket of that kind as deciding data."""

from collections.abc import Iterator
from typing import Any

import pytest
from boto3 import Session

from hallmark import catalogue, policies
from hallmark.observe import deciding
from hallmark.observe.difference import Difference
from hallmark.stage.deployed import DeployedStage
from hallmark.synthesized import all_templates
from hallmark.systems.wing import Deciding, Wing, wing
from infra.systems import NAMES, STAGES, SYSTEMS

STORES = {"AWS::DynamoDB::Table": "dynamodb", "AWS::S3::Bucket": "s3", "AWS::SSM::Parameter": "ssm"}
READS = ("dynamodb:Get", "dynamodb:Query", "dynamodb:Scan", "dynamodb:BatchGet", "s3:GetObject", "ssm:Get")
Json = dict[str, Any]


def _statements(resources: Json) -> Iterator[Json]:
    for resource in resources.values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::Role":
            yield from (one for p in properties.get("Policies", []) for one in p["PolicyDocument"]["Statement"])
        if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            yield from properties["PolicyDocument"]["Statement"]


def only_read(resources: Json) -> set[str]:
    """The logical ids of stores that roles may read and none may write."""
    rights: dict[str, set[str]] = {}
    for statement in _statements(resources):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        for name, resource in resources.items():
            service = STORES.get(resource["Type"])
            if service and f"'{name}'" in str(statement["Resource"]):
                rights.setdefault(name, set()).update(one for one in actions if one.startswith(f"{service}:"))
    return {name for name, found in rights.items() if found and all(one.startswith(READS) for one in found)}


def _named_by(outputs: Json, stores: tuple[str, ...]) -> str:
    return str([outputs[store]["Value"] for store in stores])


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("system", NAMES)
def test_what_is_only_read_is_declared_as_deciding(system: str, stage: str) -> None:
    bodies = [one.body for one in all_templates() if (one.system, one.stage) == (system, stage)]
    resources = {name: one for body in bodies for name, one in body["Resources"].items()}
    outputs = {name: one for body in bodies for name, one in body.get("Outputs", {}).items()}
    declared = _named_by(outputs, tuple(store for one in wing(system).deciding for store in one.stores))
    assert [name for name in sorted(only_read(resources)) if f"'{name}'" not in declared] == []


def test_a_table_that_is_only_read_is_found() -> None:
    def role(action: str | list[str], table: str) -> Json:
        statement = {"Action": action, "Resource": [{"Fn::GetAtt": [table, "Arn"]}]}
        return {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": {"Statement": [statement]}}]}}

    tables = {name: {"Type": "AWS::DynamoDB::Table"} for name in ("Rules", "Records", "Both")}
    roles = [
        role("dynamodb:Query", "Rules"),
        role(["dynamodb:GetItem", "dynamodb:PutItem"], "Records"),
        role("dynamodb:GetItem", "Both"),
        role("dynamodb:PutItem", "Both"),
    ]
    assert only_read({**tables, **{f"Role{n}": one for n, one in enumerate(roles)}}) == {"Rules"}


@pytest.mark.parametrize("system", SYSTEMS, ids=NAMES)
def test_deciding_data_belongs_to_a_control_that_is_read_back(system: Any) -> None:
    controls = {one.id: one for one in catalogue.load(system.name).controls}
    for one in wing(system.name).deciding:
        assert controls[one.control].asks_for("observed")
        assert one.about and one.fix and one.stores


def test_a_control_fails_for_what_an_observed_template_says_of_its_data() -> None:
    body = next(one.body for one in all_templates() if (one.system, one.stage) == (NAMES[0], STAGES[0]))
    owner = next(iter(policies.load(NAMES[0])))
    finding = {"policy": "", "resource": "Rules", "path": "items[one, 1]", "found": "2", "wanted": "1", "fix": "mend"}

    def failed(decided: Any) -> list[list[Json]]:
        mark = {**body["Metadata"]["Hallmark"], policies.DECIDING: decided}
        document = {**body, "Metadata": {**body["Metadata"], "Hallmark": mark}}
        return [one["findings"] for one in policies.judge(document, NAMES[0]) if one["id"] == owner]

    assert failed([{"control": owner, "finding": finding}]) == [[finding]]
    assert failed([{"control": "XX_OTHER", "finding": finding}]) == [[]]
    for odd in (None, "text", {"control": owner}, [owner], [{"control": owner}]):
        assert failed(odd) == [[]]


def test_a_store_that_the_stack_does_not_name_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Deciding("XX_RULES", "the rules", lambda stage: [], "mend it", ("RulesTable",))
    monkeypatch.setattr(deciding, "wing", lambda system: Wing(deciding=(one,)))
    stage = DeployedStage("realtime", "dev", "embedded", Session(region_name="eu-central-1"))
    monkeypatch.setattr(DeployedStage, "outputs", {})
    assert [other.path for other in deciding.differences(stage)] == ["Outputs.RulesTable"]
    (noted,) = deciding.noted(stage)[policies.DECIDING]
    assert (noted["control"], noted["finding"]["wanted"], noted["finding"]["found"]) == (
        "XX_RULES",
        "the rules",
        "nothing",
    )


def test_every_difference_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Difference("Rules", "AWS::DynamoDB::Table", "changed", "items[one, 1]", 1, 2)]
    one = Deciding("XX_RULES", "the rules", lambda stage: found, "mend it", ("RulesTable",))
    monkeypatch.setattr(deciding, "wing", lambda system: Wing(deciding=(one, one)))
    monkeypatch.setattr(DeployedStage, "outputs", {"RulesTable": "rules"})
    stage = DeployedStage("realtime", "dev", "embedded", Session(region_name="eu-central-1"))
    assert deciding.differences(stage) == found * 2
    assert [other for other, _ in deciding.judged(stage)] == [one, one]
