"""What the data of a state are made of: the execution's input, its id, an error, the name of a state.

Paths, intrinsic functions and JSONata are read as far as they name other data; what they compute is their mixture.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import mapping
from policies.engine.workflows.states import State
from policies.engine.workflows.tested import TESTED, tests_in

INPUT, ERROR, EXECUTION = "input", "error", "execution"
RESULT = "result of "
# What is no place in data: a text that is written out, and the expression whose tests data passed.
_FIXED = ("text:", TESTED)
_PATH = re.compile(r"\$\$?[\w.\[\]'\"-]*")
_STEP = re.compile(r"\['([^']+)'\]|\[\"([^\"]+)\"\]|\.?([A-Za-z_][\w-]*)|\[(\d+)\]")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_EXPRESSION = re.compile(r"\s*\{%(.*)%\}\s*", re.DOTALL)


@dataclass(frozen=True)
class Data:
    """Data: the sources that they are mixed from, such as `input.key`, and members that are known by themselves."""

    sources: frozenset[str] = frozenset()
    members: Mapping[str, "Data"] = field(default_factory=dict)

    def all_sources(self) -> frozenset[str]:
        """Return the sources of the data and of everything inside."""
        return self.sources.union(*(one.all_sources() for one in self.members.values()))

    def texts(self) -> set[str]:
        """Return the texts that are written out, in the data and in everything inside."""
        return {one.removeprefix("text:") for one in self.all_sources() if one.startswith("text:")}

    def at(self, step: str) -> "Data":
        """Return a member."""
        if step in self.members:
            return self.members[step]
        return Data(frozenset(one if one.startswith(_FIXED) else f"{one}.{step}" for one in self.sources))

    def put(self, steps: list[str], value: "Data") -> "Data":
        """Return the data with a value put at a place."""
        if not steps:
            return value
        first, rest = steps[0], steps[1:]
        return Data(self.sources, {**self.members, first: self.at(first).put(rest, value)})

    def key(self) -> Hashable:
        """Return the same for the same data."""
        return self.sources, tuple((name, one.key()) for name, one in sorted(self.members.items()))

    def parts(self) -> Iterator["Data"]:
        """Yield the data and everything inside, each with its own sources."""
        yield self
        for one in self.members.values():
            yield from one.parts()

    def has(self, source: str) -> bool:
        """Return whether a source, or a part of it, is anywhere in the data."""
        return any(one == source or one.startswith(f"{source}.") for one in self.all_sources())


NOTHING = Data()
WHOLE_INPUT, AN_ERROR = Data(frozenset({INPUT})), Data(frozenset({ERROR}))


@dataclass(frozen=True)
class Scope:
    """What expressions of a state may name: its data, the variables so far, the name of the state that runs."""

    data: Data
    state: str
    variables: Mapping[str, Data] = field(default_factory=dict)
    error: Data = NOTHING
    result: Data = NOTHING

    def key(self) -> Hashable:
        """Return the same for the same data and variables."""
        return self.data.key(), tuple((name, one.key()) for name, one in sorted(self.variables.items()))


def literal(text: str) -> Data:
    """Return a text that is written out."""
    return Data(frozenset({f"text:{text}"}))


def given(scope: Scope, template: Any, *, jsonata: bool) -> Data:
    """Return what a payload template gives."""
    if isinstance(template, Mapping):
        members: dict[str, Data] = {}
        for key, value in template.items():
            dynamic = not jsonata and str(key).endswith(".$")
            name = str(key).removesuffix(".$") if dynamic else str(key)
            text = text_of(value)
            members[name] = path(scope, text or "") if dynamic else given(scope, value, jsonata=jsonata)
        return Data(frozenset(), members)
    if isinstance(template, list):
        items = [given(scope, one, jsonata=jsonata) for one in template]
        return Data(frozenset(), {str(index): one for index, one in enumerate(items)})
    text = text_of(template)
    if text is None:
        return NOTHING
    expression = _EXPRESSION.fullmatch(text) if jsonata else None
    return _jsonata(scope, expression[1]) if expression else literal(text)


def path(scope: Scope, text: str) -> Data:
    """Return what a path or an intrinsic function gives."""
    text = text.strip()
    if text.startswith("States."):
        inner = [path(scope, one) for one in _PATH.findall(_QUOTED.sub("", text))]
        return _mixed(*inner, *map(literal, _texts(text)))
    steps = list(_steps(text.lstrip("$")))
    if text.startswith("$$"):
        return _context(scope, steps)
    if text.startswith("$") and text[1:2].isidentifier():
        return _down(scope.variables.get(steps[0], NOTHING), steps[1:])
    return _down(scope.data, steps) if text.startswith("$") else literal(text)


def steps_of(text: str) -> list[str]:
    """Return the steps of a reference path, such as `$.a.b`."""
    return list(_steps(text.lstrip("$")))


def _steps(text: str) -> Iterator[str]:
    for match in _STEP.finditer(text):
        yield next(part for part in match.groups() if part is not None)


def _down(data: Data, steps: list[str]) -> Data:
    for step in steps:
        data = data.at(step)
    return data


def _context(scope: Scope, steps: list[str]) -> Data:
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html"""
    match steps:
        case ["Execution", "Input", *rest]:
            return _down(WHOLE_INPUT, rest)
        case ["Execution"]:
            return Data(frozenset({EXECUTION}), {"Input": WHOLE_INPUT})
        case ["Execution", "Id" | "Name"]:
            return Data(frozenset({EXECUTION}))
        case ["State", "Name"]:
            return literal(scope.state)
        case []:
            return Data(frozenset({EXECUTION, INPUT, f"text:{scope.state}"}))
    return NOTHING


