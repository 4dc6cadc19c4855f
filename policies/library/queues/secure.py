"""Every queue is encrypted by SQS itself, denies requests without TLS, and keeps messages as long as it must.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.resource_policies import denies_plain_transport, resource_statements, several_policies
from policies.engine.kinds import QUEUE, QUEUE_POLICY
from policies.engine.policy import Policy
from policies.engine.services.queues import kept_seconds
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, measured


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
            yield from _retention(template, queue, parameters.get("retention_seconds"))


def _retention(template: Template, queue: Resource, wanted: int | None) -> Iterator[Finding]:
    if wanted is not None and kept_seconds(template, queue) != wanted:
        found = template.value(queue, "MessageRetentionPeriod")
        own = "SQS's default, 4 days" if found is None else measured(found, "seconds")
        yield Finding(queue.logical_id, "MessageRetentionPeriod", own, f"{wanted} seconds")


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
