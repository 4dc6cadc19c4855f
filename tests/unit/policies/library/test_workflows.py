"""State machines: each kind of fault is found by its policy, and other ways to write the same are not."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.policies.flow import ERRORS, RETRY, call, catch, definition, flow, found, of_states

Document = dict[str, Any]
Change = Callable[[Document], Any]
EXPRESS, FUNCTIONS, RETRIES = "workflows/express", "workflows/functions", "workflows/retries"
BUDGET, CAUGHT = "workflows/time_budget", "workflows/caught"
VALIDATE = "DefinitionString.States.Validate"
TRANSFORM = "DefinitionString.States.Process.ItemProcessor.States.Transform"
KEEP = "DefinitionString.States.Keep"


def _edited(*changes: Change) -> Document:
    made = definition()
    for change in changes:
        change(made["States"])
    return made


def _transform(states: Document) -> Document:
    task: Document = states["Process"]["ItemProcessor"]["States"]["Transform"]
    return task


def _without(*keys: str) -> Change:
    def change(states: Document) -> None:
        here = states
        for key in keys[:-1]:
            here = here[key]
        del here[keys[-1]]

    return change


def _first(states: Document, retrier: Document) -> None:
    states["Validate"]["Retry"].insert(0, retrier)


def test_a_machine_in_order_has_no_finding() -> None:
    assert of_states(definition()) == {}


FAULTS: list[tuple[str, list[Change], str, str]] = [
    ("no retry", [_without("Validate", "Retry")], RETRIES, f"{VALIDATE}.Retry"),
    ("no throttles", [lambda s: s["Validate"]["Retry"][0].update(ErrorEquals=ERRORS[1:])], RETRIES, f"{VALIDATE}.Retry"),
    ("no end of a task", [_without("Validate", "TimeoutSeconds")], RETRIES, f"{VALIDATE}.TimeoutSeconds"),
    ("inside of a Map", [lambda s: _transform(s).pop("Retry")], RETRIES, f"{TRANSFORM}.Retry"),
    ("an interval", [lambda s: s["Notify"]["Retry"][0].pop("IntervalSeconds")], RETRIES, "DefinitionString.States.Notify.Retry[0].IntervalSeconds"),
    ("a rate", [lambda s: s["Validate"]["Retry"][0].update(BackoffRate=1)], RETRIES, f"{VALIDATE}.Retry[0].BackoffRate"),
    ("attempts", [lambda s: s["Validate"]["Retry"][0].update(MaxAttempts=2)], RETRIES, f"{VALIDATE}.Retry[0].MaxAttempts"),
    ("a text", [lambda s: s["Validate"]["Retry"][0].update(IntervalSeconds="2")], RETRIES, f"{VALIDATE}.Retry[0].IntervalSeconds"),
    ("jitter", [lambda s: s["Validate"]["Retry"][0].update(JitterStrategy="NONE")], RETRIES, f"{VALIDATE}.Retry[0].JitterStrategy"),
    ("no cap", [lambda s: s["Validate"]["Retry"][0].pop("MaxDelaySeconds")], RETRIES, f"{VALIDATE}.Retry[0].MaxDelaySeconds"),
    ("another in front", [lambda s: _first(s, {**RETRY, "ErrorEquals": ERRORS[1:], "MaxAttempts": 6})], RETRIES, f"{VALIDATE}.Retry[0].MaxAttempts"),
    ("all in front", [lambda s: _first(s, {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 0})], RETRIES, f"{VALIDATE}.Retry[0].MaxAttempts"),
    ("a time of the execution's", [lambda s: s["Validate"].update(TimeoutSecondsPath="$.t") or s["Validate"].pop("TimeoutSeconds")], BUDGET, f"{VALIDATE}.TimeoutSecondsPath"),
    ("too long", [lambda s: _transform(s).update(TimeoutSeconds=60)], BUDGET, "DefinitionString.States"),
    ("several rounds", [lambda s: s["Process"].update(MaxConcurrency=3)], BUDGET, "DefinitionString.States"),
    ("rounds of the execution's", [lambda s: s["Process"].update(MaxConcurrencyPath="$.n") or s["Process"].pop("MaxConcurrency")], BUDGET, "DefinitionString.States"),
    ("the whole Map again", [lambda s: s["Process"].update(Retry=[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}])], BUDGET, "DefinitionString.States"),
    ("a retrier more", [lambda s: s["Validate"]["Retry"].append({"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60})], BUDGET, "DefinitionString.States"),
    ("a wait", [lambda s: s["Outcome"].update(Default="Later") or s.update(Later={"Type": "Wait", "Seconds": 200, "Next": "Process"})], BUDGET, "DefinitionString.States"),
    ("a wait for a time", [lambda s: s["Outcome"].update(Default="Later") or s.update(Later={"Type": "Wait", "TimestampPath": "$.t", "Next": "Process"})], BUDGET, "DefinitionString.States.Later.TimestampPath"),
    ("a circle", [lambda s: s["Outcome"].update(Default="Validate")], BUDGET, "DefinitionString.States"),
    ("a step without an end", [_without("Keep", "TimeoutSeconds")], BUDGET, f"{KEEP}.TimeoutSeconds"),
    ("items nobody knows", [lambda s: s.update(Each=s.pop("Process")) or s["Outcome"]["Choices"][0].update(Next="Each")], BUDGET, "DefinitionString.States.Each.ItemsPath"),
    ("no catch", [_without("Validate", "Catch")], CAUGHT, f"{VALIDATE}.Catch"),
    ("no catch around a Map", [_without("Process", "Catch")], CAUGHT, f"{TRANSFORM}.Catch"),
    ("some errors only", [lambda s: s["Notify"]["Catch"][0].update(ErrorEquals=["States.TaskFailed"])], CAUGHT, "DefinitionString.States.Notify.Catch"),
    ("the input is gone", [_without("Validate", "Catch"), lambda s: s["Validate"].update(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "ValidateFailed"}])], CAUGHT, f"{VALIDATE}.Catch[0].ResultPath"),
    ("the error is gone", [lambda s: s["Validate"]["Catch"][0].update(ResultPath=None)], CAUGHT, f"{VALIDATE}.Catch[0].ResultPath"),
    ("it succeeds", [lambda s: s.update(Failed={"Type": "Succeed"})], CAUGHT, "DefinitionString.States.Failed"),
    ("it ends", [lambda s: s["Tell"].update(End=True) or s["Tell"].pop("Next")], CAUGHT, "DefinitionString.States.Tell"),
    ("some errors end well", [lambda s: s["Validate"]["Catch"].insert(0, {**catch("Done")[0], "ErrorEquals": ["Lambda.Unknown"]})], CAUGHT, "DefinitionString.States.Done"),
    ("a step's error ends well", [lambda s: s["Keep"]["Catch"][0].update(Next="Done")], CAUGHT, "DefinitionString.States.Done"),
    ("past the queue", [lambda s: s["NotifyFailed"].update(Next="Mark")], CAUGHT, "DefinitionString.States.Failed"),
    ("past the topic", [lambda s: s["Mark"].update(Next="Failed")], CAUGHT, "DefinitionString.States.Failed"),
    ("another queue", [lambda s: s["Keep"]["Parameters"].update(QueueUrl="https://sqs.us-east-1.amazonaws.com/1/q")], CAUGHT, "DefinitionString.States.Failed"),
    ("another status", [lambda s: s["Mark"]["Parameters"].update(ExpressionAttributeValues={":failed": {"S": "done"}})], CAUGHT, "DefinitionString.States.Failed"),
    ("no error in the message", [lambda s: s["NotifyFailed"]["Parameters"].pop("error.$")], CAUGHT, f"{KEEP}.Parameters.MessageBody"),
    ("another state's name", [lambda s: s["NotifyFailed"]["Parameters"].update(state="Validate")], CAUGHT, f"{KEEP}.Parameters.MessageBody"),
    ("a part of the input", [lambda s: s["NotifyFailed"]["Parameters"].update({"input.$": "$.key"})], CAUGHT, f"{KEEP}.Parameters.MessageBody"),
    ("a circle after an error", [lambda s: s["Tell"].update(Next="Keep")], CAUGHT, KEEP),
    ("nowhere", [lambda s: s["Notify"].update(Next="Finish")], EXPRESS, "DefinitionString.States.Notify.Next"),
    ("never", [lambda s: s.update(Never={"Type": "Pass", "End": True})], EXPRESS, "DefinitionString.States.Never"),
    ("a distributed Map", [lambda s: s["Process"]["ItemProcessor"]["ProcessorConfig"].update(Mode="DISTRIBUTED")], EXPRESS, "DefinitionString.States.Process.ItemProcessor.ProcessorConfig.Mode"),
    ("a job", [lambda s: s["Tell"].update(Resource="arn:aws:states:::states:startExecution.sync:2")], EXPRESS, "DefinitionString.States.Tell.Resource"),
    ("a token", [lambda s: s["Validate"].update(Resource="arn:aws:states:::lambda:invoke.waitForTaskToken")], EXPRESS, f"{VALIDATE}.Resource"),
    ("an activity", [lambda s: s["Tell"].update(Resource="arn:aws:states:us-east-1:123456789012:activity:a")], EXPRESS, "DefinitionString.States.Tell.Resource"),
    ("all errors first", [lambda s: s["Notify"]["Catch"].append({**catch("NotifyFailed")[0], "ErrorEquals": ["Lambda.Unknown"]})], EXPRESS, "DefinitionString.States.Notify.Catch[0].ErrorEquals"),
    ("all errors among others", [lambda s: s["Notify"]["Retry"][0]["ErrorEquals"].append("States.ALL")], EXPRESS, "DefinitionString.States.Notify.Retry[0].ErrorEquals"),
    ("a function of others", [lambda s: s["Notify"]["Parameters"].update(FunctionName="arn:aws:lambda:us-east-1:1:function:x")], FUNCTIONS, "DefinitionString.States.Notify.Parameters.FunctionName"),
    ("a function by the data", [lambda s: s["Notify"].update(Parameters={"FunctionName.$": "$.f"})], FUNCTIONS, "DefinitionString.States.Notify.Parameters.FunctionName"),
    ("an alias", [lambda s: s["Notify"]["Parameters"].update(Qualifier="live")], FUNCTIONS, "DefinitionString.States.Notify.Parameters.FunctionName"),
    ("a call without an answer", [lambda s: s["Notify"]["Parameters"].update(InvocationType="Event")], FUNCTIONS, "DefinitionString.States.Notify.Resource"),
    ("a call by the SDK", [lambda s: s["Notify"].update(Resource="arn:aws:states:::aws-sdk:lambda:invoke")], FUNCTIONS, "DefinitionString.States.Notify.Resource"),
    ("no notification", [lambda s: s.update(Notify={"Type": "Pass", "Next": "Done"}) or s.pop("NotifyFailed")], FUNCTIONS, "DefinitionString.States"),
    ("no choice", [lambda s: s.update(Outcome={"Type": "Pass", "Next": "Process"})], FUNCTIONS, "DefinitionString"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "policy", "path"), [one[1:] for one in FAULTS], ids=[one[0] for one in FAULTS])
def test_a_fault_is_found_where_it_is(changes: list[Change], policy: str, path: str) -> None:
    assert path in of_states(_edited(*changes)).get(policy, [])


def _parallel(states: Document) -> None:
    branches = [
        {"StartAt": name, "States": {name: {**states.pop(name), "End": True}}} for name in ("Keep", "Mark", "Tell")
    ]
    for branch in branches:
        for one in branch["States"].values():
            del one["Next"], one["Catch"]
    states["Keep all"] = {"Type": "Parallel", "Branches": branches, "Next": "Failed"}
    for state in ("Validate", "Process", "Notify"):
        states[f"{state}Failed"]["Next"] = "Keep all"


def _one_by_one(states: Document) -> None:
    states["Validate"]["Retry"] = [{**RETRY, "ErrorEquals": [error]} for error in ERRORS]
    # They count their attempts one by one.
    states["Validate"]["TimeoutSeconds"] = 1


HARMLESS: list[tuple[str, list[Change]]] = [
    ("errors in another order", [lambda s: s["Validate"]["Retry"][0]["ErrorEquals"].reverse()]),
    ("all errors are tried again", [lambda s: s["Validate"]["Retry"][0].update(ErrorEquals=["States.ALL"])]),
    ("an error of its own in front", [lambda s: _first(s, {"ErrorEquals": ["Refused"], "MaxAttempts": 0})]),
    ("a decimal", [lambda s: s["Validate"]["Retry"][0].update(BackoffRate=2.0)]),
    ("a Pass between", [lambda s: s["Tell"].update(Next="Last") or s.update(Last={"Type": "Pass", "Next": "Failed"})]),
    ("steps at once", [_parallel]),
    ("the queue last", [lambda s: s["Keep"].update(Next="Failed", Catch=catch("Failed")), lambda s: s["Tell"].update(Next="Keep", Catch=catch("Keep")), lambda s: [s[f"{one}Failed"].update(Next="Mark") for one in ("Validate", "Process", "Notify")]]),
    ("the input's own fields", [lambda s: s["NotifyFailed"]["Parameters"].update({"input": {"b.$": "$.bucket", "k.$": "$.key", "v.$": "$.versionId"}, "input.$": "$.key"})]),
    ("a message in a text", [lambda s: s["Keep"]["Parameters"].update({"MessageBody.$": "States.JsonToString($.failure)"})]),
    ("the whole error", [lambda s: s["NotifyFailed"]["Parameters"].update({"error.$": "$.error"})]),
    ("a catch more", [lambda s: s["Notify"]["Catch"].insert(0, {**catch("NotifyFailed")[0], "ErrorEquals": ["States.Timeout"]})]),
    ("the function by its ARN", [lambda s: s["Notify"].update(Resource="${Notification}") or s["Notify"].pop("Parameters")]),
    ("the older word", [lambda s: s["Process"].update(Iterator=s["Process"].pop("ItemProcessor"))]),
    ("as many as AWS runs at once", [lambda s: s["Process"].pop("MaxConcurrency")]),
    ("a step's error ends at once", [lambda s: s["Keep"].pop("Catch")]),
]  # fmt: skip


@pytest.mark.parametrize("changes", [one[1] for one in HARMLESS], ids=[one[0] for one in HARMLESS])
def test_other_ways_to_say_it_are_fine(changes: list[Change]) -> None:
    assert of_states(_edited(*changes)) == {}


def _spoken(states: Document) -> Document:
    """The failure's branch of one state in JSONata."""
    states["Notify"] = {
        **call("Notification", 8),
        "QueryLanguage": "JSONata",
        "Arguments": {"FunctionName": "${Notification}", "Payload": "{% $states.input %}"},
        "Catch": [
            {
                "ErrorEquals": ["States.ALL"],
                "Assign": {"failed": "{% $states.context.State.Name %}", "why": "{% $states.errorOutput.Error %}"},
                "Output": "{% $states.input %}",
                "Next": "KeepIt",
            }
        ],
        "Next": "Done",
    }
    del states["Notify"]["Parameters"], states["NotifyFailed"]
    body = {
        "state": "{% $failed %}",
        "error": "{% $why %}",
        "execution": "{% $states.context.Execution.Id %}",
        "in": "{% $states.input %}",
    }
    states["KeepIt"] = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {
            "QueueUrl": "${Failures}",
            "MessageBody": "{% $string(" + json.dumps(body).replace('"{% ', "").replace(' %}"', "") + ") %}",
        },
        "TimeoutSeconds": 5,
        "Output": "{% $states.input %}",
        "Next": "Mark",
    }
    return states


