"""The failure queue redrives to a parking queue, both with SQS's longest retention.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import failure_queues, redrive_target, rule_dead_letter_queues, target_queues
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import INVOKE_CONFIG, QUEUE
from policies.engine.policy import Policy
from policies.engine.services.queues import redrive_refusals
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import measured

_TARGET, _COUNT = "RedrivePolicy.deadLetterTargetArn", "RedrivePolicy.maxReceiveCount"


class FailureRedrive(Policy):
    scope = (QUEUE,)
    relies_on = (INVOKE_CONFIG,)

    def judged(self, template: Template, parameters: dict[str, Any]) -> list[Resource]:
        return failure_queues(template)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        failures = failure_queues(template)
        if not failures:
            yield Finding(TEMPLATE, "Resources", "no queue that failures go to", "a failure queue with a parking queue")
        taken = _taken(template, failures)
        for queue in failures:
            yield from _retention(template, queue, parameters["retention_seconds"])
            yield from _receives(template, queue, parameters["maximum_receive_count"])
            parking = redrive_target(template, queue)
            if parking is None or parking in taken:
                found = template.value(queue, _TARGET) if parking is None else f"{parking.logical_id}: {taken[parking]}"
                yield Finding(queue.logical_id, _TARGET, str(found or "none"), "a parking queue of its own")
                continue
            yield from _retention(template, parking, parameters["retention_seconds"])
            yield from redrive_refusals(template, parking, queue)
            yield from _way_back(template, parking, queue)


def _taken(template: Template, failures: list[Resource]) -> dict[Resource, str]:
    """Return the queues that cannot be a failure queue's parking queue, and why."""
    redriven = Counter(redrive_target(template, queue) for queue in template.of_type(QUEUE))
    return {
        **{queue: "the dead-letter queue of another queue" for queue, count in redriven.items() if queue and count > 1},
        **dict.fromkeys(rule_dead_letter_queues(template), "the dead-letter queue of a rule"),
        **dict.fromkeys(target_queues(template), "a rule's target"),
        **dict.fromkeys(failures, "a failure queue itself"),
    }


def _retention(template: Template, queue: Resource, wanted: int) -> Iterator[Finding]:
    if template.number(queue.properties.get("MessageRetentionPeriod")) != wanted:
        found = template.value(queue, "MessageRetentionPeriod")
        own = "SQS's default, 4 days" if found is None else measured(found, "seconds")
        yield Finding(queue.logical_id, "MessageRetentionPeriod", own, f"{wanted} seconds (14 days)")


def _receives(template: Template, queue: Resource, maximum: int) -> Iterator[Finding]:
    count = template.number(template.value(queue, _COUNT))
    if count is None or not 1 <= count <= maximum:
        yield Finding(queue.logical_id, _COUNT, str(template.value(queue, _COUNT)), f"1 to {maximum}")


def _way_back(template: Template, parking: Resource, queue: Resource) -> Iterator[Finding]:
    """Yield a parking queue that redrives back to the failure queue, directly or through others."""
    passed, one = set[Resource](), parking
    while one not in passed and template.value(one, "RedrivePolicy") is not None:
        passed.add(one)
        further = redrive_target(template, one)
        if further is None or further is queue:
            wanted = f"none, or a queue that does not lead back to {queue.logical_id}"
            yield Finding(one.logical_id, _TARGET, str(template.value(one, _TARGET)), wanted)
            return
        one = further


policy = FailureRedrive()
