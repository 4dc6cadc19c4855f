"""Every target of every rule has a dead-letter queue of this stack that EventBridge may send to for that rule.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.delivery import EVENTS, may_send, open_to_strangers, queue_statements
from policies.engine.events.rules import all_targets, dead_letter_queue, unread_targets
from policies.engine.events.wiring import RuleTarget
from policies.engine.finding import Finding
from policies.engine.kinds import QUEUE, QUEUE_POLICY, RULE
from policies.engine.policy import Policy
from policies.engine.services.queues import TAKES_ALL, refusal
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template


class TargetDeadLetterQueue(Policy):
    scope = (RULE,)
    relies_on = (QUEUE, QUEUE_POLICY)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for rule in template.of_type(RULE):
            if unread_targets(rule):
                wanted = "targets one by one, each with a DeadLetterConfig"
                yield Finding(rule.logical_id, "Targets", "no target, or unknown", wanted)
        delivered = {queue.logical_id for one in all_targets(template) if (queue := _own_queue(template, one))}
        dead: dict[str, Resource] = {}
        for target in all_targets(template):
            yield from _problems(template, target, delivered)
            if queue := dead_letter_queue(template, target):
                dead[queue.logical_id] = queue
        for queue in dead.values():
            yield from _openings(template, queue)


def _own_queue(template: Template, target: RuleTarget) -> Resource | None:
    return template.by_arn(target.raw.get("Arn"), QUEUE)


def _problems(template: Template, target: RuleTarget, delivered: set[str]) -> Iterator[Finding]:
    rule, path = target.rule, f"{target.path}.DeadLetterConfig"
    queue = dead_letter_queue(template, target)
    if not queue:
        missing = target.raw.get("DeadLetterConfig") is None
        found = "no dead-letter queue" if missing else "no ARN of a queue of this stack, or unknown"
        yield Finding(rule.logical_id, path, found, "the ARN of a queue of this stack")
        return
    if queue.logical_id in delivered:
        wanted = "a queue that is not a rule's target"
        yield Finding(rule.logical_id, path, f"{queue.logical_id}, which rules deliver to", wanted)
    if refused := refusal(template, queue):
        yield Finding(rule.logical_id, path, refused, TAKES_ALL)
    if not may_send(template, queue, rule):
        found = f"{queue.logical_id}, whose policy does not certainly let EventBridge send for this rule"
        wanted = f"sqs:SendMessage allowed to {EVENTS} with aws:SourceArn equal to {template.arn(rule)}"
        yield Finding(rule.logical_id, path, found, wanted)


def _openings(template: Template, queue: Resource) -> Iterator[Finding]:
    """Yield a dead-letter queue that others may fill: its messages prove nothing."""
    for statement in queue_statements(template, queue):
        if open_to_strangers(template, statement):
            found = "a statement that lets in more than the rules of this stack"
            wanted = f"{EVENTS} only, with aws:SourceArn equal to ARNs of rules of this stack"
            yield Finding(statement.owner.logical_id, statement.path, found, wanted)


policy = TargetDeadLetterQueue()
