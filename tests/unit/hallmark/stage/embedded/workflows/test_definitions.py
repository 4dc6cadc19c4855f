"""What is refused in a definition before it runs."""

import json
from typing import Any

import pytest

from hallmark.stage.embedded.workflows.definitions import problem_of

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
        (_machine(A={"Type": "Choice", "Choices": [{"Next": "B"}]}), "Missing 'Next' target: B"),
        (_machine(A={"Type": "Choice", "Choices": [], "Default": "B"}), "Missing 'Next' target: B"),
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


def test_a_text_that_is_no_json() -> None:
    assert (problem_of("{", "EXPRESS") or "").startswith("INVALID_JSON_DESCRIPTION")


def test_what_standard_may_do() -> None:
    assert problem_of(json.dumps(_machine(A=_task("arn:aws:states:::ecs:runTask.sync"))), "STANDARD") is None
    assert problem_of(json.dumps(_machine(A=END)), "EXPRESS") is None
