"""The cases of a template that nobody has deployed yet: its parameters at their defaults, and each condition turned.

Values that a mapping has for each region are those of one region. A resource under a condition, or a branch of an
Fn::If, is judged where it is there, so nothing hides behind a default.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, islice
from typing import Any

from policies.engine.regions import named
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import mapping
from policies.engine.template.template import Template, with_mark

# Turned one by one, and two by two where they meet in a resource; each case is a judgement of its own.
MOST = 24
# The region that most mappings have.
_FIRST = "us-east-1"
# Types whose default is a list, or the name of what holds the value.
_NOT_TEXTS = ("List<", "CommaDelimitedList", "AWS::SSM::")
_CONSTANT = {True: {"Fn::Equals": ["1", "1"]}, False: {"Fn::Equals": ["1", "0"]}}
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """A document whose conditions are all constant; `when` says which of them are turned, empty for the defaults."""

    document: dict[str, Any] = field(repr=False)
    when: str = ""


@dataclass(frozen=True)
class Cases:
    """The cases, the defaults first; the parameters that stand at their defaults; how many cases were left out."""

    every: tuple[Case, ...]
    defaults: Mapping[str, str]
    left_out: int = 0


def cases_of(document: Document, kinds: Collection[str] | None = None) -> Cases:
    """Return the cases of a template; with `kinds`, those alone that matter to resources of these types."""
    values = _defaults(document)
    # What is known of bodies, for all cases: they share them.
    bodies: dict[Any, Any] = {}
    placed = _placed(document)
    base, holds = _decided(placed, values, {}, {}, bodies)
    turned = list(_turned(document, holds, kinds))
    made = tuple(
        Case(_decided(placed, {**values, **_values(document, turn)}, {**holds, **turn}, turn, bodies)[0], _when(turn))
        for turn in islice(turned, MOST)
    )
    used = _referred(document)
    shown = {name: value for name, value in values.items() if name in used}
    return Cases((Case(base), *made), shown, max(0, len(turned) - MOST))


def _placed(document: Document) -> Document:
    """Return the document in a region where its mappings are by region: in one of theirs, the values are known."""
    keys = [str(key) for one in mapping(document.get("Mappings")).values() for key in mapping(one)]
    regions = [key for key in keys if named(key) == {key}]
    return with_mark(document, Region=_FIRST if _FIRST in regions else regions[0]) if regions else document


def _defaults(document: Document) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, own in mapping(document.get("Parameters")).items():
        value = text_of(mapping(own).get("Default"))
        if value is not None and not str(mapping(own).get("Type", "")).startswith(_NOT_TEXTS):
            found[name] = value
    return found


def _decided(
    document: Document,
    values: Mapping[str, str],
    known: Mapping[str, bool],
    fixed: Mapping[str, bool],
    bodies: dict[Any, Any],
) -> tuple[dict[str, Any], dict[str, bool]]:
    """Return the document with parameters of one value and constant conditions, and what these are.

    What the parameters leave open is as `known`, else false; the `fixed` ones are as they say, whatever follows.
    """
    parameters = {
        name: {**mapping(own), "Type": "String", "AllowedValues": [values[name]]} if name in values else own
        for name, own in mapping(document.get("Parameters")).items()
    }
    declared = {**mapping(document.get("Conditions"))} | {name: _CONSTANT[one] for name, one in fixed.items()}
    made = {**document, "Parameters": parameters, "Conditions": declared}
    template = Template(made, bodies)
    open_ones = [name for name in declared if template.condition(name) is None]
    while open_ones:
        # One after the other: those that name it may follow from it.
        declared[open_ones[0]] = _CONSTANT[known.get(open_ones[0], False)]
        template = Template(made, bodies)
        open_ones = [name for name in open_ones[1:] if template.condition(name) is None]
    return made, {name: bool(template.condition(name)) for name in declared}


def _turned(document: Document, holds: Mapping[str, bool], kinds: Collection[str] | None) -> Iterator[dict[str, bool]]:
    """Yield what is turned in each case: one condition, two that meet in a resource, and all that do not hold."""
    template = Template(document)
    constant = {name for name in holds if template.condition(name) is not None}
    resources = mapping(document.get("Resources")).values()
    bodies = [_conditions_in(one) for one in map(mapping, resources) if kinds is None or one.get("Type") in kinds]
    used = [name for name in dict.fromkeys(one for own in bodies for one in own) if name in holds]
    open_ones = [name for name in used if name not in constant]
    yield from ({name: not holds[name]} for name in open_ones)
    together = dict.fromkeys(open_ones, True)
    if len(open_ones) > 1 and sum(not holds[name] for name in open_ones) > 1:
        yield together
    pairs = (pair for own in bodies for pair in combinations([one for one in own if one in open_ones], 2))
    for pair in dict.fromkeys(pairs):
        turn = {name: not holds[name] for name in pair}
        if turn != together:
            yield turn


def _conditions_in(body: Mapping[str, Any]) -> list[str]:
    """Return the conditions that a resource's body names."""
    found: dict[str, None] = {}
    waiting = [body.get("Properties")]
    if isinstance(body.get("Condition"), str):
        found[body["Condition"]] = None
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            branch = one.get("Fn::If")
            if isinstance(branch, list) and branch and isinstance(branch[0], str):
                found[branch[0]] = None
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return list(found)


def _values(document: Document, turn: Mapping[str, bool]) -> dict[str, str]:
    """Return the parameters' values with which conditions turn: what they must equal, else a name for any other."""
    found: dict[str, str] = {}
    declared = mapping(document.get("Conditions"))
    for name, holds in turn.items():
        expression, wanted = declared.get(name), holds
        while isinstance(inner := mapping(expression).get("Fn::Not"), list) and len(inner) == 1:
            expression, wanted = inner[0], not wanted
        equal = expression.get("Fn::Equals") if isinstance(expression, Mapping) else None
        for parameter in _parameters_of(document, expression, set()):
            found.setdefault(parameter, f"${{{parameter}}}")
        if wanted and isinstance(equal, list) and len(equal) == 2:
            for one, other in (equal, equal[::-1]):
                text = text_of(other)
                parameter = mapping(one).get("Ref")
                if isinstance(parameter, str) and parameter in found and text is not None:
                    found[parameter] = text
    return found


def _parameters_of(document: Document, expression: Any, seen: set[str]) -> Iterator[str]:
    """Yield the parameters that a condition rests on."""
    parameters, declared = mapping(document.get("Parameters")), mapping(document.get("Conditions"))
    many = expression if isinstance(expression, list) else []
    for key, value in expression.items() if isinstance(expression, Mapping) else enumerate(many):
        if key == "Ref" and isinstance(value, str) and value in parameters:
            yield str(value)
        elif key == "Condition" and isinstance(value, str) and value not in seen:
            yield from _parameters_of(document, declared.get(value), {*seen, value})
        else:
            yield from _parameters_of(document, value, seen)


def _referred(document: Document) -> set[str]:
    """Return what resources and conditions refer to, by Ref or in the text of an Fn::Sub."""
    found: set[str] = set()
    waiting: list[Any] = [document.get("Resources"), document.get("Conditions")]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            if isinstance(one.get("Ref"), str):
                found.add(one["Ref"])
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, str) and "${" in one:
            found.update(part.partition("}")[0] for part in one.split("${")[1:])
    return found


def _when(turn: Mapping[str, bool]) -> str:
    return " and ".join(f"{name} {'holds' if holds else 'does not hold'}" for name, holds in turn.items())
