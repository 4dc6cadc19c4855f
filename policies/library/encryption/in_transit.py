"""Queues and topics deny to everybody what comes without TLS.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.resource_policies import resource_statements, several_policies
from policies.engine.iam.statements import Statement, denied_under
from policies.engine.kinds import QUEUE, QUEUE_POLICY, TOPIC
from policies.engine.policy import Policy
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_TOPIC_POLICY = "AWS::SNS::TopicPolicy"
_TLS = {("bool", "aws:securetransport"): ("false",)}
# What a denial must cover: sending, and for a queue receiving.
_ACTIONS = {QUEUE: ("sqs:SendMessage", "sqs:ReceiveMessage"), TOPIC: ("sns:Publish",)}


class EncryptedInTransit(Policy):
    scope = (QUEUE, TOPIC)
    relies_on = (QUEUE_POLICY, _TOPIC_POLICY)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for resource in template.of_type(*self.scope):
            path = "QueuePolicy" if resource.type == QUEUE else "TopicPolicy"
            statements = [one for one in resource_statements(template, resource) if _is_denial(template, one, resource)]
            left = [action for action in _ACTIONS[resource.type] if not any(one.covers(action) for one in statements)]
            if left:
                found = f"no statement that denies everybody {' and '.join(left)} without TLS"
                wanted = f"Deny {', '.join(left)} to * on it, with Bool aws:SecureTransport false"
                yield Finding(resource.logical_id, path, found, wanted)
            yield from several_policies(template, resource, path)


def _is_denial(template: Template, one: Statement, resource: Resource) -> bool:
    on_it = any(own in (template.arn(resource), "*") for own in one.resources)
    return one.effect == "Deny" and one.everybody() and on_it and denied_under(one) == _TLS


policy = EncryptedInTransit()
