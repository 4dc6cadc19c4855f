"""Alarms on the messages in every dead-letter queue, and on the age of events in the buffer.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import failure_queues, redrive_target, rule_dead_letter_queues, target_queues
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import ALARM, FUNCTION, QUEUE
from policies.engine.policy import Policy
from policies.engine.services.alarms import Watch, watched
from policies.engine.services.queues import kept_seconds
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.workflows.tasks import queues_sent_to

_VISIBLE, _AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
# For a number that is never negative, either is above 0 if it ever was.
_SOME = ("Maximum", "Sum")


class QueueAlarms(Policy):
    scope = (QUEUE,)
    relies_on = (ALARM,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        seconds = parameters["maximum_seconds"]
        buffers, dead_letters = target_queues(template), _dead_letter_queues(template)
        if not dead_letters:
            yield Finding(TEMPLATE, "Resources", "no dead-letter queue", "dead-letter queues with alarms")
        for queue in template.of_type(QUEUE):
            dimensions = {"QueueName": template.name(queue)}
            # A queue without a known writer is watched like a dead-letter queue: it has no reader either.
            if queue in dead_letters or queue not in buffers:
                watch = Watch("AWS/SQS", _VISIBLE, dimensions, _SOME, parameters["maximum_threshold"], seconds)
                yield from watched(template, queue, "QueueName", watch)
                if kept_seconds(template, queue) <= seconds:
                    found = str(template.value(queue, "MessageRetentionPeriod"))
                    wanted = f"more than the {seconds} seconds in which the alarm rings"
                    yield Finding(queue.logical_id, "MessageRetentionPeriod", found, wanted)
            if queue in buffers:
                # No message is older than the queue's retention.
                oldest = min(parameters["buffer_age_seconds"], max(kept_seconds(template, queue) - 1, 0))
                watch = Watch("AWS/SQS", _AGE, dimensions, ("Maximum",), oldest, seconds)
                yield from watched(template, queue, "QueueName", watch)


def _dead_letter_queues(template: Template) -> set[Resource]:
    redriven = [redrive_target(template, queue) for queue in template.of_type(QUEUE)]
    own = [
        template.by_arn(template.value(function, "DeadLetterConfig.TargetArn"), QUEUE)
        for function in template.of_type(FUNCTION)
    ]
    # Nobody of this template reads what a workflow sends: it is kept for the operators.
    sent = queues_sent_to(template)
    found = {*failure_queues(template), *rule_dead_letter_queues(template), *redriven, *own, *sent}
    return {queue for queue in found if queue}


policy = QueueAlarms()
