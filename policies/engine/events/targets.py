"""What a rule's target gets of an event, and which targets feed a function from a bus.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import RuleTarget, invocation
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import BUS, MAPPING
from policies.engine.relations.flows import Handing, handed_on
from policies.engine.relations.places import places
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_WHOLE_EVENT = ("aws.events.event", "aws.events.event.json")
# Properties that never hold a function, and the protocols of subscriptions that may call one.
_NO_FUNCTION, _MAY_CALL = re.compile("deadletter|bucket|queue|streamarn", re.IGNORECASE), (None, "lambda", UNKNOWN)
_SHAPERS = ("Input", "InputPath", "InputTransformer")


def shapers(target: RuleTarget) -> list[str]:
    """Return the properties of a target that change what it gets."""
    return [name for name in _SHAPERS if target.raw.get(name) is not None]


def input_template(template: Template, target: RuleTarget) -> str:
    """Return the text of the input transformer's template; empty if there is none or it cannot be resolved."""
    transformer = template.resolve(target.raw.get("InputTransformer"))
    text = transformer.get("InputTemplate") if isinstance(transformer, dict) else None
    return text if isinstance(text, str) else ""


def carries_detail(template: Template, target: RuleTarget) -> bool:
    """Return whether the event's whole detail certainly arrives."""
    found = shapers(target)
    if not found:
        return True
    if found == ["InputPath"]:
        return template.text(target.raw["InputPath"]) in ("$", "$.detail")
    return found == ["InputTransformer"] and transforms_whole(template, target.raw["InputTransformer"])


def transforms_whole(template: Template, transformer: Any) -> bool:
    """Return whether an input transformer's output certainly holds the event's whole detail."""
    own = template.resolve(transformer)
    text, paths = (own.get("InputTemplate"), own.get("InputPathsMap", {})) if isinstance(own, dict) else (None, None)
    if not isinstance(text, str) or not isinstance(paths, dict):
        return False
    whole = {name for name, path in paths.items() if path in ("$", "$.detail")} | set(_WHOLE_EVENT)
    return bool(whole & set(re.findall(r"<([^<>]+)>", text)))


def strings_in(text: str) -> set[str]:
    """Return the constant strings of a template, such as a rule's name."""
    return set(re.findall(r'"([^"<>]*)"', text))


def feeders(template: Template, bus: Resource) -> Iterator[Finding]:
    """Yield what feeds a function with what reaches the bus, or may: its rules' targets, and readers of the others."""
    wanted = f"nothing that feeds a function from {template.name(bus)}"
    for one in handed_on(template, bus):
        if _feeds(template, one) or template.by_arn(one.text, BUS):
            yield Finding(one.owner.logical_id, one.path, one.text or UNRESOLVED, wanted)


def _feeds(template: Template, one: Handing) -> bool:
    """Return whether a handing on reaches a function; what cannot be resolved may, and a mapping always does."""
    if one.text is None:
        return not _NO_FUNCTION.search(one.path) and _protocol(template, one) in _MAY_CALL
    called = ":lambda:" in one.text or invocation(template, one.text) is not None
    return called or (one.owner.type == MAPPING and one.path == "FunctionName")


def _protocol(template: Template, one: Handing) -> Any:
    """Return the protocol of the subscription that hands on, None if it is none."""
    path = one.path.removesuffix("Endpoint") + "Protocol"
    return dict(places(template, one.owner, re.sub(r"\[\d+\]", "[]", path))).get(path)
