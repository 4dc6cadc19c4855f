"""New names for the parts of a template, with all that refers to them inside of it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.engine.template.intrinsics import is_function

# A variable of Fn::Sub: what precedes the name, the name, what follows it. `${!Literal}` is none.
_VARIABLE = re.compile(r"\$\{(\s*)([^!}.\s][^}.\s]*)([^}]*)\}")
# Each stack has its own: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html
_OF_A_STACK = ("AWS::StackName", "AWS::StackId")


@dataclass(frozen=True)
class Names:
    """New names by old ones: of resources and parameters, which share one space, of conditions and of mappings.

    `suffix` is given to what has no name yet, and to a mapping's name that is an expression: then all mappings of the
    template have it. `stack` is given to the pseudo parameters of the stack.
    """

    ids: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""
    stack: str = ""

    def of_resource(self, body: Any) -> Any:
        """Return the body of a resource, or of an output, with the new names."""
        found = self.of(body)
        if not isinstance(found, dict) or is_function(body):
            return found
        if isinstance(body.get("Condition"), str):
            found["Condition"] = _new(self.conditions, body["Condition"])
        waits = body.get("DependsOn")
        if isinstance(waits, str):
            found["DependsOn"] = _new(self.ids, waits)
        elif isinstance(waits, list):
            found["DependsOn"] = [_new(self.ids, one) if isinstance(one, str) else self.of(one) for one in waits]
        return found

    def of_condition(self, value: Any) -> Any:
        """Return an expression of the sections Conditions and Rules with the new names."""
        if isinstance(value, list):
            return [self.of_condition(item) for item in value]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("Condition"), str) and len(value) == 1:
            return {"Condition": _new(self.conditions, value["Condition"])}
        if _function_of(value) in _BY_FUNCTION:
            return self.of(value)
        return {key: self.of_condition(item) for key, item in value.items()}

    def of(self, value: Any) -> Any:
        """Return a value with the new names in its intrinsic functions."""
        if isinstance(value, list):
            return [self.of(item) for item in value]
        if not isinstance(value, dict):
            return value
        rename = _BY_FUNCTION.get(_function_of(value))
        if rename is None:
            return {key: self.of(item) for key, item in value.items()}
        ((key, argument),) = value.items()
        return rename(self, key, argument)

    def _ref(self, key: str, argument: Any) -> Any:
        if isinstance(argument, str) and argument in _OF_A_STACK and self.stack:
            return {"Fn::Sub": self._stack(argument)}
        return {key: _new(self.ids, argument) if isinstance(argument, str) else self.of(argument)}

    def _stack(self, pseudo: str) -> str:
        return f"${{{pseudo}}}{self.stack}"

    def _attribute(self, key: str, argument: Any) -> Any:
        if isinstance(argument, str):
            name, dot, attribute = argument.partition(".")
            return {key: f"{_new(self.ids, name)}{dot}{attribute}"}
        if isinstance(argument, list) and argument and isinstance(argument[0], str):
            return {key: [_new(self.ids, argument[0]), *self.of(argument[1:])]}
        return {key: self.of(argument)}

    def _if(self, key: str, argument: Any) -> Any:
        if isinstance(argument, list) and argument and isinstance(argument[0], str):
            return {key: [_new(self.conditions, argument[0]), *self.of(argument[1:])]}
        return {key: self.of(argument)}

    def _find_in_map(self, key: str, argument: Any) -> Any:
        if not isinstance(argument, list) or not argument:
            return {key: self.of(argument)}
        name = argument[0]
        if isinstance(name, str):
            named: Any = _new(self.mappings, name)
        else:
            named = {"Fn::Join": ["", [self.of(name), self.suffix]]}
        return {key: [named, *self.of(argument[1:])]}

    def _sub(self, key: str, argument: Any) -> Any:
        if isinstance(argument, str):
            return {key: self._text(argument, {})}
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str):
            own = argument[1] if isinstance(argument[1], dict) else {}
            # The names of variables are no logical ids.
            variables = {name: self.of(item) for name, item in own.items()} if own else argument[1]
            return {key: [self._text(argument[0], own), variables]}
        return {key: self.of(argument)}

    def _text(self, text: str, variables: Mapping[str, Any]) -> str:
        def replace(match: re.Match[str]) -> str:
            before, name, after = match.groups()
            if f"{name}{after}".strip() in variables:
                return match[0]
            if name in _OF_A_STACK and self.stack:
                return self._stack(name)
            return f"${{{before}{_new(self.ids, name)}{after}}}"

        return _VARIABLE.sub(replace, text)


_BY_FUNCTION: Mapping[str | None, Callable[[Names, str, Any], Any]] = {
    "Ref": Names._ref,
    "Fn::GetAtt": Names._attribute,
    "Fn::ValueOf": Names._attribute,
    "Fn::If": Names._if,
    "Fn::FindInMap": Names._find_in_map,
    "Fn::Sub": Names._sub,
}


def _function_of(value: dict[str, Any]) -> str | None:
    return next(iter(value)) if is_function(value) else None


def _new(names: Mapping[str, str], name: str) -> str:
    return names.get(name, name)


def has_computed_map(value: Any) -> bool:
    """Return whether a value names a mapping by an expression, at any depth."""
    if isinstance(value, list):
        return any(map(has_computed_map, value))
    if not isinstance(value, dict):
        return False
    named = value.get("Fn::FindInMap") if is_function(value) else None
    computed = isinstance(named, list) and bool(named) and not isinstance(named[0], str)
    return computed or any(map(has_computed_map, value.values()))
