"""What a topic cannot deliver to a function, a queue, a stream or an address goes to a dead-letter queue.

SNS tries each again by itself: https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import QUEUE, SUBSCRIPTION, TOPIC
from policies.engine.policy import Policy
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.template import Template
from policies.engine.template.values import listed

_PATH = "RedrivePolicy"
# People's phones and mailboxes are told once.
_KEPT = ("lambda", "sqs", "firehose", "http", "https")


class KeptMessages(Policy):
    scope = (SUBSCRIPTION, TOPIC)
    relies_on = (QUEUE,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for one in template.of_type(SUBSCRIPTION):
            protocol, policy = template.value(one, "Protocol"), template.structure(template.value(one, _PATH))
            if protocol in _KEPT:
                target = policy.get("deadLetterTargetArn") if isinstance(policy, Mapping) else policy
                if target is None:
                    found = f"no dead-letter queue for what {protocol} does not take"
                    yield Finding(one.logical_id, _PATH, found, "deadLetterTargetArn, the ARN of a queue")
                elif policy is UNKNOWN:
                    yield Finding(one.logical_id, _PATH, UNRESOLVED, "deadLetterTargetArn, the ARN of a queue")
        for topic in template.of_type(TOPIC):
            for index, entry in enumerate(listed(template.value(topic, "Subscription"))):
                protocol = entry.get("Protocol") if isinstance(entry, Mapping) else UNKNOWN
                if protocol in _KEPT:
                    found = f"a subscription of {protocol} inside of the topic, which can have no dead-letter queue"
                    wanted = f"an {SUBSCRIPTION} of its own with a {_PATH}"
                    yield Finding(topic.logical_id, f"Subscription[{index}]", found, wanted)


policy = KeptMessages()
