"""What is refused in a definition before it runs."""

import json
from typing import Any

import pytest

from hallmark.stage.embedded.workflows.definitions import problem_of

IS_A = {"Variable": "$.a", "IsPresent": True}
END = {"Type": "Pass", "End": True}


def _machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def _task(resource: str = "arn:aws:states:::sqs:sendMessage", **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, "End": True, **fields}


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        ([], "required: [States] at /"),
        ({"StartAt": "A", "States": {}}, "required: [States]"),
        ({"StartAt": "B", "States": {"A": END}}, "Missing 'StartAt' target: B"),
        (_machine(A={"Type": "Pass"}), "neither Next nor End at /States/A"),
        (_machine(A={"Type": "Job", "End": True}), "Type is not valid"),
        (_machine(A={"Type": "Pass", "Next": "B"}), "Missing 'Next' target: B"),
        (_machine(A={"Type": "Choice", "Choices": [{"Next": "B", **IS_A}]}), "Missing 'Next' target: B"),
        (
            _machine(A={"Type": "Choice", "Choices": [{"Next": "A", **IS_A}], "Default": "B"}),
            "Missing 'Next' target: B",
        ),
        (_machine(A=_task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}])), "Missing 'Next' target: B"),
        (_machine(A=_task("")), "required: [Resource]"),
        (_machine(A=_task("arn:aws:states:::ecs:runTask.sync")), "does not support"),
        (_machine(A=_task("arn:aws:states:us-east-1:1:activity:a")), "does not support"),
        (_machine(A={"Type": "Map", "ItemProcessor": _machine(B={"Type": "Pass"}), "End": True}), "/States/A/States/B"),
        (_machine(A={"Type": "Parallel", "Branches": [_machine(B={"Type": "Pass"})], "End": True}), "/States/B"),
        (
            _machine(
                A={
                    "Type": "Map",
                    "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, **_machine(B=END)},
                    "End": True,
                }
            ),
            "distributed",
        ),
    ],
)
def test_a_problem_is_named(definition: Any, problem: str) -> None:
    assert problem in (problem_of(json.dumps(definition), "EXPRESS") or "")


def _guarded(field: str, *rules: Any) -> dict[str, Any]:
    return _machine(A=_task(**{field: list(rules)}), B=END)


def _choice(**rule: Any) -> dict[str, Any]:
    return _machine(A={"Type": "Choice", "Choices": [rule]}, B=END)


