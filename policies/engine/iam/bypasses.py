"""Access that needs no resource policy: function URLs, layer permissions, topic subscriptions.

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

# Types that no stack of ours has, and what is wanted instead.
_NEVER = {
    "AWS::Lambda::Url": "no function URL: the API is the only address",
    "AWS::Lambda::LayerVersionPermission": "none: functions of this account need no permission for its layers",
}
# Protocols that notify people, of whom a template says no more than their addresses.
_PEOPLE = ("email", "email-json", "sms")


def strangers(template: Template) -> Iterator[Finding]:
    """Yield access without a policy, and subscriptions of resources that are not of this template."""
    for resource in template.of_type(*_NEVER):
        yield Finding(resource.logical_id, "Type", resource.type, _NEVER[resource.type])
    for owner, place, subscription in _subscriptions(template):
        protocol, endpoint = (_part(subscription, key) for key in ("Protocol", "Endpoint"))
        if protocol not in _PEOPLE and not template.by_arn(endpoint):
            wanted = f"the ARN of a function or queue of this template, or {', '.join(_PEOPLE)}"
            yield Finding(owner.logical_id, f"{place}Endpoint", f"{protocol} {endpoint}", wanted)


def _subscriptions(template: Template) -> Iterator[tuple[Resource, str, Any]]:
    """Yield subscriptions: resources of their own, and entries in a topic's properties."""
    for one in template.of_type(SUBSCRIPTION):
        yield one, "", template.resolve(one.properties)
    for topic in template.of_type(TOPIC):
        for index, one in enumerate(listed(template.value(topic, "Subscription"))):
            yield topic, f"Subscription[{index}].", one


def _part(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else UNKNOWN
