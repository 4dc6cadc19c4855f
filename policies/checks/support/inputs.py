"""What of an event a rule's target gets.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import re

from support.intrinsics import UNKNOWN
from support.template import Template
from support.wiring import RuleTarget

_WHOLE_EVENT = ("aws.events.event", "aws.events.event.json")
_SHAPERS = ("Input", "InputPath", "InputTransformer")


def shapers(target: RuleTarget) -> list[str]:
    """The properties of a target that change what it gets."""
    return [name for name in _SHAPERS if target.raw.get(name) is not None]


def input_template(template: Template, target: RuleTarget) -> str:
    """The text of the input transformer's template; empty if there is none or it cannot be told."""
    transformer = template.resolve(target.raw.get("InputTransformer"))
    text = transformer.get("InputTemplate") if isinstance(transformer, dict) else None
    return text if isinstance(text, str) else ""


def carries_detail(template: Template, target: RuleTarget) -> bool:
    """Whether the event's whole detail surely arrives."""
    found = shapers(target)
    if not found:
        return True
    if found == ["InputPath"]:
        return template.text(target.raw["InputPath"]) in ("$", "$.detail")
    if found != ["InputTransformer"]:
        return False
    transformer = template.resolve(target.raw["InputTransformer"])
    paths = transformer.get("InputPathsMap", {}) if isinstance(transformer, dict) else UNKNOWN
    if not isinstance(paths, dict):
        return False
    whole = {name for name, path in paths.items() if path in ("$", "$.detail")} | set(_WHOLE_EVENT)
    return bool(whole & set(re.findall(r"<([^<>]+)>", input_template(template, target))))


def strings_in(text: str) -> set[str]:
    """The constant strings of a template, such as a rule's name."""
    return set(re.findall(r'"([^"<>]*)"', text))
