"""Which resource plays which part: by its wiring, also without marks, and also when one wire is broken."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hallmark import catalogue
from infra.errors import UserError
from policies.engine.catalogue import NoCatalogue, catalogues
from policies.engine.judgement import judgements
from policies.engine.parts import GROUPS, NoPart, Parts, declared
from policies.engine.template.template import Template
from tests.unit.policies.edited import Edited
from tests.unit.policies.small import PARTS, parts_in, small

Break = Callable[[Edited], object]
WORKFLOW = {
    "StartAt": "All",
    "States": {
        "All": {
            "Type": "Map",
            "ItemProcessor": {
                "States": {
                    "Validate": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::lambda:invoke",
                        "Parameters": {"FunctionName": {"Fn::GetAtt": ["Validation", "Arn"]}},
                    },
                    "Judge": {"Type": "Task", "Resource": {"Fn::GetAtt": ["Anomalies", "Arn"]}},
                }
            },
        }
    },
}


def _cast(edited: Edited) -> dict[str, dict[str, str]]:
    """Kind -> part -> logical id, of realtime."""
    head = declared(catalogues()["realtime"].parts)
    parts = Parts(Template({**edited.document, "Resources": edited.resources}), head)
    return {kind: {part: one.logical_id for part, one in parts.players(kind).items()} for kind in head}


def _marked(edited: Edited) -> dict[str, dict[str, str]]:
    """The same, as our marks say it."""
    known = {raw.get("Metadata", {}).get("Hallmark", {}).get("Role"): name for name, raw in edited.resources.items()}
    head = catalogues()["realtime"].parts
    return {
        GROUPS[group]: {part: known.get(part) or known[f"{part}-bus"] for part in own} for group, own in head.items()
    }


def _unmark(edited: Edited) -> None:
    for raw in edited.resources.values():
        raw.pop("Metadata", None)


def test_the_parts_are_played_by_whom_they_are_marked_for(edited: Edited) -> None:
    assert _cast(edited) == _marked(edited)


def test_the_wiring_alone_says_it(edited: Edited) -> None:
    wanted = _marked(edited)
    _unmark(edited)
    assert _cast(edited) == wanted


def _no_route(edited: Edited) -> object:
    return edited.find("AWS::ApiGateway::Resource").update(PathPart="other")


def _notifier_for_detector(edited: Edited) -> object:
    alert = edited.rule("fraud-suspected")["Targets"][0]["Arn"]
    return edited.rule("night-time")["Targets"][0].update(Arn=alert)


def _no_alerts(edited: Edited) -> object:
    role = edited.find("AWS::IAM::Role", lambda raw: "notifier" in raw["Properties"]["RoleName"])
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    return statements.remove(next(one for one in statements if one["Action"] == "sns:Publish"))


def _swapped_keys(edited: Edited) -> object:
    return edited.find("AWS::DynamoDB::Table")["KeySchema"].reverse()


def _no_environment(edited: Edited) -> object:
    fits = {"Role": "fraud_detector"}
    return edited.find("AWS::Lambda::Function", lambda raw: raw["Metadata"]["Hallmark"]["Role"] == fits["Role"]).pop(
        "Environment"
    )


def _no_successes(edited: Edited) -> object:
    return [one["DestinationConfig"].pop("OnSuccess") for one in edited.all("AWS::Lambda::EventInvokeConfig")]


def _alarms_for_people(edited: Edited) -> object:
    alert = edited.name("AWS::SNS::Topic", lambda raw: raw["Metadata"]["Hallmark"]["Role"] == "alert")
    return edited.find("AWS::CloudWatch::Alarm").update(AlarmActions=[{"Ref": alert}])


@pytest.mark.parametrize(
    "wire",
    [
        _no_route,
        _notifier_for_detector,
        _no_alerts,
        _swapped_keys,
        _no_environment,
        _no_successes,
        _alarms_for_people,
    ],
)
def test_one_broken_wire_changes_nobodys_part(edited: Edited, wire: Break) -> None:
    wanted = _cast(edited)
    wire(edited)
    assert _cast(edited) == wanted


def test_callers_may_be_buckets_and_streams() -> None:
    assert {part: one.logical_id for part, one in parts_in(Template(small())).players("function").items()} == {
        "api_handler": "Handler",
        "validation": "Validation",
        "anomaly_detection": "Anomalies",
    }


def test_tables_buckets_and_topics_have_parts() -> None:
    parts = parts_in(Template(small()))
    found = [parts.player("table", "transactions"), parts.player("bucket", "files"), parts.player("topic", "alerts")]
    assert [one and one.logical_id for one in found] == ["Transactions", "Files", "Alerts"]


@pytest.mark.parametrize("definition", ["Definition", "DefinitionString"])
def test_a_function_may_be_the_task_of_a_state(definition: str) -> None:
    states = '{"Validate": {"Resource": "${Validation.Arn}"}, "Judge": {"Resource": "${Anomalies.Arn}"}}'
    document = small()
    body = WORKFLOW if definition == "Definition" else {"Fn::Sub": f'{{"States": {states}}}'}
    document["Resources"]["Flow"] = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {definition: body}}
    own = {"functions": {"first": {"state": "Validate"}, "second": {"state": "Judge"}, "third": {"state": "Nothing"}}}
    players = parts_in(Template(document), own).players("function")
    assert {part: one.logical_id for part, one in players.items()} == {"first": "Validation", "second": "Anomalies"}


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"helpers": {}}, "parts.helpers: not one of buses, functions"),
        ({"functions": {"a": {"loved_by": "rules"}}}, "parts.functions.a.loved_by: not one of the clues answers,"),
        ({"functions": {"a": {"called_by": "cats"}}}, "parts.functions.a.called_by: cats is not one of bucket events,"),
        ({"buses": {"a": {"put_by": "b"}}}, "parts.buses.a.put_by: no function plays the part b"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(tmp_path: Path, parts: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        declared(parts)
    (tmp_path / "ours.yaml").write_text(
        f"region: eu-central-1\nstages: [dev]\nparts: {parts}\ncontrols: [{{id: X_Y, title: t, fix: f}}]\n",
        encoding="utf-8",
    )
    with pytest.raises(NoCatalogue, match=problem):
        judgements("ours", tmp_path)
    with pytest.raises(UserError, match=f"ours.yaml.*{problem}"):
        catalogue.load("ours", tmp_path)


def test_a_part_that_nobody_declares_is_no_part() -> None:
    with pytest.raises(NoPart, match="declares no function that plays judge"):
        parts_in(Template(small())).function("judge")


def test_a_part_that_nobody_plays_is_missing() -> None:
    parts = parts_in(Template({"Resources": {}}))
    assert [parts.function(part) for part in PARTS["functions"]] == [None, None, None]


def test_parts_may_not_wait_for_each_other() -> None:
    own = {"functions": {"a": {"answers": "GET /"}}, "buses": {"b": {"calls": "a"}}}
    head = {**declared(own), "function": {"a": {"put_by": ("a",)}}}
    with pytest.raises(NoPart, match="the parts of function wait for each other"):
        Parts(Template(small()), head).function("a")
