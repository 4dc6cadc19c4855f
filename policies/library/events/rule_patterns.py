"""The wanted rules are enabled on a bus, each with the pattern that its requirement asks for.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from policies.engine.events.patterns import condition, event_pattern, left_out, likeness, written
from policies.engine.events.rules import is_enabled, rule_id
from policies.engine.events.wiring import bus_of, rules_on
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import RULE
from policies.engine.policy import Policy
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown

Detail = Mapping[str, Any]


class RulePatterns(Policy):
    scope = (RULE,)

    def judged(self, template: Template, parameters: dict[str, Any]) -> list[Resource]:
        bus = parameters["parts"].bus(parameters["bus"])
        return rules_on(template, bus) if bus else []

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        part, wanted = parameters["bus"], filled(parameters["rules"], parameters.get("values", {}))
        bus = parameters["parts"].bus(part)
        if not bus:
            yield Finding(TEMPLATE, "Resources", f"no {part} bus", f"{len(wanted)} rules on the {part} bus")
            return
        for name, detail in wanted.items():
            yield from self._wanted_rule(template, bus, name, detail, parameters)
        alike: dict[Hashable, list[Resource]] = {}
        for rule in rules_on(template, bus):
            alike.setdefault(likeness(event_pattern(template, rule)), []).append(rule)
        for rule in rules_on(template, bus):
            if rule_id(template, rule) not in wanted:
                yield from _content_of_its_own(template, rule, alike)
        for rule in rules_on(template, bus):
            if rule.properties.get("ScheduleExpression") is not None:
                found = shown(template, rule.properties["ScheduleExpression"])
                yield Finding(rule.logical_id, "ScheduleExpression", found, "none: match content, not a schedule")
        for rule in template.of_type(RULE):
            if not is_enabled(template, rule):
                yield Finding(rule.logical_id, "State", str(template.value(rule, "State")), "ENABLED")

    def _wanted_rule(
        self, template: Template, bus: Resource, name: str, detail: Detail, parameters: dict[str, Any]
    ) -> Iterator[Finding]:
        if any(not list(pattern_problems(template, rule, detail, parameters)) for rule in rules_on(template, bus)):
            return
        named = [rule for rule in template.of_type(RULE) if rule_id(template, rule) == name]
        if not named:
            wanted = f"a rule {name} with {written(detail)}"
            yield Finding(TEMPLATE, "Resources", f"no such rule on the bus {template.name(bus)}", wanted)
        for rule in named:
            if bus_of(template, rule) is not bus:
                found = template.text(rule.properties.get("EventBusName")) or "the default bus, or unknown"
                yield Finding(rule.logical_id, "EventBusName", found, template.name(bus))
            yield from pattern_problems(template, rule, detail, parameters)


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """Return the value with every text `$name` replaced by its value."""
    if isinstance(value, str) and value.startswith("$"):
        return values[value[1:]]
    if isinstance(value, Mapping):
        return {key: filled(item, values) for key, item in value.items()}
    return [filled(item, values) for item in value] if isinstance(value, list) else value


def pattern_problems(
    template: Template, rule: Resource, detail: Detail, parameters: dict[str, Any]
) -> Iterator[Finding]:
    """Yield how a rule's pattern differs from the wanted detail, by field, or keeps our events out otherwise."""
    pattern, event = event_pattern(template, rule), parameters["event"]
    own = pattern.get("detail") if isinstance(pattern, Mapping) else None
    if not isinstance(pattern, Mapping) or not isinstance(own, Mapping):
        path, found = ("EventPattern", pattern) if not isinstance(pattern, Mapping) else ("EventPattern.detail", own)
        yield Finding(rule.logical_id, path, written(found), written(detail))
        return
    # A replay from the archive must reach what the rule reaches.
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
    replays = ["replay-name"] if "replay-name" in pattern else []
    for key in dict.fromkeys([*left_out(template, pattern, event), *replays]):
        wanted = f"nothing that keeps out {written(event)}, replayed or not"
        yield Finding(rule.logical_id, f"EventPattern.{key}", written(pattern[key]), wanted)
    for field in dict.fromkeys([*detail, *own]):
        whole = field in parameters.get("whole_numbers", ())
        asked = condition(detail.get(field), whole)
        if asked is None or condition(own.get(field), whole) != asked:
            found = written(own[field]) if field in own else "nothing asked of this field"
            wanted = written(detail[field]) if field in detail else "nothing asked of this field"
            yield Finding(rule.logical_id, f"EventPattern.detail.{field}", found, wanted)


def _content_of_its_own(
    template: Template, rule: Resource, alike: Mapping[Hashable, list[Resource]]
) -> Iterator[Finding]:
    """Yield further rules that ask for no content, or for the same as another."""
    pattern = event_pattern(template, rule)
    if not isinstance(pattern, Mapping) or not pattern.get("detail"):
        yield Finding(rule.logical_id, "EventPattern.detail", written(pattern), "a pattern on the event's detail")
        return
    # One equal rule is enough for a finding.
    other = next((one for one in alike[likeness(pattern)][:2] if one is not rule), None)
    if other:
        yield Finding(rule.logical_id, "EventPattern", f"the same as {other.logical_id}", "a pattern of its own")


policy = RulePatterns()
