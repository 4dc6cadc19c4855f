"""What is wrong with a definition, before anything runs it.

https://states-language.net/spec.html
https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""

import json
from collections.abc import Iterator
from typing import Any

from hallmark.stage.embedded.workflows import fields

Json = dict[str, Any]
TYPES = frozenset({"Pass", "Task", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"})
# Patterns that need a history, which Express does not have.
_NOT_EXPRESS = (".sync", ".sync:2", ".waitForTaskToken")


def problem_of(text: str, kind: str) -> str | None:
    """Return the first problem of a definition for a machine of the type `kind`; None when there is none."""
    try:
        definition = json.loads(text)
    except ValueError as error:
        return f"INVALID_JSON_DESCRIPTION: {error}"
    return next(_of_states(definition, "", kind == "EXPRESS"), None)


def _schema(text: str, place: str) -> str:
    return f"SCHEMA_VALIDATION_FAILED: {text} at {place or '/'}"


def _of_states(machine: Any, place: str, express: bool) -> Iterator[str]:
    states = machine.get("States") if isinstance(machine, dict) else None
    if not isinstance(states, dict) or not states:
        yield _schema("These fields are required: [States]", place)
        return
    if machine.get("StartAt") not in states:
        yield f"MISSING_TRANSITION_TARGET: Missing 'StartAt' target: {machine.get('StartAt')} at {place}/StartAt"
    for name, state in states.items():
        here = f"{place}/States/{name}"
        if not isinstance(state, dict) or state.get("Type") not in TYPES:
            yield _schema("The state's Type is not valid", here)
            continue
        yield from (_schema(problem, here) for problem in fields.problems(name, state, machine))
        yield from _of_targets(state, states, here)
        yield from _of_resource(state, here, express)
        inner = [state.get("ItemProcessor") or state.get("Iterator")] if state["Type"] == "Map" else []
        for below in [*inner, *(state.get("Branches", []) if state["Type"] == "Parallel" else [])]:
            yield from _of_states(below, here, express)


def _of_targets(state: Json, states: Json, here: str) -> Iterator[str]:
    rules = [*state.get("Choices", []), *state.get("Catch", [])]
    targets = [state.get("Next"), state.get("Default"), *(rule.get("Next") for rule in rules)]
    for target in targets:
        if target is not None and (not isinstance(target, str) or target not in states):
            yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {here}/Next"
    ends = state["Type"] in ("Choice", "Succeed", "Fail") or state.get("End") is True
    if not ends and "Next" not in state:
        yield _schema("The state has neither Next nor End", here)


def _of_resource(state: Json, here: str, express: bool) -> Iterator[str]:
    resource = str(state.get("Resource", ""))
    if state["Type"] == "Task" and not resource:
        yield _schema("These fields are required: [Resource]", here)
    if express and (resource.endswith(_NOT_EXPRESS) or ":activity:" in resource):
        yield _schema("Express state machine does not support '.sync', '.waitForTaskToken' or activities", here)
    mode = ((state.get("ItemProcessor") or {}).get("ProcessorConfig") or {}).get("Mode")
    if express and mode == "DISTRIBUTED":
        yield _schema("Express state machine does not support a distributed Map", here)
