"""A queue with consumers loses nothing: what they cannot handle goes to a queue that keeps it longer.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import redrive_target, target_queues
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import QUEUE
from policies.engine.policy import Policy
from policies.engine.services.queues import kept_seconds, redrive_refusals
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_RETENTION, _TARGET, _COUNT = (
    "MessageRetentionPeriod",
    "RedrivePolicy.deadLetterTargetArn",
    "RedrivePolicy.maxReceiveCount",
)


class ConsumedQueues(Policy):
    scope = (QUEUE,)
    only = "queues"

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for part in parameters["queues"]:
            queue = parameters["parts"].player("queue", part)
            if queue is None:
                yield Finding(TEMPLATE, "Resources", f"no {part} queue", f"a {part} queue with a dead-letter queue")
                continue
            yield from _problems(template, queue, parameters)


def _problems(template: Template, queue: Resource, parameters: dict[str, Any]) -> Iterator[Finding]:
    least = parameters["minimum_retention_seconds"]
    if kept_seconds(template, queue) < least:
        found = str(template.value(queue, _RETENTION))
        yield Finding(queue.logical_id, _RETENTION, found, f"at least {least} seconds")
    low, high = parameters["receives"]
    count = template.number(template.value(queue, _COUNT))
    if count is None or not low <= count <= high:
        yield Finding(queue.logical_id, _COUNT, str(template.value(queue, _COUNT) or "none"), f"{low} to {high}")
    dead = redrive_target(template, queue)
    if dead is None or dead is queue or dead in target_queues(template):
        found = dead.logical_id if dead else str(template.value(queue, _TARGET) or "none")
        wanted = "a queue of this template that is nothing but a dead-letter queue"
        yield Finding(queue.logical_id, _TARGET, found, wanted)
        return
    # A message keeps the time of its first arrival.
    if kept_seconds(template, dead) <= kept_seconds(template, queue):
        found = f"{kept_seconds(template, dead):g} seconds"
        wanted = f"longer than {queue.logical_id}, whose messages bring their age with them"
        yield Finding(dead.logical_id, _RETENTION, found, wanted)
    yield from redrive_refusals(template, dead, queue)


policy = ConsumedQueues()
