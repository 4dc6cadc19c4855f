"""What an expression says for certain although a deployment chooses a part of it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/parameters-section-structure.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.regions import CHOSEN
from policies.engine.template.intrinsics import UNKNOWN, Resolver, Sources, is_function, text_of

# Functions whose arguments are names.
_NAMING = ("Ref", "Fn::GetAtt", "Fn::FindInMap")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/parameters-section-structure.html#parameters-section-syntax
_LISTS = ("List<", "CommaDelimitedList")
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}|\{\{resolve:[^}]*\}\}")


class Outliner(Resolver):
    """A resolver that leaves what it does not know inside of texts, as `${Parameter}`; with `defaults`, theirs."""

    # No text has it.
    _marker = "\0{{"

    def __init__(self, sources: Sources, parameters: Mapping[str, Any], defaults: bool = False) -> None:
        super().__init__(sources)
        self._parameters, self._defaults = parameters, defaults
        self._functions["Fn::ImportValue"] = self._import

    def _ref(self, target: Any) -> Any:
        known = super()._ref(target)
        own = self._parameters.get(target) if known is UNKNOWN and isinstance(target, str) else None
        if not isinstance(own, Mapping):
            return known
        default = _first(own) if self._defaults else None
        return f"${{{target}}}" if default is None else default

    def _import(self, argument: Any) -> Any:
        name = text_of(self.resolve(argument))
        return UNKNOWN if name is None else f"${{Fn::ImportValue {name}}}"


def _first(parameter: Mapping[str, Any]) -> Any:
    """Return a parameter's default, or the first value that it may have; several of one that is a list."""
    allowed = parameter.get("AllowedValues")
    first = parameter.get("Default", allowed[0] if isinstance(allowed, list) and allowed else None)
    text = text_of(first)
    if text is not None and str(parameter.get("Type")).startswith(_LISTS):
        return [item.strip() for item in text.split(",")]
    return text


def branches(expression: Any) -> Iterator[Any]:
    """Yield what an expression may be: each branch of an Fn::If, at its top, or the expression itself."""
    own = expression.get("Fn::If") if is_function(expression) else None
    if isinstance(own, list) and len(own) == 3:
        yield from branches(own[1])
        yield from branches(own[2])
    else:
        yield expression


def literals(expression: Any) -> Iterator[str]:
    """Yield the texts that an expression writes out: not the names of parameters, resources, conditions and maps."""
    if isinstance(expression, str):
        yield expression
    elif isinstance(expression, list):
        for item in expression:
            yield from literals(item)
    elif isinstance(expression, dict):
        for key, item in expression.items():
            if is_function(expression) and key in _NAMING:
                continue
            yield from literals(item[1:] if key == "Fn::If" and isinstance(item, list) else item)


def masked(text: str, parameters: Mapping[str, Any]) -> str:
    """Return a text with CHOSEN for what a deployment chooses, and `x` for other variables."""
    if "{" not in text:
        return text

    def mask(match: re.Match[str]) -> str:
        name = match[1] or ""
        return CHOSEN if match[1] is None or name in parameters or name.startswith("Fn::") else "x"

    return _PLACEHOLDER.sub(mask, text)
