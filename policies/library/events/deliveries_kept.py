"""What a rule or a schedule cannot deliver is tried again, and goes to a dead-letter queue that takes it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.wiring import targets_of
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.iam.resource_policies import resource_statements
from policies.engine.kinds import QUEUE, QUEUE_POLICY, RULE
from policies.engine.policy import Policy
from policies.engine.services.queues import TAKES_ALL, refusal
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown

_SCHEDULE, _EVENTS = "AWS::Scheduler::Schedule", "events.amazonaws.com"


class KeptDeliveries(Policy):
    scope = (RULE, _SCHEDULE)
    relies_on = (QUEUE, QUEUE_POLICY)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for owner, path, target in _targets(template):
            if target is None:
                yield Finding(owner.logical_id, path, UNRESOLVED, "targets that can be read")
                continue
            yield from _kept(template, owner, path, target)
            policy = template.resolve(target.get("RetryPolicy"))
            attempts = policy.get("MaximumRetryAttempts") if isinstance(policy, Mapping) else policy
            number, least = template.number(attempts), parameters["minimum_attempts"]
            # AWS's default is a day long, 185 times.
            if attempts is not None and (number is None or number < least):
                place = f"{path}.RetryPolicy.MaximumRetryAttempts"
                yield Finding(owner.logical_id, place, shown(template, attempts), f"at least {least}")


def _targets(template: Template) -> Iterator[tuple[Resource, str, Mapping[str, Any] | None]]:
    """Yield each target with its owner and path; None for one that cannot be read."""
    for rule in template.of_type(RULE):
        for one in targets_of(rule):
            yield rule, one.path, one.raw or None
    for schedule in template.of_type(_SCHEDULE):
        target = template.resolve(schedule.properties.get("Target"))
        yield schedule, "Target", target if isinstance(target, Mapping) else None


def _kept(template: Template, owner: Resource, path: str, target: Mapping[str, Any]) -> Iterator[Finding]:
    config = template.resolve(target.get("DeadLetterConfig"))
    arn = config.get("Arn") if isinstance(config, Mapping) else config
    place = f"{path}.DeadLetterConfig"
    if arn is None:
        yield Finding(owner.logical_id, place, "no dead-letter queue", "the ARN of a queue")
    queue = template.target_of(arn, QUEUE) if arn is not UNKNOWN else None
    if queue is None:
        return
    if refused := refusal(template, queue):
        yield Finding(owner.logical_id, place, refused, TAKES_ALL)
    if owner.type == RULE and not _lets_send(template, queue):
        found = f"{queue.logical_id}, whose policy does not let EventBridge send to it"
        yield Finding(owner.logical_id, place, found, f"sqs:SendMessage allowed to {_EVENTS} in the queue's policy")


def _lets_send(template: Template, queue: Resource) -> bool:
    return any(
        one.allows
        and one.covers("sqs:SendMessage")
        and (one.may_be_everybody() or ("Service", _EVENTS) in one.principals)
        for one in resource_statements(template, queue)
    )


policy = KeptDeliveries()
