"""What a queue's consumer fails at goes to a dead-letter queue, after more than one try.

A queue for dead letters has none of its own.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import QUEUE
from policies.engine.policy import Policy
from policies.engine.relations.dead_letters import dead_letter_queues
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.template import Template
from policies.engine.template.values import shown

_PATH, _COUNT = "RedrivePolicy", "RedrivePolicy.maxReceiveCount"


class DeadLetters(Policy):
    scope = (QUEUE,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        dead, least = dead_letter_queues(template), parameters["minimum_receives"]
        for queue in template.of_type(QUEUE):
            policy = template.structure(template.value(queue, _PATH))
            if policy is None and queue not in dead:
                found = "no dead-letter queue: a message that nobody can handle comes again until it expires"
                yield Finding(queue.logical_id, _PATH, found, "deadLetterTargetArn and maxReceiveCount")
            if policy is not None:
                count = template.value(queue, _COUNT)
                number = template.number(count)
                if policy is UNKNOWN or number is None or number < least:
                    yield Finding(queue.logical_id, _COUNT, shown(template, count), f"at least {least}")


policy = DeadLetters()
