"""The conditions of a template that are constant by what the policies take as given.

Given are constants, mappings, the region, the account, the partition, and parameters with one allowed value.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from policies.engine.template.intrinsics import DYNAMIC, is_function, text_of

Outline = Callable[[Any], Any]
NO_VALUE_REF = {"Ref": "AWS::NoValue"}
# What AWS::NoValue removes.
GONE = object()


class Conditions:
    """The conditions by name; `outline` resolves an expression to a text with placeholders for what is unknown."""

    def __init__(self, declared: Mapping[str, Any], parameters: Mapping[str, Any], outline: Outline) -> None:
        self._declared, self._parameters, self._outline = declared, parameters, outline
        self._known: dict[str, bool | None] = {}

    def holds(self, name: Any) -> bool | None:
        """Return whether a condition certainly holds, or certainly does not; None if that cannot be resolved."""
        if not isinstance(name, str) or name not in self._declared:
            return None
        if name not in self._known:
            # Set first, so that a condition that refers to itself ends.
            self._known[name] = None
            self._known[name] = self._value(self._declared[name])
        return self._known[name]

    def constant(self) -> tuple[tuple[str, bool], ...]:
        """Return the conditions that are constant, and what they are."""
        found = {name: self.holds(name) for name in self._declared}
        return tuple((name, value) for name, value in found.items() if value is not None)

    def _value(self, expression: Any) -> bool | None:
        if not isinstance(expression, Mapping) or len(expression) != 1:
            return None
        ((key, argument),) = expression.items()
        items = argument if isinstance(argument, list) else []
        match key:
            case "Condition":
                return self.holds(argument)
            case "Fn::Equals" if len(items) == 2:
                return self._equal(items[0], items[1])
            case "Fn::Not" if len(items) == 1:
                value = self._value(items[0])
                return None if value is None else not value
            case "Fn::And" if items:
                return _all([self._value(item) for item in items])
            case "Fn::Or" if items:
                none = _all([None if value is None else not value for value in map(self._value, items)])
                return None if none is None else not none
            case _:
                return None

    def _equal(self, one: Any, other: Any) -> bool | None:
        texts = [text_of(self._outline(value)) for value in (one, other)]
        first, second = texts
        if first is None or second is None:
            return None
        if first == second:
            return True
        if _is_certain(first) and _is_certain(second):
            return False
        return False if self._excludes(first, second) or self._excludes(second, first) else None

    def _excludes(self, placeholder: str, text: str) -> bool:
        """Return whether a placeholder is a parameter that may not have the value."""
        own = self._parameters.get(placeholder.removeprefix("${").removesuffix("}"))
        allowed = own.get("AllowedValues") if isinstance(own, Mapping) else None
        plain = isinstance(own, Mapping) and own.get("Type") in ("String", "Number")
        return plain and isinstance(allowed, list) and _is_certain(text) and text not in map(text_of, allowed)


def _all(values: list[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _is_certain(text: str) -> bool:
    return "${" not in text and DYNAMIC not in text


def settled(value: Any, holds: Callable[[Any], bool | None]) -> Any:
    """Return a value without what AWS::NoValue removes, GONE itself; of a constant Fn::If, the branch that is taken."""
    if isinstance(value, list):
        return [item for item in (settled(item, holds) for item in value) if item is not GONE]
    if not isinstance(value, dict):
        return value
    if value == NO_VALUE_REF:
        return GONE
    if is_function(value):
        ((key, argument),) = value.items()
        return _settled_function(key, argument, holds)
    items = {key: settled(item, holds) for key, item in value.items()}
    return {key: item for key, item in items.items() if item is not GONE}



def _settled_function(key: str, argument: Any, holds: Callable[[Any], bool | None]) -> Any:
    """Return a function with its arguments settled; they keep their places."""
    if not isinstance(argument, list):
        return {key: settled(argument, holds)} if isinstance(argument, dict) and argument != NO_VALUE_REF else {key: argument}
    if key == "Fn::If" and len(argument) == 3:
        known = holds(argument[0])
        branches = [settled(branch, holds) for branch in argument[1:]]
        if known is not None:
            return branches[0 if known else 1]
        if branches[0] is GONE and branches[1] is GONE:
            return GONE
        argument = [argument[0], *branches]
    else:
        argument = [settled(item, holds) for item in argument]
    return {key: [NO_VALUE_REF if item is GONE else item for item in argument]}


def needs_settling(body: Any) -> bool:
    """Return whether a resource's body has a condition, an Fn::If or AWS::NoValue."""
    if isinstance(body, Mapping) and "Condition" in body:
        return True
    values = [body]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            if "Fn::If" in value or value == NO_VALUE_REF:
                return True
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)
    return False
