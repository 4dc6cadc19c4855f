"""The definition of a state machine, wherever CloudFormation lets one write it.

A text in `DefinitionString`, an object in `Definition`, either with `DefinitionSubstitutions` filled in; one in a
bucket is not in the template, and cannot be read.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.template.intrinsics import UNKNOWN, text_of
from policies.engine.template.resource import Resource, mapping
from policies.engine.template.template import Template
from policies.engine.template.values import listed
from policies.engine.workflows.states import Level, State

TEXT, OBJECT, IN_A_BUCKET, VALUES = "DefinitionString", "Definition", "DefinitionS3Location", "DefinitionSubstitutions"
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
_LONGEST = 1_048_576
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_.-]+)\}")
# Deeper than any that AWS would take by its size.
_DEEPEST = 20
_JSONATA = "JSONata"
_KINDS = ("Task", "Choice", "Pass", "Wait", "Succeed", "Fail", "Map", "Parallel")
# Stands for a piece of a text that cannot be resolved; no definition has it.
_UNRESOLVED_PIECE = "\ue000"
_WANTED = "a definition that the template shows: DefinitionString or Definition"
# Path, found, wanted.
Problem = tuple[str, str, str]


@dataclass(frozen=True)
class Definition:
    """A definition that was read: its levels, the outermost first, and what of it cannot be read or does not fit.

    `seconds` is the time-out of the whole execution, None if it has none; `place` is the property that holds it.
    """

    place: str
    raw: Any = field(repr=False)
    levels: tuple[Level, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def top(self) -> Level | None:
        """The outermost level; None if the definition cannot be read."""
        return self.levels[0] if self.levels else None

    def states(self) -> Iterator[State]:
        """Yield every state at every depth."""
        for level in self.levels:
            yield from level.states.values()

    def reached(self) -> Iterator[State]:
        """Yield every state that an execution may enter."""
        for level in self.levels:
            yield from (level.states[name] for name in level.reached())


def definition_of(template: Template, workflow: Resource) -> Definition:
    """Return the definition of a state machine."""
    return template.about(workflow, _definition)


def unread(template: Template, workflow: Resource) -> Iterator[Finding]:
    """Yield that a definition cannot be read: what is said of its states can then not be known."""
    found = definition_of(template, workflow)
    if found.top is None:
        for path, shown, wanted in found.problems:
            yield Finding(workflow.logical_id, path, shown, wanted)


def _definition(template: Template, workflow: Resource) -> Definition:
    given = [name for name in (TEXT, OBJECT, IN_A_BUCKET) if workflow.properties.get(name) is not None]
    if len(given) != 1 or given == [IN_A_BUCKET]:
        place = given[0] if len(given) == 1 else OBJECT
        found = "a definition in a bucket" if given == [IN_A_BUCKET] else ", ".join(given) or "none"
        return Definition(place, UNKNOWN, problems=((place, f"{found}: {UNRESOLVED}", _WANTED),))
    (place,) = given
    raw = _read(template, workflow, place)
    if not isinstance(raw, Mapping):
        return Definition(place, UNKNOWN, problems=((place, UNRESOLVED, _WANTED),))
    return _Reader(place, raw).definition()


def _read(template: Template, workflow: Resource, place: str) -> Any:
    """Return the object that a definition holds, its placeholders filled in; UNKNOWN if it cannot be resolved."""
    values, unknown = _values(template, workflow)
    found = template.value(workflow, place)
    if place == TEXT:
        found = _pieced(template, workflow.properties[TEXT]) if found is UNKNOWN else found
        if not isinstance(found, str) or len(found) > _LONGEST or values is None:
            return UNKNOWN
        found = template.structure(_filled(found, values))
    return UNKNOWN if values is None else _within(found, values, unknown)


def _pieced(template: Template, expression: Any) -> Any:
    """Return a text of which some pieces cannot be resolved, with a mark for each; UNKNOWN for any other expression."""
    if not isinstance(expression, Mapping) or len(expression) != 1:
        return UNKNOWN
    ((function, argument),) = expression.items()
    if function == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        pieces = [text_of(template.resolve(one)) for one in argument[1]]
        return str(argument[0]).join(_UNRESOLVED_PIECE if one is None else one for one in pieces)
    given: tuple[Any, Any] = (argument, dict[str, Any]())
    text, values = argument if isinstance(argument, list) and len(argument) == 2 else given
    if function != "Fn::Sub" or not isinstance(text, str):
        return UNKNOWN

    def piece(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        found = template.resolve({"Fn::Sub": [f"${{{name}}}", values]})
        return text_of(found) or _UNRESOLVED_PIECE

    return _VARIABLE.sub(piece, text)


def _values(template: Template, workflow: Resource) -> tuple[dict[str, str] | None, frozenset[str]]:
    """Return the values of placeholders, and the names of those that cannot be resolved; None for none of them."""
    found = template.value(workflow, VALUES)
    if found is None:
        return {}, frozenset()
    if not isinstance(found, Mapping):
        return None, frozenset()
    texts = {str(name): text_of(value) for name, value in found.items()}
    return {name: text for name, text in texts.items() if text is not None}, frozenset(
        name for name, text in texts.items() if text is None
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text) if values else text


def _within(value: Any, values: Mapping[str, str], unknown: frozenset[str]) -> Any:
    """Return a value with placeholders in its texts filled in; a text with one that cannot be resolved is UNKNOWN."""
    if isinstance(value, Mapping):
        return {
            _filled(key, values) if isinstance(key, str) else key: _within(item, values, unknown)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_within(item, values, unknown) for item in value]
    if not isinstance(value, str):
        return value
    if "${" not in value and _UNRESOLVED_PIECE not in value:
        return value
    filled = _filled(value, values)
    return UNKNOWN if _UNRESOLVED_PIECE in filled or unknown & set(_PLACEHOLDER.findall(filled)) else filled


class _Reader:
    """A reader of the levels of a definition, with what does not fit into the language."""

    def __init__(self, place: str, raw: Mapping[str, Any]) -> None:
        self._place, self._raw = place, raw
        self._levels: list[Level] = []
        self._problems: list[Problem] = []
        self._names: set[str] = set()

    def definition(self) -> Definition:
        language = self._raw.get("QueryLanguage", "JSONPath")
        waiting: list[tuple[Any, str, State | None, int]] = [(self._raw, self._place, None, 0)]
        while waiting:
            raw, path, holder, depth = waiting.pop(0)
            own = mapping(raw)
            level = self._level(own, path, holder, str(own.get("QueryLanguage", language)))
            self._levels.append(level)
            for state in level.states.values():
                if depth < _DEEPEST:
                    waiting.extend((inner, at, state, depth + 1) for inner, at in inner_levels(state))
                elif any(inner_levels(state)):
                    self._wrong(state.path, f"a state in a depth of {depth}", f"at most {_DEEPEST}")
        for level in self._levels:
            self._problems.extend(_ways(level))
        return Definition(self._place, self._raw, tuple(self._levels), tuple(self._problems))

    def _wrong(self, path: str, found: str, wanted: str) -> None:
        self._problems.append((path, found, wanted))

    def _level(self, raw: Mapping[str, Any], path: str, holder: State | None, language: str) -> Level:
        states = raw.get("States")
        if not isinstance(states, Mapping) or not states:
            self._wrong(f"{path}.States", UNRESOLVED if states is not None else "none", "states by their names")
        level = Level(path, text_of(raw.get("StartAt")) or "", {}, holder, raw)
        for name, own in mapping(states).items():
            at = f"{path}.States.{name}"
            if not isinstance(own, Mapping) or own.get("Type") not in _KINDS:
                found = own.get("Type", "no type") if isinstance(own, Mapping) else own
                self._wrong(f"{at}.Type", UNRESOLVED if found is UNKNOWN else str(found), " or ".join(_KINDS))
                own = {**mapping(own), "Type": ""}
            if name in self._names:
                # https://states-language.net/spec.html#structure-of-a-state-machine
                self._wrong(at, "a second state of this name", "a name of its own")
            self._names.add(str(name))
            spoken = str(own.get("QueryLanguage", language))
            level.states[str(name)] = State(str(name), str(own["Type"]), own, at, level, spoken == _JSONATA)
        return level


def inner_levels(state: State) -> Iterator[tuple[Any, str]]:
    """Yield the state machines inside of a state, each with its path."""
    if state.kind == "Map":
        # `Iterator` is the older word. https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
        key = "ItemProcessor" if "ItemProcessor" in state.raw else "Iterator"
        yield state.raw.get(key), f"{state.path}.{key}"
    elif state.kind == "Parallel":
        for index, branch in enumerate(listed(state.raw.get("Branches"))):
            yield branch, f"{state.path}.Branches[{index}]"


def _ways(level: Level) -> Iterator[Problem]:
    """Yield ways to states that are not there, states that no way leads to, and those from which none leads on."""
    if level.states and level.start not in level.states:
        yield f"{level.path}.StartAt", level.start or "none", "a state of these"
    for state in level.states.values():
        for way in state.ways():
            if way.to not in level.states:
                yield way.path, f"{way.to or UNRESOLVED}, which is no state here", "a state of the same level"
        ends = state.raw.get("End") is True
        if state.kind in ("Succeed", "Fail"):
            continue
        if state.kind == "Choice":
            if not listed(state.raw.get("Choices")):
                yield f"{state.path}.Choices", "none", "rules that choose"
        elif ends == ("Next" in state.raw):
            yield f"{state.path}.Next", "both End and Next" if ends else "neither Next nor End", "one of them"
    reached = level.reached()
    for name, state in level.states.items():
        if name not in reached and level.start in level.states:
            yield state.path, "a state that no way leads to", "a way to it, or no such state"