def test_jsonata_is_read() -> None:
    assert of_states(_edited(_spoken)) == {}


def test_jsonata_without_the_error_is_found() -> None:
    def silent(states: Document) -> None:
        _spoken(states)["Notify"]["Catch"][0]["Assign"]["why"] = "{% 'unknown' %}"

    assert of_states(_edited(silent)) == {CAUGHT: ["DefinitionString.States.KeepIt.Arguments.MessageBody"]}


def test_a_time_in_jsonata_is_endless() -> None:
    late = of_states(_edited(lambda s: _spoken(s)["KeepIt"].update(TimeoutSeconds="{% $states.input.t %}")))
    assert late == {BUDGET: ["DefinitionString.States.KeepIt.TimeoutSeconds"]}


def _placed(machine: Document, **properties: Any) -> Document:
    del machine["DefinitionString"]
    machine.update(properties)
    return machine


@pytest.mark.parametrize("policy", [EXPRESS, FUNCTIONS, RETRIES, BUDGET, CAUGHT])
def test_a_definition_may_be_written_in_other_ways(policy: str) -> None:
    text = json.dumps(definition())
    named = {"Validation", "Transformation", "Notification"}
    for properties in (
        {"Definition": definition()},
        {"DefinitionString": {"Fn::Join": ["", [text[:90], text[90:]]]}},
        {"DefinitionString": {"Fn::Sub": _sub(text, named)}, "DefinitionSubstitutions": {"Ref": "AWS::NoValue"}},
    ):
        document = flow()
        _placed(document["Resources"]["Machine"]["Properties"], **copy.deepcopy(properties))
        assert found(policy, document) == [], properties


