"""The three functions exist, each is called by what must call it, and none by the audit bus.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.patterns import event_pattern, left_out, written
from policies.engine.events.rules import is_enabled
from policies.engine.events.targets import feeders
from policies.engine.events.wiring import FUNCTION, METHOD, RULE, bus_of, calls_of
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.parts import FUNCTIONS, Roles, roles_of
from policies.engine.policy import Policy
from policies.engine.template.template import Resource, Template

_CALLERS = {
    "ingest_processor": "a method of the API",
    "fraud_detector": "a rule on the transaction bus",
    "notifier": "a rule on the system bus",
}


class ThreeFunctions(Policy):
    scope = (FUNCTION,)
    relies_on = (METHOD, RULE)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        roles = roles_of(template)
        for part in FUNCTIONS:
            function = roles.function(part)
            if function is None:
                yield Finding(TEMPLATE, "Resources", f"no {part}", f"a function {part}, called by {_CALLERS[part]}")
                continue
            callers = _callers(template, roles, part, function)
            if not callers:
                found = f"{part} is not called by {_CALLERS[part]}"
                yield Finding(function.logical_id, "FunctionName", found, f"a call by {_CALLERS[part]}")
            if part == "notifier":
                yield from _unheard(template, callers, parameters["suspicion"])
        audit = roles.bus("audit")
        if audit:
            yield from feeders(template, audit)


def _callers(template: Template, roles: Roles, part: str, function: Resource) -> list[Resource]:
    """The methods, or the rules on the right bus, that call a function."""
    callers = [call.caller for call in calls_of(template, function)]
    if part == "ingest_processor":
        return [caller for caller in callers if caller.type == METHOD]
    bus = roles.bus("transaction" if part == "fraud_detector" else "system")
    return [one for one in callers if one.type == RULE and bus is not None and bus_of(template, one) is bus]


def _unheard(template: Template, rules: list[Resource], suspicion: Mapping[str, str]) -> Iterator[Finding]:
    """What keeps suspicions from the notifier; one rule that passes on every one is enough.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
    """
    problems = [list(_rule_problems(template, rule, suspicion)) for rule in rules]
    if all(problems):
        for found in problems:
            yield from found


def _rule_problems(template: Template, rule: Resource, suspicion: Mapping[str, str]) -> Iterator[Finding]:
    wanted = f"nothing that keeps out {written(suspicion)}"
    if not is_enabled(template, rule):
        yield Finding(rule.logical_id, "State", str(template.value(rule, "State")), "ENABLED")
    pattern = event_pattern(template, rule)
    if not isinstance(pattern, Mapping):
        yield Finding(rule.logical_id, "EventPattern", written(pattern), wanted)
        return
    for key in [*left_out(template, pattern, suspicion), *(["detail"] if "detail" in pattern else [])]:
        yield Finding(rule.logical_id, f"EventPattern.{key}", written(pattern[key]), wanted)


policy = ThreeFunctions()
