"""Whether a flag is on or off, and how a finding shows a property."""

from typing import Any

from policies.engine.finding import UNRESOLVED
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.template import Template


def is_true(template: Template, expression: Any) -> bool:
    """Return whether a flag is certainly true; CloudFormation also takes the text "true"."""
    value = template.resolve(expression)
    return value is True or (isinstance(value, str) and value.lower() == "true")


def is_off(value: Any) -> bool:
    """Return whether a resolved flag is certainly false, or not set, which is AWS's off."""
    return value in (None, False, "false")


def shown(template: Template, expression: Any) -> str:
    """Return a property as a finding shows it."""
    value = template.resolve(expression)
    return UNRESOLVED if value is UNKNOWN else "missing" if expression is None else str(value)


def listed(value: Any) -> tuple[Any, ...]:
    """Return one value or a list of values as a tuple; nothing gives an empty one."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)
