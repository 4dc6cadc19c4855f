"""A resolver of the intrinsic functions that the CDK writes; what cannot be resolved from the template is UNKNOWN.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.engine.finding import UNRESOLVED

NO_VALUE = object()
# A value that CloudFormation reads from another service at deployment.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
DYNAMIC = "{{resolve:"
# Types that may hold expressions; a union would be made anew at each check.
NESTED = (dict, list)
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_NAMES = re.compile(r"\$\{([A-Za-z0-9]+)[.}]")
# The largest template that CloudFormation accepts: a longer text comes from names that double each other.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
_LONGEST = 1_048_576


class Unknown:
    """The value of an expression that only CloudFormation can resolve: it is there, and unequal to everything."""

    def __repr__(self) -> str:
        return UNRESOLVED

    def __eq__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return 0


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Reference:
    """A resource's attribute whose value is made at deployment; written `${LogicalId.Attribute}` inside a text."""

    logical_id: str
    attribute: str = ""

    def __str__(self) -> str:
        return f"${{{self.logical_id}.{self.attribute}}}" if self.attribute else f"${{{self.logical_id}}}"


@dataclass(frozen=True)
class Sources:
    """What a resolver asks: about resources (UNKNOWN for anything else), and whether a condition holds."""

    ref: Callable[[str], Any]
    attribute: Callable[[str, str], Any]
    holds: Callable[[Any], bool | None]
    pseudo: Mapping[str, str]
    mappings: Mapping[str, Any]
    # Whether AWS::LanguageExtensions is among the macros.
    extended: bool = False


