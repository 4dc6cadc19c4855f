"""What is wrong with the fields of one state: those that its type needs, does not have, or has with another value.

https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from collections.abc import Callable, Iterator
from typing import Any

from hallmark.stage.embedded.workflows import intrinsics, jsonata_query
from hallmark.stage.embedded.workflows.choices import is_operator

Json = dict[str, Any]
LONGEST_NAME, LONGEST_SECONDS = 80, 99_999_999
_GUARDED = ("Task", "Map", "Parallel")
_PAUSED = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
# One of each group is needed by a type, where they exclude each other.
_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "Choice": (("Choices",),),
    "Map": (("ItemProcessor", "Iterator"),),
    "Parallel": (("Branches",),),
    "Wait": (_PAUSED,),
}
_EITHER = (
    *(("Next", "End"), ("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath")),
    *(("MaxConcurrency", "MaxConcurrencyPath"), ("Error", "ErrorPath"), ("Cause", "CausePath")),
    ("ItemProcessor", "Iterator"),
)


def problems(name: str, state: Json, machine: Json) -> Iterator[str]:
    """Yield the problems of a state of a machine, whose Type is known."""
    kind, queried = state["Type"], jsonata_query.is_queried(state, machine)
    if len(name) > LONGEST_NAME:
        yield f"The state's name has more than {LONGEST_NAME} characters"
    for group in _NEEDED.get(kind, ()):
        if not any(one in state for one in group):
            yield f"These fields are required: [{' or '.join(group)}]"
    for group in (*_EITHER, _PAUSED):
        if len(given := [one for one in group if one in state]) > 1:
            yield f"Only one of these fields may be given: {', '.join(given)}"
    for field in ("Retry", "Catch"):
        if field in state and kind not in _GUARDED:
            yield f"A state of the type {kind} does not support the field '{field}'"
    if kind in ("Succeed", "Fail", "Choice"):
        yield from (f"A state of the type {kind} does not support the field '{one}'" for one in _ENDS if one in state)
    yield from _numbers(state, _STATE_NUMBERS)
    yield from _rules(state, "Retry", _retrier)
    yield from _rules(state, "Catch", lambda rule: iter(() if "Next" in rule else ["A catcher needs a Next"]))
    yield from _choices(state)
    for field in (_OF_JSONPATH if queried else _OF_JSONATA) & {*state}:
        yield f"The field '{field}' is not supported in {'JSONata' if queried else 'JSONPath'}"
    if queried:
        yield from jsonata_query.problems({name: one for name, one in state.items() if name not in _MACHINES})
    else:
        yield from (problem for field in _TEMPLATES for problem in _template(state.get(field)))


_ENDS = ("Next", "End")
# What has states of its own.
_MACHINES = ("ItemProcessor", "Iterator", "Branches")
# https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
_OF_JSONPATH = frozenset(
    {
        *("InputPath", "OutputPath", "Parameters", "ResultPath", "ResultSelector", "Result", "ItemsPath"),
        *("SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "ErrorPath", "CausePath"),
        "MaxConcurrencyPath",
    }
)
_OF_JSONATA = frozenset({"Arguments", "Output", "Items"})
_TEMPLATES = ("Parameters", "ItemSelector", "ResultSelector")


def _whole(least: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= LONGEST_SECONDS


_STATE_NUMBERS: dict[str, Callable[[Any], bool]] = {
    "TimeoutSeconds": _whole(1),
    "HeartbeatSeconds": _whole(1),
    "MaxConcurrency": _whole(0),
    "Seconds": _whole(0),
}
_RETRY_NUMBERS: dict[str, Callable[[Any], bool]] = {
    "IntervalSeconds": _whole(1),
    "MaxAttempts": _whole(0),
    "MaxDelaySeconds": _whole(1),
    "BackoffRate": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 1,
    "JitterStrategy": lambda value: value in ("FULL", "NONE"),
}


def _numbers(given: Json, rules: dict[str, Callable[[Any], bool]]) -> Iterator[str]:
    for name, holds in rules.items():
        value = given.get(name)
        # An expression is computed when the state runs.
        if value is not None and not holds(value) and not str(value).startswith("{%"):
            yield f"The value of {name} is not valid: {value}"


def _retrier(rule: Json) -> Iterator[str]:
    yield from _numbers(rule, _RETRY_NUMBERS)
    if rule.get("MaxDelaySeconds", LONGEST_SECONDS) <= rule.get("IntervalSeconds", 1):
        yield "MaxDelaySeconds must be greater than IntervalSeconds"


def _rules(state: Json, field: str, more: Callable[[Json], Iterator[str]]) -> Iterator[str]:
    """Yield what is wrong with retriers or catchers: their errors, and where the wildcard stands."""
    rules = state.get(field, [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        yield f"{field} must be a list of objects"
        return
    for number, rule in enumerate(rules):
        errors = rule.get("ErrorEquals")
        if not isinstance(errors, list) or not errors or not all(isinstance(one, str) for one in errors):
            yield f"{field} needs ErrorEquals, a list of names of errors"
            continue
        if "States.ALL" in errors and (len(errors) > 1 or number + 1 < len(rules)):
            yield f"States.ALL must be alone, and in the last rule of {field}"
        yield from more(rule)


def _choices(state: Json) -> Iterator[str]:
    for rule in state.get("Choices", []):
        if "Next" not in rule:
            yield "A rule of a choice needs a Next"
        if "Condition" not in rule:
            yield from _choice(rule)
    if "Choices" in state and not state["Choices"]:
        yield "Choices must have a rule"


def _choice(rule: Any) -> Iterator[str]:
    if not isinstance(rule, dict):
        yield "A rule of a choice must be an object"
        return
    for name in ("And", "Or", "Not"):
        if name in rule:
            below = [rule["Not"]] if name == "Not" else rule[name]
            yield from (problem for one in below for problem in _choice(one))
            return
    found = [name for name in rule if is_operator(name)]
    if "Variable" not in rule or len(found) != 1:
        yield f"A rule of a choice needs a Variable and one operator: {', '.join(sorted(rule))}"


def _template(value: Any) -> Iterator[str]:
    for name, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if not (isinstance(name, str) and name.endswith(".$")):
            yield from _template(one)
        elif not isinstance(one, str) or not (one.startswith("$") or _is_call(one)):
            yield f"The value of the field '{name}' must be a valid JSONPath or a valid intrinsic function call"


def _is_call(text: str) -> bool:
    try:
        return bool(intrinsics.parsed(text))
    except ValueError:
        return False
