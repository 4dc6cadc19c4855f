"""Every rule of the transaction bus reaches the detector, the buffer and the audit bus; every target can be reached.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.delivery import EVENTS, ROLE, forwarding_problems, may_call, may_send
from policies.engine.events.rules import buffer_queue, rule_id, unread_targets
from policies.engine.events.targets import carries_detail, input_template, shapers, strings_in
from policies.engine.events.wiring import BUS, FUNCTION, QUEUE, RULE, RuleTarget, invocation, rules_on, targets_of
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.parts import roles_of
from policies.engine.policy import Policy
from policies.engine.services.queues import TAKES_ALL, refusal
from policies.engine.template.template import Resource, Template


class Fanout(Policy):
    scope = (RULE,)
    relies_on = (BUS, FUNCTION, QUEUE, ROLE, "AWS::Lambda::Alias", "AWS::Lambda::Permission", "AWS::SQS::QueuePolicy")

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        bus = roles_of(template).bus("transaction")
        rules = rules_on(template, bus) if bus else []
        if not bus or not rules:
            yield Finding(TEMPLATE, "Resources", "no rule on a transaction bus", "rules that fan out")
            return
        wanted = _wanted(template, bus, parameters["alias"])
        for rule in rules:
            yield from _missing(template, rule, wanted)
            for target in targets_of(rule):
                yield from _names_its_rule(template, target)
        for rule in template.of_type(RULE):
            if unread_targets(rule):
                yield Finding(rule.logical_id, "Targets", "no target, or unknown", "targets one by one")
            yield from _same_id(template, rule)
            for target in targets_of(rule):
                yield from _unreachable(template, target, parameters["alias"])


def _wanted(template: Template, bus: Resource, alias: str) -> dict[str, str]:
    """What every rule must reach: what it is -> its ARN, empty if there is none."""
    roles = roles_of(template)
    detector, audit, buffer = roles.function("fraud_detector"), roles.bus("audit"), buffer_queue(template, bus)
    return {
        f"the alias `{alias}` of fraud_detector": f"{template.arn(detector)}:{alias}" if detector else "",
        "the buffer queue": template.arn(buffer) or "" if buffer else "",
        "the audit bus": template.arn(audit) or "" if audit else "",
    }


def _missing(template: Template, rule: Resource, wanted: dict[str, str]) -> Iterator[Finding]:
    arns = [template.text(target.raw.get("Arn")) for target in targets_of(rule)]
    for what, arn in wanted.items():
        if arn not in arns:
            found = ", ".join(str(one or "unknown").rsplit(":", 2)[-1] for one in arns) or "no target"
            yield Finding(rule.logical_id, "Targets", found, f"{what} among the targets")


def _same_id(template: Template, rule: Resource) -> Iterator[Finding]:
    """Of targets of a rule with one id EventBridge keeps one.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
    """
    known: set[str | None] = set()
    for target in targets_of(rule):
        name = template.text(target.raw.get("Id"))
        if name is None or name in known:
            yield Finding(rule.logical_id, f"{target.path}.Id", name or "missing or unknown", "an id of its own")
        known.add(name)


def _names_its_rule(template: Template, target: RuleTarget) -> Iterator[Finding]:
    """An event does not say which rule it matched, so the detector's input does."""
    call = invocation(template, target.raw.get("Arn"))
    if not call or call.function is not roles_of(template).function("fraud_detector"):
        return
    name = rule_id(template, target.rule)
    text = input_template(template, target)
    if name not in strings_in(text):
        path = f"{target.path}.InputTransformer.InputTemplate"
        yield Finding(target.rule.logical_id, path, text or "no input template", f'the rule\'s name "{name}" in it')


def _unreachable(template: Template, target: RuleTarget, alias: str) -> Iterator[Finding]:
    rule, place = target.rule, f"{target.path}.Arn"
    if template.text(target.raw.get("Arn")) is None:
        yield Finding(rule.logical_id, place, "missing or unknown, therefore failed", "the ARN of a target")
    if not carries_detail(template, target):
        found = ", ".join(shapers(target))
        yield Finding(rule.logical_id, target.path, f"{found} that drops the event", "the event's whole detail")
    call, queue = invocation(template, target.raw.get("Arn")), template.by_arn(target.raw.get("Arn"), QUEUE)
    bus = template.by_arn(target.raw.get("Arn"), BUS)
    if call and call.qualifier != alias:
        yield Finding(rule.logical_id, place, f"{template.name(call.function)}:{call.qualifier}", f"its alias {alias}")
    if call and not may_call(template, call, EVENTS, template.arn(rule)):
        wanted = "an AWS::Lambda::Permission for this very rule on what it calls"
        yield Finding(rule.logical_id, place, "EventBridge may not call this function for this rule", wanted)
    if queue and not may_send(template, queue, rule):
        wanted = f"sqs:SendMessage allowed to {EVENTS} for this rule in the queue's policy"
        yield Finding(rule.logical_id, place, "EventBridge may not send to this queue for this rule", wanted)
    if refused := refusal(template, queue):
        yield Finding(rule.logical_id, place, refused, TAKES_ALL)
    if bus:
        yield from _bus_target(template, target, bus)


def _bus_target(template: Template, target: RuleTarget, bus: Resource) -> Iterator[Finding]:
    """A bus as a target takes the event as it is, and wants a role.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-to-event-bus.html
    """
    rule = target.rule
    for name in shapers(target):
        yield Finding(rule.logical_id, f"{target.path}.{name}", name, "nothing: a bus takes the event as it is")
    role = template.by_arn(target.raw.get("RoleArn"), ROLE)
    if not role:
        found = "no role, or none of this template"
        yield Finding(rule.logical_id, f"{target.path}.RoleArn", found, "a role that may put events on the bus")
        return
    yield from forwarding_problems(template, role, rule, bus)


policy = Fanout()