class Resolver:
    """A resolver; `recognized` may know the value of a function that cannot be resolved."""

    # A text with it cannot be resolved.
    _marker = DYNAMIC

    def __init__(self, sources: Sources, recognized: Callable[[Any], Any] = lambda _: UNKNOWN) -> None:
        self._sources, self._recognized = sources, recognized
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Join": self._join,
            "Fn::Sub": self._sub,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
        }
        if sources.extended:
            self._functions.update({"Fn::Length": self._length, "Fn::ToJsonString": self._to_json})

    def resolve(self, expression: Any) -> Any:
        """Return a plain value, a Reference, a text with names and ARNs filled in, or UNKNOWN."""
        if isinstance(expression, list):
            return [item for item in map(self.resolve, expression) if item is not NO_VALUE]
        if not isinstance(expression, dict):
            return self._scalar(expression)
        if is_function(expression):
            ((key, argument),) = expression.items()
            value = self._functions[key](argument) if key in self._functions else UNKNOWN
            return self._recognized(expression) if value is UNKNOWN else value
        # Most of a template are scalars: asking first saves a call for each.
        marker = self._marker
        resolved = {
            key: self.resolve(value)
            if isinstance(value, NESTED) or (isinstance(value, str) and marker in value)
            else value
            for key, value in expression.items()
        }
        return {key: value for key, value in resolved.items() if value is not NO_VALUE}

    def _scalar(self, value: Any) -> Any:
        return UNKNOWN if isinstance(value, str) and self._marker in value else value

    def _built(self, text: str) -> Any:
        """Return a text that a function has built."""
        return self._scalar(text) if len(text) <= _LONGEST else UNKNOWN

    def _ref(self, target: Any) -> Any:
        if not isinstance(target, str):
            return UNKNOWN
        if target == "AWS::NoValue":
            return NO_VALUE
        if target in self._sources.pseudo:
            return self._scalar(self._sources.pseudo[target])
        # A parameter's default is not its value: a deployment may choose another, unless only one is allowed.
        return self._sources.ref(target)

    def _get_att(self, argument: Any) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, str) for part in parts):
            return UNKNOWN
        return self._sources.attribute(parts[0], parts[1])

    def _join(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
            return UNKNOWN
        parts = self.resolve(argument[1])
        if not isinstance(parts, list):
            return UNKNOWN
        texts = [text_of(part) for part in parts]
        return UNKNOWN if None in texts else self._built(argument[0].join(str(text) for text in texts))

    def _sub(self, argument: Any) -> Any:
        pair = isinstance(argument, list) and len(argument) == 2
        text, variables = argument if pair else (argument, dict[str, Any]())
        if not isinstance(text, str) or not isinstance(variables, Mapping):
            return UNKNOWN
        values: list[str | None] = []

        def replace(match: re.Match[str]) -> str:
            name = match.group(1)
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            values.append(self._variable(name.strip(), variables))
            return values[-1] or ""

        # The text after the last brace is not searched again for every variable that does not end.
        end = text.rfind("}") + 1
        replaced = _VARIABLE.sub(replace, text[:end]) + text[end:]
        return UNKNOWN if None in values else self._built(replaced)

    def _variable(self, name: str, variables: Mapping[str, Any]) -> str | None:
        if name in variables:
            return text_of(self.resolve(variables[name]))
        return text_of(self._ref(name) if "." not in name else self._get_att(name))

    def _select(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) != 2:
            return UNKNOWN
        index, items = self.resolve(argument[0]), self.resolve(argument[1])
        number = str(index)
        # Longer than any list: not made a number at all.
        known = isinstance(items, list) and number.isdecimal() and len(number) < 9 and int(number) < len(items)
        return items[int(number)] if known else UNKNOWN

    def _split(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
            return UNKNOWN
        text = text_of(self.resolve(argument[1]))
        return text.split(argument[0]) if text is not None and argument[0] else UNKNOWN

    def _find_in_map(self, argument: Any) -> Any:
        """Return a value of the template's Mappings, if its keys can be resolved."""
        keys, default = self._keys_and_default(argument)
        if len(keys) != 3 or not all(isinstance(key, str) for key in keys):
            return UNKNOWN
        value: Any = self._sources.mappings
        for key in keys:
            # A macro may add anything beside what is written.
            if not isinstance(value, Mapping) or "Fn::Transform" in value:
                return UNKNOWN
            if key not in value:
                return default
            value = value[key]
        return UNKNOWN if isinstance(value, Mapping) else self.resolve(value)

    def _keys_and_default(self, argument: Any) -> tuple[list[Any], Any]:
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-findinmap-enhancements.html"""
        items = self.resolve(argument)
        if not isinstance(items, list):
            return [], UNKNOWN
        if self._sources.extended and len(items) == 4 and isinstance(items[3], Mapping):
            return items[:3], items[3].get("DefaultValue", UNKNOWN)
        return items, UNKNOWN

    def _length(self, argument: Any) -> Any:
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-length.html"""
        items = self.resolve(argument)
        return len(items) if isinstance(items, list) else UNKNOWN

    def _to_json(self, argument: Any) -> Any:
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ToJsonString.html"""
        value = self.resolve(argument)
        if not isinstance(value, NESTED) or _has_unknown(value):
            return UNKNOWN
        return self._built(json.dumps(value, default=str))

    def _if(self, argument: Any) -> Any:
        """Return the branch that is taken, or what both branches resolve to; UNKNOWN if they differ."""
        if not isinstance(argument, list) or len(argument) != 3:
            return UNKNOWN
        holds = self._sources.holds(argument[0])
        if holds is not None:
            return self.resolve(argument[1 if holds else 2])
        one, other = self.resolve(argument[1]), self.resolve(argument[2])
        # By their texts: to Python True is 1.
        return one if repr(one) == repr(other) else UNKNOWN


def _has_unknown(value: Any) -> bool:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is UNKNOWN or any(map(_has_unknown, items))


def is_function(value: Any) -> bool:
    """Return whether a value is an intrinsic function such as {"Ref": ...}."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    key = next(iter(value))
    return isinstance(key, str) and (key == "Ref" or key.startswith("Fn::"))


def text_of(value: Any) -> str | None:
    """Return a resolved value as text; None if it is unknown or not a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | Reference) else None


def referred(value: Any) -> Iterator[str]:
    """Yield every id or pseudo parameter that Ref, Fn::GetAtt or Fn::Sub names in the value, at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from referred(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            first = str(item[0] if isinstance(item, list) and item else item)
            if key in ("Ref", "Fn::GetAtt"):
                yield first.split(".")[0]
            elif key == "Fn::Sub":
                yield from _NAMES.findall(first)
            yield from referred(item)


def only_values(parameters: Any) -> dict[str, str]:
    """Return the values of the parameters that a deployment cannot choose: only one is allowed.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/parameters-section-structure.html
    """
    found: dict[str, str] = {}
    for name, own in parameters.items() if isinstance(parameters, Mapping) else ():
        if not isinstance(own, Mapping):
            continue
        allowed = own.get("AllowedValues")
        # Other types are lists, or the name of what holds the value.
        if own.get("Type") in ("String", "Number") and isinstance(allowed, list) and len(allowed) == 1:
            only = text_of(allowed[0])
            if only is not None:
                found[name] = only
    return found
