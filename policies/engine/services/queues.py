"""Which queues do not accept every event that AWS delivers, and how long they keep it."""

from collections.abc import Iterator

from policies.engine.finding import Finding
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_off

# The largest event, or record of an invocation.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
_LARGEST = 262_144
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
_KEPT = 345_600
TAKES_ALL = f"a standard queue for messages of up to {_LARGEST} bytes"


def refusal(template: Template, queue: Resource | None) -> str:
    """Return why a queue may refuse an event; empty if it accepts all, or if there is none.

    A FIFO queue takes neither dead letters nor records of failed invocations, and of a rule's events only so many
    a second.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    """
    if queue is None:
        return ""
    fifo = template.value(queue, "FifoQueue")
    if not is_off(fifo) or template.name(queue).endswith(".fifo"):
        return f"the FIFO queue {queue.logical_id}"
    size = queue.properties.get("MaximumMessageSize")
    number = template.number(size)
    if template.value(queue, "MaximumMessageSize") is not None and (number is None or number < _LARGEST):
        return f"{queue.logical_id}, which takes messages up to {template.value(queue, 'MaximumMessageSize')} bytes"
    return ""


def kept_seconds(template: Template, queue: Resource) -> float:
    """Return the seconds for which a queue keeps a message at least; 0 if they cannot be resolved."""
    own = template.value(queue, "MessageRetentionPeriod")
    return _KEPT if own is None else template.number(own) or 0


def redrive_refusals(template: Template, dead: Resource, queue: Resource) -> Iterator[Finding]:
    """Yield a dead-letter queue that refuses what a queue redrives to it.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html#dead-letter-queue-redrive-allow-policy
    """
    path = "RedriveAllowPolicy"
    policy = template.structure(template.value(dead, path))
    if policy is None:
        return
    permission, sources = (
        (policy.get("redrivePermission"), policy.get("sourceQueueArns")) if isinstance(policy, dict) else (None, None)
    )
    named = permission == "byQueue" and isinstance(sources, list) and template.arn(queue) in sources
    if permission != "allowAll" and not named:
        yield Finding(dead.logical_id, path, str(policy), f"a permission for {queue.logical_id}")
