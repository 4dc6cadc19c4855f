"""Who is told by a topic: exactly the wanted protocols, once each, and of every message.

https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.kinds import SUBSCRIPTION, TOPIC
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_off, listed

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MAIL = ("email", "email-json")
# Keeps messages from a subscriber by what they hold; an empty one is none.
_FILTER = "FilterPolicy"
_NONE: tuple[Any, ...] = (None, {})
# What keeps messages from everybody: no FIFO topic takes people, and a policy may refuse a message for what it holds.
# https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html
# https://docs.aws.amazon.com/sns/latest/dg/message-data-protection.html
_CLOSED = {"FifoTopic": "false: no FIFO topic takes people", "DataProtectionPolicy": "none: it may refuse a message"}


class Subscriptions(Policy):
    scope = (TOPIC,)
    relies_on = (SUBSCRIPTION,)
    only = "topics"

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        told = list(_subscriptions(template))
        for part, protocols in parameters["topics"].items():
            topic = parts.player("topic", part)
            if topic is None:
                yield Finding(TEMPLATE, "Resources", f"no topic {part}", f"a topic {part} that tells {protocols}")
                continue
            for path, wanted in _CLOSED.items():
                if not is_off(template.value(topic, path)):
                    yield Finding(topic.logical_id, path, str(template.value(topic, path)), wanted)
            left = list(protocols)
            for owner, place, own in ((owner, place, own) for owner, place, own, on in told if on is topic):
                protocol = own.get("Protocol")
                if protocol in left:
                    left.remove(protocol)
                else:
                    wanted = f"{', '.join(protocols) or 'nobody'}, and no more"
                    yield Finding(owner.logical_id, f"{place}Protocol", str(protocol), wanted)
                yield from _heard(owner, place, own)
            if left:
                yield Finding(topic.logical_id, "Subscription", f"nobody by {', '.join(left)}", "a subscription")
        for owner, place, _, on in told:
            if on is None:
                yield Finding(owner.logical_id, f"{place}TopicArn", UNRESOLVED, "a topic of this template")


def _heard(owner: Resource, place: str, own: Mapping[str, Any]) -> Iterator[Finding]:
    endpoint = own.get("Endpoint")
    if own.get("Protocol") in _MAIL and not (isinstance(endpoint, str) and _ADDRESS.fullmatch(endpoint)):
        found = UNRESOLVED if endpoint is UNKNOWN else str(endpoint or "missing")
        yield Finding(owner.logical_id, f"{place}Endpoint", found, "an email address")
    if own.get(_FILTER) not in _NONE:
        yield Finding(owner.logical_id, f"{place}{_FILTER}", str(own[_FILTER]), "none: it keeps messages back")


def _subscriptions(template: Template) -> Iterator[tuple[Resource, str, Mapping[str, Any], Resource | None]]:
    """Yield subscriptions, resources of their own and entries of a topic's properties, each with its topic."""
    for one in template.of_type(SUBSCRIPTION):
        found = template.resolve(one.properties)
        topic = template.target_of(one.properties.get("TopicArn"), TOPIC)
        yield one, "", found if isinstance(found, Mapping) else {}, topic
    for topic in template.of_type(TOPIC):
        for index, entry in enumerate(listed(template.value(topic, "Subscription"))):
            yield topic, f"Subscription[{index}].", entry if isinstance(entry, Mapping) else {}, topic


policy = Subscriptions()
