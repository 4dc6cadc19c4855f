"""State machines: what is wrong with their form is found, wherever and however the definition is written."""

import copy
import json
from typing import Any

import pytest

from tests.unit.policies.flow import Change, Document, catch, definition, edited, flow, found, gone, of_states, put

EXPRESS, FUNCTIONS, RETRIES = "workflows/express", "workflows/functions", "workflows/retries"
BUDGET, CAUGHT = "workflows/time_budget", "workflows/caught"
SYNC = "arn:aws:states:::states:startExecution.sync:2"
TOKEN = "arn:aws:states:::lambda:invoke.waitForTaskToken"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:a"
BY_SDK = "arn:aws:states:::aws-sdk:lambda:invoke"
OTHER = "arn:aws:lambda:us-east-1:1:function:x"
PASS = {"Type": "Pass", "Next": "Process"}
MODE = "Process.ItemProcessor.ProcessorConfig.Mode"
NAME = "Notify.Parameters.FunctionName"
LATE = [*catch("NotifyFailed"), {**catch("NotifyFailed")[0], "ErrorEquals": ["Lambda.Unknown"]}]
SILENT = [put("Notify", {"Type": "Pass", "Next": "Done"}), gone("NotifyFailed")]

FAULTS: dict[str, tuple[str, list[Change], str]] = {
    "nowhere": (EXPRESS, [put("Notify.Next", "Finish")], ".Notify.Next"),
    "never": (EXPRESS, [put("Never", {"Type": "Pass", "End": True})], ".Never"),
    "no way on": (EXPRESS, [gone("Notify.Next")], ".Notify.Next"),
    "a distributed Map": (EXPRESS, [put(MODE, "DISTRIBUTED")], f".{MODE}"),
    "failures that a Map bears": (
        EXPRESS,
        [put("Process.ToleratedFailurePercentage", 100)],
        ".Process.ToleratedFailurePercentage",
    ),
    "a retry of what has none": (EXPRESS, [put("Outcome.Retry", [{"ErrorEquals": ["States.ALL"]}])], ".Outcome.Retry"),
    "a catch of what has none": (EXPRESS, [put("NotifyFailed.Catch", catch("Keep"))], ".NotifyFailed.Catch"),
    "a job": (EXPRESS, [put("Tell.Resource", SYNC)], ".Tell.Resource"),
    "a token": (EXPRESS, [put("Validate.Resource", TOKEN)], ".Validate.Resource"),
    "an activity": (EXPRESS, [put("Tell.Resource", ACTIVITY)], ".Tell.Resource"),
    "all errors first": (EXPRESS, [put("Notify.Catch", LATE)], ".Notify.Catch[0].ErrorEquals"),
    "all errors among others": (
        EXPRESS,
        [put("Notify.Retry.0.ErrorEquals", ["Lambda.Unknown", "States.ALL"])],
        ".Notify.Retry[0].ErrorEquals",
    ),
    "a name twice": (
        EXPRESS,
        [put("Process.ItemProcessor", {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})],
        ".Process.ItemProcessor.States.Done",
    ),
    "a function of others": (FUNCTIONS, [put(NAME, OTHER)], f".{NAME}"),
    "a function of the data": (FUNCTIONS, [put("Notify.Parameters", {"FunctionName.$": "$.f"})], f".{NAME}"),
    "an alias": (FUNCTIONS, [put("Notify.Parameters.Qualifier", "live")], f".{NAME}"),
    "no answer": (FUNCTIONS, [put("Notify.Parameters.InvocationType", "Event")], ".Notify.Resource"),
    "a call by the SDK": (FUNCTIONS, [put("Notify.Resource", BY_SDK)], ".Notify.Resource"),
    "no notification": (FUNCTIONS, SILENT, ""),
    "no choice": (FUNCTIONS, [put("Outcome", PASS)], ""),
}


def test_a_machine_in_order_has_no_finding() -> None:
    assert of_states(definition()) == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_where_it_is(fault: str) -> None:
    policy, changes, path = FAULTS[fault]
    assert f"DefinitionString.States{path}" in of_states(edited(*changes)).get(policy, [])


def _wrapped(states: Document) -> None:
    """All that may fail in one Parallel, with one Catch."""
    inner = {name: states.pop(name) for name in ("Validate", "Outcome", "Process", "Notify")}
    for name in ("Validate", "Process", "Notify"):
        del inner[name]["Catch"], states[f"{name}Failed"]
    inner["Outcome"]["Default"] = inner["Notify"]["Next"] = "Over"
    inner["Over"] = {"Type": "Succeed"}
    states["AllFailed"] = {
        "Type": "Pass",
        "Parameters": {
            "state": "All",
            "error.$": "$.error.Error",
            "execution.$": "$$.Execution.Id",
            "input.$": "$$.Execution.Input",
        },
        "ResultPath": "$.failure",
        "Next": "Keep",
    }
    states["All"] = {
        "Type": "Parallel",
        "Branches": [{"StartAt": "Validate", "States": inner}],
        "Catch": catch("AllFailed"),
        "Next": "Done",
    }


def _inside(*changes: Change) -> dict[str, list[str]]:
    machine = edited(_wrapped, *changes)
    return of_states({**machine, "StartAt": "All"})


def test_tasks_may_stand_in_one_parallel_with_one_catch() -> None:
    assert _inside() == {}


