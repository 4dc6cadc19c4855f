"""Every queue is encrypted by SQS itself and denies requests without TLS.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.resource_policies import denies_plain_transport, resource_statements, several_policies
from policies.engine.kinds import QUEUE, QUEUE_POLICY
from policies.engine.policy import Policy
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_true


class SecureQueues(Policy):
    scope = (QUEUE,)
    relies_on = (QUEUE_POLICY,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for queue in template.of_type(QUEUE):
            encrypted = template.value(queue, "SqsManagedSseEnabled")
            if not is_true(template, encrypted):
                yield Finding(queue.logical_id, "SqsManagedSseEnabled", str(encrypted), "true")
            key = template.value(queue, "KmsMasterKeyId")
            if key is not None:
                wanted = "no key: EventBridge cannot write to a queue under the key aws/sqs"
                yield Finding(queue.logical_id, "KmsMasterKeyId", str(key), wanted)
            yield from _policy(template, queue)


def _policy(template: Template, queue: Resource) -> Iterator[Finding]:
    yield from several_policies(template, queue, "QueuePolicy")
    arn = template.arn(queue) or ""
    statements = resource_statements(template, queue)
    if not any(denies_plain_transport(template, one, {arn}, "sqs") for one in statements):
        found = "no statement that denies everybody every action without TLS"
        wanted = "Deny sqs:* to * on the queue with Bool aws:SecureTransport false, and no other condition"
        yield Finding(queue.logical_id, "QueuePolicy", found, wanted)
    for one in statements:
        if one.allows and one.may_be_everybody():
            yield Finding(one.owner.logical_id, f"{one.path}.Principal", "everybody, or unknown", "one service or role")


policy = SecureQueues()