def _jsonata(scope: Scope, text: str) -> Data:
    plain = _QUOTED.sub("''", text)
    found = [_variable(scope, one) for one in _PATH.findall(plain)]
    if len(found) == 1 and _PATH.fullmatch(text.strip()):
        return found[0]
    tested = [Data(frozenset({f"{TESTED}{text}"}))] if tests_in(text) else []
    return _mixed(*found, *map(literal, _texts(text)), *tested)


def _variable(scope: Scope, text: str) -> Data:
    match list(_steps(text.lstrip("$"))):
        case ["states", "context", *rest]:
            return _context(scope, rest)
        case ["states", "input", *rest]:
            return _down(scope.data, rest)
        case ["states", "errorOutput", *rest]:
            return _down(scope.error, rest)
        case ["states", "result", *rest]:
            return _down(scope.result, rest)
        case [name, *rest]:
            return _down(scope.variables.get(name, NOTHING), rest)
    return NOTHING


def _texts(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(text):
        yield match[1] if match[1] is not None else match[2]


def _mixed(*parts: Data) -> Data:
    return Data(frozenset().union(*(one.all_sources() for one in parts)))


def after(scope: Scope, state: State) -> Scope:
    """Return what the next state gets, once a state is done: beside its input, or instead of it."""
    result = _result(scope, state)
    raw = state.raw
    if state.jsonata:
        inside = Scope(scope.data, state.name, scope.variables, result=result)
        data = given(inside, raw["Output"], jsonata=True) if "Output" in raw else result
        return _assigned(inside, raw, data, jsonata=True)
    data = _placed(scope.data, raw, result)
    if "OutputPath" in raw:
        data = path(Scope(data, state.name, scope.variables), text_of(raw["OutputPath"]) or "")
    return _assigned(Scope(result, state.name, scope.variables), raw, data, jsonata=False)


def caught(scope: Scope, state: State, catcher: Mapping[str, Any]) -> Scope:
    """Return what a catcher's state gets."""
    if state.jsonata:
        inside = Scope(scope.data, state.name, scope.variables, error=AN_ERROR)
        data = given(inside, catcher["Output"], jsonata=True) if "Output" in catcher else AN_ERROR
        return _assigned(inside, catcher, data, jsonata=True)
    data = _placed(scope.data, catcher, AN_ERROR)
    return _assigned(Scope(AN_ERROR, state.name, scope.variables), catcher, data, jsonata=False)


def entered(scope: Scope, state: State) -> Scope:
    """Return what a state's own fields are filled from: its input, by InputPath."""
    data = scope.data
    if not state.jsonata and "InputPath" in state.raw:
        data = path(Scope(data, state.name, scope.variables), text_of(state.raw["InputPath"]) or "")
    return Scope(data, state.name, scope.variables)


def _result(scope: Scope, state: State) -> Data:
    raw, inside = state.raw, entered(scope, state)
    if state.kind not in ("Pass", "Task", "Map", "Parallel"):
        return inside.data
    if state.kind == "Pass":
        if "Result" in raw:
            return given(inside, raw["Result"], jsonata=True) if not state.jsonata else NOTHING
        if "Parameters" in raw and not state.jsonata:
            return given(inside, raw["Parameters"], jsonata=False)
        return inside.data
    own = Data(frozenset({f"{RESULT}{state.name}"}))
    if "ResultSelector" in raw and not state.jsonata:
        return given(Scope(own, state.name, scope.variables), raw["ResultSelector"], jsonata=False)
    return own


def _placed(data: Data, rule: Mapping[str, Any], result: Data) -> Data:
    """Return a state's data with a result at its ResultPath, which by default is all of them; null drops it."""
    if "ResultPath" not in rule:
        return result
    where = rule["ResultPath"]
    return data if where is None else data.put(steps_of(text_of(where) or ""), result)


def _assigned(scope: Scope, rule: Mapping[str, Any], data: Data, *, jsonata: bool) -> Scope:
    """https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html"""
    own = given(scope, mapping(rule.get("Assign")), jsonata=jsonata)
    return Scope(data, scope.state, {**scope.variables, **own.members})