def _sub(text: str, functions: set[str]) -> str:
    for name in functions:
        text = text.replace(f"${{{name}}}", f"${{{name}.Arn}}")
    return text


@pytest.mark.parametrize("policy", [EXPRESS, FUNCTIONS, RETRIES, BUDGET, CAUGHT])
def test_a_definition_that_cannot_be_read_is_found(policy: str) -> None:
    location = {"Bucket": "b", "Key": "k"}
    for properties, path in (
        ({"DefinitionS3Location": location}, "DefinitionS3Location"),
        ({}, "Definition"),
        ({"DefinitionString": "{"}, "DefinitionString"),
        ({"DefinitionString": {"Fn::ImportValue": "x"}}, "DefinitionString"),
        ({"DefinitionString": "{}", "Definition": definition()}, "Definition"),
        ({"Definition": definition(), "DefinitionSubstitutions": {"Fn::ImportValue": "x"}}, "Definition"),
    ):
        document = flow()
        _placed(document["Resources"]["Machine"]["Properties"], **properties)
        assert path in [one.path for one in found(policy, document)], properties


def test_a_placeholder_that_cannot_be_resolved_is_found_where_it_stands() -> None:
    document = flow()
    document["Resources"]["Machine"]["Properties"]["DefinitionSubstitutions"]["Failures"] = {"Fn::ImportValue": "x"}
    assert {one.path for one in found(CAUGHT, document)} == {"DefinitionString.States.Failed"}
    assert found(RETRIES, document) == []


def test_the_machines_own_time_counts() -> None:
    assert of_states({**definition(), "TimeoutSeconds": 250}) == {}
    assert of_states({**definition(), "TimeoutSeconds": 200}) == {BUDGET: ["DefinitionString.TimeoutSeconds"]}


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
