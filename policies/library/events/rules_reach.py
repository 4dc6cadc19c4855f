"""Every rule of a bus reaches all its targets, and passes its name where it is asked for.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.rules import rule_id
from policies.engine.events.targets import input_template, strings_in
from policies.engine.events.wiring import RuleTarget, invocation, rules_on, targets_of
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import BUS, FUNCTION, QUEUE, RULE
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template


class RulesReach(Policy):
    scope = (RULE,)
    relies_on = (BUS, FUNCTION, QUEUE)

    def judged(self, template: Template, parameters: dict[str, Any]) -> list[Resource]:
        bus = parameters["parts"].bus(parameters["bus"])
        return rules_on(template, bus) if bus else []

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        bus = parts.bus(parameters["bus"])
        rules = rules_on(template, bus) if bus else []
        if not rules:
            found = f"no rule on the {parameters['bus']} bus"
            yield Finding(TEMPLATE, "Resources", found, "rules that fan out")
            return
        wanted = dict(_target(template, parts, one) for one in parameters["targets"])
        named = [parts.function(one["function"]) for one in parameters["targets"] if one.get("names_rule")]
        for rule in rules:
            yield from _missing(template, rule, wanted)
            for target in targets_of(rule):
                yield from _names_its_rule(template, target, named)


def _target(template: Template, parts: Parts, wanted: Mapping[str, Any]) -> tuple[str, str]:
    """Return a target that every rule must reach, and its ARN, empty if there is none."""
    kind = next(kind for kind in ("function", "bus", "queue") if kind in wanted)
    part, alias = wanted[kind], wanted.get("alias")
    resource = parts.player(kind, part)
    arn = template.arn(resource) if resource else None
    if alias:
        return f"the alias `{alias}` of {part}", f"{arn}:{alias}" if arn else ""
    return part if kind == "function" else f"the {part} {kind}", arn or ""


def _missing(template: Template, rule: Resource, wanted: Mapping[str, str]) -> Iterator[Finding]:
    arns = [template.text(target.raw.get("Arn")) for target in targets_of(rule)]
    for what, arn in wanted.items():
        if arn not in arns:
            found = ", ".join(str(one or "unknown").rsplit(":", 2)[-1] for one in arns) or "no target"
            yield Finding(rule.logical_id, "Targets", found, f"{what} among the targets")


def _names_its_rule(template: Template, target: RuleTarget, functions: list[Resource | None]) -> Iterator[Finding]:
    """Yield inputs without the rule's name, which is not in the event."""
    call = invocation(template, target.raw.get("Arn"))
    if not call or call.function not in functions:
        return
    name = rule_id(template, target.rule)
    text = input_template(template, target)
    if name not in strings_in(text):
        path = f"{target.path}.InputTransformer.InputTemplate"
        yield Finding(target.rule.logical_id, path, text or "no input template", f'the rule\'s name "{name}" in it')


policy = RulesReach()
