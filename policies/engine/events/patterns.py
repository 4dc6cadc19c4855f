"""Event patterns: what they ask of an event, in one form for all the ways to write it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

import json
import math
from collections.abc import Hashable, Mapping
from typing import Any

from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

Condition = tuple[str, Any]
# The fields of every event, from any source.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
_ALWAYS = ("version", "source", "detail-type", "account", "region", "id", "time")
_ANYTHING: tuple[Any, ...] = ({"prefix": ""}, {"suffix": ""}, {"wildcard": "*"}, {"exists": True})
# Matches every event but replayed ones.
_NOT_REPLAYED = [{"exists": False}]


def event_pattern(template: Template, resource: Resource) -> Any:
    """Return a rule's or archive's event pattern: an object, None without one, UNKNOWN if it cannot be resolved."""
    pattern = template.structure(template.value(resource, "EventPattern"))
    return pattern if pattern is None or isinstance(pattern, Mapping) else UNKNOWN


def written(value: Any) -> str:
    """Return a value as a finding shows it."""
    return json.dumps(value, default=str, ensure_ascii=False)


def condition(matchers: Any, whole: bool) -> Condition | None:
    """Return what a field's matchers ask, comparable; None if not understood. `whole`: for whole numbers only."""
    if not isinstance(matchers, list) or not matchers:
        return None
    if all(_is_scalar(one) for one in matchers):
        return _one_of(matchers, whole)
    if len(matchers) != 1 or not isinstance(matchers[0], Mapping) or len(matchers[0]) != 1:
        return None
    ((operator, operand),) = matchers[0].items()
    if operator == "numeric":
        return _range(operand, whole)
    if operator == "anything-but":
        values = operand if isinstance(operand, list) else [operand]
        return ("none of", _texts(values)) if values and all(map(_is_scalar, values)) else None
    return None


def likeness(value: Any) -> Hashable:
    """Return a key that two patterns share if they are equal."""
    if isinstance(value, Mapping):
        return frozenset((key, likeness(item)) for key, item in value.items())
    return tuple(likeness(item) for item in value) if isinstance(value, list) else value


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int | float)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return _is_number(value) and (isinstance(value, int) or value.is_integer())


def _texts(values: list[Any]) -> frozenset[str]:
    return frozenset(json.dumps(value) for value in values)


def _one_of(values: list[Any], whole: bool) -> Condition:
    if whole and all(map(_is_whole, values)):
        low, high = min(values), max(values)
        # By counting: the numbers between two ends may be too many to list.
        if len(set(values)) == int(high) - int(low) + 1:
            return "range", ((low, True), (high, True))
    return "one of", _texts(values)


def _range(terms: Any, whole: bool) -> Condition | None:
    """Return the bounds as (number, whether included)."""
    if not isinstance(terms, list) or not terms or len(terms) % 2:
        return None
    low, high = (-math.inf, True), (math.inf, True)
    for operator, number in zip(terms[::2], terms[1::2], strict=True):
        if operator not in (">", ">=", "<", "<=", "=") or not _is_number(number):
            return None
        if operator in (">", ">=", "="):
            low = (number + 1, True) if whole and operator == ">" else (number, operator != ">")
        if operator in ("<", "<=", "="):
            high = (number - 1, True) if whole and operator == "<" else (number, operator != "<")
    return "range", (low, high)


def left_out(template: Template, pattern: Mapping[str, Any], event: Mapping[str, str]) -> list[str]:
    """Return the keys of a pattern, `detail` aside, that may keep an event of our account out.

    A pattern that leaves out replayed events only is not among them.
    """
    event = {**event, "version": "0", "account": template.account}
    return [key for key, matchers in pattern.items() if key != "detail" and not _lets_in(key, matchers, event)]


def _lets_in(key: str, matchers: Any, event: Mapping[str, str]) -> bool:
    if not isinstance(matchers, list):
        return False
    if key == "replay-name":
        return matchers == _NOT_REPLAYED
    if key in _ALWAYS and any(one in _ANYTHING for one in matchers):
        return True
    value = event.get(key)
    return value is not None and any(one == value or _is_prefix(one, value) for one in matchers)


def _is_prefix(matcher: Any, value: str) -> bool:
    prefix = matcher.get("prefix") if isinstance(matcher, Mapping) and len(matcher) == 1 else None
    return isinstance(prefix, str) and value.startswith(prefix)
