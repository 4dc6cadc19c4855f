"""Who is let in, or told, without any policy: through a function's address, a layer's permission, a subscription.

https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
https://docs.aws.amazon.com/lambda/latest/dg/layers-access.html
https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import SUBSCRIPTION, TOPIC
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.template import Resource, Template
from policies.engine.template.values import listed

# What no stack of ours has, and what it wants instead.
_NEVER = {
    "AWS::Lambda::Url": "no function URL: the API is the only address",
    "AWS::Lambda::LayerVersionPermission": "none: functions of this account need no permission for its layers",
}
# How a topic tells people, of whom a template says no more than their addresses.
_PEOPLE = ("email", "email-json", "sms")


def strangers(template: Template) -> Iterator[Finding]:
    """Ways in for others, and subscriptions of what is not of this template."""
    for resource in template.of_type(*_NEVER):
        yield Finding(resource.logical_id, "Type", resource.type, _NEVER[resource.type])
    for owner, place, subscription in _subscriptions(template):
        protocol, endpoint = (_part(subscription, key) for key in ("Protocol", "Endpoint"))
        if protocol not in _PEOPLE and not template.by_arn(endpoint):
            wanted = f"the ARN of a function or queue of this template, or {', '.join(_PEOPLE)}"
            yield Finding(owner.logical_id, f"{place}Endpoint", f"{protocol} {endpoint}", wanted)


def _subscriptions(template: Template) -> Iterator[tuple[Resource, str, Any]]:
    """Those that are resources, and those that a topic has among its properties."""
    for one in template.of_type(SUBSCRIPTION):
        yield one, "", template.resolve(one.properties)
    for topic in template.of_type(TOPIC):
        for index, one in enumerate(listed(template.value(topic, "Subscription"))):
            yield topic, f"Subscription[{index}].", one


def _part(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else UNKNOWN