@pytest.mark.parametrize(
    ("changes", "policy"),
    [
        ([put("All.Catch", [])], CAUGHT),
        ([lambda states: states["All"]["Branches"][0]["States"]["Outcome"].update(PASS)], FUNCTIONS),
        ([lambda states: states["All"]["Branches"][0].update(StartAt="Process")], FUNCTIONS),
    ],
)
def test_their_order_and_their_catch_are_judged_there(changes: list[Change], policy: str) -> None:
    assert policy in _inside(*changes)


def test_tasks_of_two_branches_are_in_no_order() -> None:
    def apart(states: Document) -> None:
        (branch,) = states["All"]["Branches"]
        notify = branch["States"].pop("Notify")
        del notify["Next"]
        branch["States"]["Process"]["Next"] = "Over"
        branch["States"]["Outcome"]["Choices"][1]["Next"] = "Over"
        states["All"]["Branches"].append({"StartAt": "Notify", "States": {"Notify": {**notify, "End": True}}})

    assert "DefinitionString.States.All.Branches[1].States.Notify" in _inside(apart)[FUNCTIONS]


def _placed(machine: Document, **properties: Any) -> None:
    del machine["DefinitionString"]
    machine.update(copy.deepcopy(properties))


def _sub(text: str) -> Document:
    for name in ("Validation", "Transformation", "Notification"):
        text = text.replace(f"${{{name}}}", f"${{{name}.Arn}}")
    return {"Fn::Sub": text}


TEXT = json.dumps(definition())
WRITINGS: list[Document] = [
    {"Definition": definition()},
    {"DefinitionString": {"Fn::Join": ["", [TEXT[:90], TEXT[90:]]]}},
    {"DefinitionString": _sub(TEXT), "DefinitionSubstitutions": {"Ref": "AWS::NoValue"}},
]


@pytest.mark.parametrize("policy", [EXPRESS, FUNCTIONS, RETRIES, BUDGET, CAUGHT])
@pytest.mark.parametrize("properties", WRITINGS)
def test_a_definition_may_be_written_in_other_ways(properties: Document, policy: str) -> None:
    document = flow()
    _placed(document["Resources"]["Machine"]["Properties"], **properties)
    assert found(policy, document) == []


UNREADABLE: list[tuple[Document, str]] = [
    ({"DefinitionS3Location": {"Bucket": "b", "Key": "k"}}, "DefinitionS3Location"),
    ({}, "Definition"),
    ({"DefinitionString": "{"}, "DefinitionString"),
    ({"DefinitionString": {"Fn::ImportValue": "x"}}, "DefinitionString"),
    ({"DefinitionString": "{}", "Definition": definition()}, "Definition"),
    ({"Definition": definition(), "DefinitionSubstitutions": {"Fn::ImportValue": "x"}}, "Definition"),
]


@pytest.mark.parametrize("policy", [EXPRESS, FUNCTIONS, RETRIES, BUDGET, CAUGHT])
@pytest.mark.parametrize(("properties", "path"), UNREADABLE)
def test_a_definition_that_cannot_be_read_is_found(properties: Document, path: str, policy: str) -> None:
    document = flow()
    _placed(document["Resources"]["Machine"]["Properties"], **properties)
    assert path in [one.path for one in found(policy, document)]


def test_what_cannot_be_resolved_is_found_where_it_stands() -> None:
    document = flow()
    document["Resources"]["Machine"]["Properties"]["DefinitionSubstitutions"]["Failures"] = {"Fn::ImportValue": "x"}
    assert {one.path for one in found(CAUGHT, document)} == {"DefinitionString.States.Failed"}
    assert found(RETRIES, document) == []
    before, after = TEXT.split("${Failures}")
    pieces = [before, {"Fn::ImportValue": "x"}, after]
    document["Resources"]["Machine"]["Properties"]["DefinitionString"] = {"Fn::Join": ["", pieces]}
    assert {one.path for one in found(CAUGHT, document)} == {"DefinitionString.States.Failed"}
    assert found(FUNCTIONS, document) == []


@pytest.mark.parametrize(
    ("policy", "resource", "path", "value"),
    [
        (EXPRESS, "Machine", "StateMachineType", "STANDARD"),
        (EXPRESS, "Machine", "StateMachineType", {"Ref": "AWS::NoValue"}),
        ("workflows/traced", "Machine", "TracingConfiguration", {"Enabled": False}),
        ("workflows/traced", "Machine", "TracingConfiguration", {"Ref": "AWS::NoValue"}),
        ("workflows/logged", "Machine", "LoggingConfiguration", {"Ref": "AWS::NoValue"}),
        ("workflows/logged", "Logs", "RetentionInDays", 30),
        ("workflows/logged", "Logs", "LogGroupName", "/states/sfn-flow-uploads-dev"),
    ],
)
def test_other_properties_are_found(policy: str, resource: str, path: str, value: Any) -> None:
    document = flow()
    document["Resources"][resource]["Properties"][path] = value
    assert {one.resource for one in found(policy, document)} == {resource}


@pytest.mark.parametrize(("key", "value"), [("Level", "ERROR"), ("IncludeExecutionData", True), ("Destinations", [])])
def test_logs_of_less_or_more_are_found(key: str, value: Any) -> None:
    document = flow()
    document["Resources"]["Machine"]["Properties"]["LoggingConfiguration"][key] = value
    assert [one.path for one in found("workflows/logged", document)] == [f"LoggingConfiguration.{key}"]
