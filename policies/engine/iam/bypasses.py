"""Access that needs no resource policy: function URLs, layer permissions, subscriptions of topics and logs, pipes.

https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
https://docs.aws.amazon.com/lambda/latest/dg/layers-access.html
https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.wiring import invocation
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import SUBSCRIPTION, TOPIC
from policies.engine.relations.places import places, pointed
from policies.engine.template.intrinsics import UNKNOWN, Reference, text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

# Types that no stack of ours has, and what is wanted instead.
_NEVER = {
    "AWS::Lambda::Url": "no function URL: the API is the only address",
    "AWS::Lambda::LayerVersionPermission": "none: functions of this account need no permission for its layers",
}
# Resources that hand on what arrives elsewhere: where to. What they hand to must be of this template.
_READERS = {
    "AWS::EventsV2::Subscriber": ("InvokeConfiguration.TargetArn",),
    "AWS::Logs::AccountPolicy": ("PolicyDocument.DestinationArn",),
    "AWS::Logs::Destination": ("TargetArn",),
    "AWS::Logs::SubscriptionFilter": ("DestinationArn",),
    "AWS::Pipes::Pipe": ("Enrichment", "Target"),
}
# Protocols that notify people, of whom a template says no more than their addresses.
_PEOPLE = ("email", "email-json", "sms")


def strangers(template: Template) -> Iterator[Finding]:
    """Yield access without a policy, and what hands on to something that is not of this template."""
    for resource in template.of_type(*_NEVER):
        yield Finding(resource.logical_id, "Type", resource.type, _NEVER[resource.type], "Take it out.")
    for owner, place, subscription in _subscriptions(template):
        protocol, endpoint = (_part(subscription, key) for key in ("Protocol", "Endpoint"))
        if protocol not in _PEOPLE and not _ours(template, endpoint):
            wanted = f"something of this template, or {', '.join(_PEOPLE)}"
            fix = "Take the subscription out, or point it to something of this stack."
            yield Finding(owner.logical_id, f"{place}Endpoint", f"{protocol} {endpoint}", wanted, fix)
    for reader in template.of_type(*_READERS):
        for place, target in (one for path in _READERS[reader.type] for one in places(template, reader, path)):
            if not _ours(template, target):
                found = text_of(target) or UNRESOLVED
                fix = "Take it out, or let it hand on to something of this stack."
                yield Finding(reader.logical_id, place, found, "the ARN of something of this template", fix)


def _ours(template: Template, target: Any) -> bool:
    """Return whether an ARN is that of a resource of the template."""
    if isinstance(target, Reference):
        return pointed(template, target) is not None
    return template.by_arn(target) is not None or (
        ":function:" in str(text_of(target)) and invocation(template, target) is not None
    )


def _subscriptions(template: Template) -> Iterator[tuple[Resource, str, Any]]:
    """Yield subscriptions: resources of their own, and entries in a topic's properties."""
    for one in template.of_type(SUBSCRIPTION):
        yield one, "", template.resolve(one.properties)
    for topic in template.of_type(TOPIC):
        for index, one in enumerate(listed(template.value(topic, "Subscription"))):
            yield topic, f"Subscription[{index}].", one


def _part(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else UNKNOWN