ALL = {"ErrorEquals": ["States.ALL"]}


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        (_machine(**{"A" * 81: END}), "more than 80 characters"),
        (_machine(A={**END, "QueryLanguage": "JSONata", "Output": "{% 1 + %}"}), "'1 +' cannot be read"),
        (_machine(A={**END, "QueryLanguage": "JSONata", "Parameters": {}}), "'Parameters' is not supported in JSONata"),
        ({**_machine(A={**END, "Result": 1}), "QueryLanguage": "JSONata"}, "'Result' is not supported in JSONata"),
        (_machine(A={**END, "Output": 1}), "'Output' is not supported in JSONPath"),
        (_machine(A={"Type": "Choice", "Default": "A"}), "required: [Choices]"),
        (_machine(A={"Type": "Choice", "Choices": [], "Default": "A"}), "Choices must have a rule"),
        (_machine(A={"Type": "Map", "End": True}), "required: [ItemProcessor or Iterator]"),
        (_machine(A={"Type": "Parallel", "End": True}), "required: [Branches]"),
        (_machine(A={"Type": "Wait", "End": True}), "required: [Seconds or"),
        (_machine(A={"Type": "Wait", "Seconds": 1, "SecondsPath": "$.a", "End": True}), "Only one of"),
        (_machine(A={"Type": "Wait", "Seconds": -1, "End": True}), "Seconds is not valid: -1"),
        (_machine(A={"Type": "Pass", "End": True, "Next": "A"}), "Only one of these fields may be given: Next, End"),
        (_machine(A={"Type": "Pass", "End": True, "Retry": [ALL]}), "does not support the field 'Retry'"),
        (_machine(A={"Type": "Fail", "End": True}), "does not support the field 'End'"),
        (_machine(A={"Type": "Fail", "Error": "E", "ErrorPath": "$.e"}), "Only one of"),
        (_machine(A=_task(TimeoutSeconds=0)), "TimeoutSeconds is not valid: 0"),
        (_machine(A=_task(TimeoutSeconds=True)), "TimeoutSeconds is not valid"),
        (_guarded("Retry", {}), "needs ErrorEquals"),
        (_guarded("Retry", {"ErrorEquals": []}), "needs ErrorEquals"),
        (_guarded("Retry", {"ErrorEquals": ["A", "States.ALL"]}), "States.ALL must be alone"),
        (_guarded("Retry", ALL, {"ErrorEquals": ["A"]}), "in the last rule of Retry"),
        (_guarded("Retry", {**ALL, "MaxAttempts": -1}), "MaxAttempts is not valid"),
        (_guarded("Retry", {**ALL, "IntervalSeconds": 0}), "IntervalSeconds is not valid"),
        (_guarded("Retry", {**ALL, "BackoffRate": 0.5}), "BackoffRate is not valid"),
        (_guarded("Retry", {**ALL, "JitterStrategy": "HALF"}), "JitterStrategy is not valid"),
        (_guarded("Retry", {**ALL, "IntervalSeconds": 5, "MaxDelaySeconds": 5}), "must be greater"),
        (_guarded("Catch", ALL), "needs a Next"),
        (_guarded("Catch", {**ALL, "Next": "B"}, {"ErrorEquals": ["A"], "Next": "B"}), "in the last rule of Catch"),
        (_choice(**IS_A), "needs a Next"),
        (_choice(Next="B", Variable="$.a"), "one operator"),
        (_choice(Next="B", StringEquals="a"), "needs a Variable"),
        (_choice(Next="B", Variable="$.a", StringSounds="a"), "one operator"),
        (_choice(Next="B", Not={"Variable": "$.a"}), "one operator"),
        (_choice(Next="B", And=[IS_A, {"Variable": "$.a"}]), "one operator"),
        (_machine(A=_task(Parameters={"a": {"b.$": "a"}})), "'b.$' must be a valid JSONPath"),
        (_machine(A=_task(ResultSelector={"a.$": "States.Sum(1)"})), "'a.$' must be a valid JSONPath"),
        (_machine(A=_task(Parameters={"a": [{"b.$": 1}]})), "'b.$' must be a valid JSONPath"),
    ],
)
def test_a_field_is_named(definition: Any, problem: str) -> None:
    assert problem in (problem_of(json.dumps(definition), "EXPRESS") or "")


def test_what_the_pages_of_aws_show() -> None:
    retry = [
        {"ErrorEquals": ["ErrorA", "ErrorB"], "IntervalSeconds": 1, "BackoffRate": 2.0, "MaxAttempts": 2},
        {"ErrorEquals": ["States.Timeout"], "MaxDelaySeconds": 5, "IntervalSeconds": 3, "JitterStrategy": "FULL"},
        {**ALL, "MaxAttempts": 0},
    ]
    catch = [{"ErrorEquals": ["java.lang.Exception"], "ResultPath": "$.error", "Next": "B"}, {**ALL, "Next": "B"}]
    value = {"Variable": "$.value", "NumericGreaterThanEquals": 20}
    rules = [
        {"Not": {"Variable": "$.type", "StringEquals": "Private"}, "Next": "B"},
        {"And": [{"Variable": "$.value", "IsNumeric": True}, {"Or": [value, IS_A]}], "Next": "B"},
        {"Variable": "$.at", "TimestampLessThanPath": "$.then", "Next": "B"},
        {"Variable": "$.log", "StringMatches": "log-*.txt", "Next": "B"},
    ]
    definition = _machine(
        A=_task(Retry=retry, Catch=catch, Parameters={"a.$": "States.Format('{}', $.b)", "c": {"d.$": "$$.Map.Item"}}),
        B=END,
        C={"Type": "Choice", "Choices": rules, "Default": "B"},
        D={"Type": "Wait", "TimestampPath": "$.at", "Next": "C"},
        E={"Type": "Map", "MaxConcurrencyPath": "$.n", "ItemProcessor": _machine(F=END), "End": True},
    )
    assert problem_of(json.dumps(definition), "EXPRESS") is None


def test_a_text_that_is_no_json() -> None:
    assert (problem_of("{", "EXPRESS") or "").startswith("INVALID_JSON_DESCRIPTION")


def test_what_standard_may_do() -> None:
    assert problem_of(json.dumps(_machine(A=_task("arn:aws:states:::ecs:runTask.sync"))), "STANDARD") is None
    assert problem_of(json.dumps(_machine(A=END)), "EXPRESS") is None
