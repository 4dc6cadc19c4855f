"""Every target of every rule can be reached, and gets the event's whole detail.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.delivery import EVENTS, forwarding_problems, may_call, may_send
from policies.engine.events.rules import unread_targets
from policies.engine.events.targets import carries_detail, shapers
from policies.engine.events.wiring import LATEST, RuleTarget, invocation, targets_of
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import ALIAS, BUS, FUNCTION, PERMISSION, QUEUE, QUEUE_POLICY, ROLE, RULE
from policies.engine.policy import Policy
from policies.engine.services.queues import TAKES_ALL, refusal
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template


class ReachableTargets(Policy):
    scope = (RULE,)
    relies_on = (BUS, FUNCTION, QUEUE, ROLE, ALIAS, PERMISSION, QUEUE_POLICY)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for rule in template.of_type(RULE):
            if unread_targets(rule):
                yield Finding(rule.logical_id, "Targets", "no target, or unknown", "targets one by one")
            yield from _same_id(template, rule)
            for target in targets_of(rule):
                yield from _unreachable(template, target, parameters.get("alias", LATEST))


def _same_id(template: Template, rule: Resource) -> Iterator[Finding]:
    """Yield targets with the id of another of the rule: EventBridge keeps only one.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
    """
    known: set[str | None] = set()
    for target in targets_of(rule):
        name = template.text(target.raw.get("Id"))
        if name is None or name in known:
            yield Finding(rule.logical_id, f"{target.path}.Id", name or "missing or unknown", "an id of its own")
        known.add(name)


def _unreachable(template: Template, target: RuleTarget, qualifier: str) -> Iterator[Finding]:
    rule, place = target.rule, f"{target.path}.Arn"
    if template.text(target.raw.get("Arn")) is None:
        yield Finding(rule.logical_id, place, f"missing, or {UNRESOLVED}", "the ARN of a target")
    if not carries_detail(template, target):
        found = ", ".join(shapers(target))
        yield Finding(rule.logical_id, target.path, f"{found} that drops the event", "the event's whole detail")
    call, queue = invocation(template, target.raw.get("Arn")), template.by_arn(target.raw.get("Arn"), QUEUE)
    bus = template.by_arn(target.raw.get("Arn"), BUS)
    if call and call.qualifier != qualifier:
        wanted = "the function itself" if qualifier == LATEST else f"its alias {qualifier}"
        yield Finding(rule.logical_id, place, f"{template.name(call.function)}:{call.qualifier}", wanted)
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
    """Yield a bus with a changed input or without a role.

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


policy = ReachableTargets()
