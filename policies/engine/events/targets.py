"""What a rule's target gets of an event, and which targets feed a function from a bus.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import RuleTarget, rules_on, targets_of
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import BUS, MAPPING, SUBSCRIPTION
from policies.engine.template.template import Resource, Template

_WHOLE_EVENT = ("aws.events.event", "aws.events.event.json")
_SHAPERS = ("Input", "InputPath", "InputTransformer")
# Resources that pass events on: the property with their source, and the one with their target.
_READERS = {
    MAPPING: ("EventSourceArn", "FunctionName"),
    "AWS::Logs::SubscriptionFilter": ("LogGroupName", "DestinationArn"),
    SUBSCRIPTION: ("TopicArn", "Endpoint"),
}


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
    """Yield the targets of the bus's rules that feed a function, or may; and readers of what the others receive."""
    wanted = f"nothing that feeds a function from {template.name(bus)}"
    reached: set[Resource | None] = set()
    for rule in rules_on(template, bus):
        for target in targets_of(rule):
            arn = template.text(target.raw.get("Arn"))
            reached.add(template.target_of(arn))
            if arn is None or ":lambda:" in arn or template.by_arn(arn, BUS):
                yield Finding(rule.logical_id, f"{target.path}.Arn", arn or UNRESOLVED, wanted)
    for reader in template.of_type(*_READERS):
        source, to = _READERS[reader.type]
        called = template.text(reader.properties.get(to))
        from_bus = template.target_of(reader.properties.get(source))
        if from_bus in reached and from_bus and (called is None or reader.type == MAPPING or ":lambda:" in called):
            yield Finding(reader.logical_id, to, called or UNRESOLVED, wanted)
