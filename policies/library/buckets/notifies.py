"""A bucket tells one function of the objects below one prefix with one suffix, and nobody else of anything.

`buckets` says for each `{function, event, prefix, suffix}`; any other bucket notifies nothing.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-notificationconfiguration.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.delivery import call_sources
from policies.engine.events.wiring import LATEST, Invocation, invocation, on_function
from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.kinds import BUCKET, FUNCTION, PERMISSION
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.services.storage import TO_EVENT_BRIDGE, told_to_event_bridge
from policies.engine.template.intrinsics import UNKNOWN, referred
from policies.engine.template.lifecycle import made_before
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

_PATH, _SERVICE = "NotificationConfiguration", "s3.amazonaws.com"
_CALLS = f"{_PATH}.LambdaConfigurations"
_OTHERS = ("QueueConfigurations", "TopicConfigurations")
# The CDK's helper, which writes the notifications by a function of its own.
_HELPER = "Custom::S3BucketNotifications"


class Notifications(Policy):
    scope = (BUCKET,)
    relies_on = (FUNCTION, PERMISSION)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        told: list[Resource] = []
        for part, wanted in parameters["buckets"].items():
            bucket, function = parts.player("bucket", part), parts.function(wanted["function"])
            if bucket is None or function is None:
                missing = f"no bucket {part}" if bucket is None else f"no function {wanted['function']}"
                yield Finding(TEMPLATE, "Resources", missing, f"a bucket {part} that notifies {wanted['function']}")
                continue
            told.append(bucket)
            call = Invocation(function, parameters.get("alias", LATEST))
            yield from _entries(template, bucket, wanted, call)
            yield from _permitted(template, bucket, call)
        for bucket in template.of_type(BUCKET):
            yield from _others(template, bucket, (*_OTHERS, *(() if bucket in told else ("LambdaConfigurations",))))
        for helper in template.of_type(_HELPER):
            yield Finding(helper.logical_id, "Type", helper.type, f"the bucket's own {_PATH}")


def _entries(template: Template, bucket: Resource, wanted: Mapping[str, Any], call: Invocation) -> Iterator[Finding]:
    """Yield notifications of functions beside the wanted one, and that it is missing."""
    found, rules = template.value(bucket, _CALLS), {("prefix", wanted["prefix"]), ("suffix", wanted["suffix"])}
    shown = f"{wanted['event']} below {wanted['prefix']} that ends with {wanted['suffix']}"
    entries = listed(found)
    if not entries:
        yield Finding(bucket.logical_id, _CALLS, "none", f"{shown}, for {wanted['function']}")
    for index, entry in enumerate(entries):
        place = f"{_CALLS}[{index}]" if isinstance(found, list) else _CALLS
        own = entry if isinstance(entry, Mapping) else {}
        if index:
            yield Finding(bucket.logical_id, place, "a second notification", "one notification")
        if own.get("Event") != wanted["event"]:
            yield Finding(bucket.logical_id, f"{place}.Event", _said(own, "Event"), wanted["event"])
        if invocation(template, own.get("Function")) != call:
            yield Finding(bucket.logical_id, f"{place}.Function", _said(own, "Function"), wanted["function"])
        if _rules(own) != rules:
            yield Finding(bucket.logical_id, f"{place}.Filter", _said(own, "Filter"), shown)


def _said(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return "missing" if value is None else str(value)


def _rules(entry: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return the filter's rules; the names' case says nothing."""
    found: Any = entry.get("Filter")
    for key in ("S3Key", "Rules"):
        found = found.get(key) if isinstance(found, Mapping) else None
    return {
        (str(one.get("Name")).lower(), str(one.get("Value"))) if isinstance(one, Mapping) else (UNRESOLVED, str(one))
        for one in (found if isinstance(found, list) else [])
    }


def _permitted(template: Template, bucket: Resource, call: Invocation) -> Iterator[Finding]:
    """Yield that S3 may not call the function, or that the permission may come after the bucket, which S3 refuses.

    https://repost.aws/knowledge-center/unable-validate-destination-s3
    """
    arn = template.arn(bucket)
    wanted = f"an {PERMISSION} for {_SERVICE} with this account and the bucket's ARN, by its built name"
    if arn not in call_sources(template, call, _SERVICE):
        yield Finding(bucket.logical_id, _CALLS, f"{call.function.logical_id}, which S3 may not call", wanted)
        return
    own = [
        one
        for one in on_function(template, call.function, PERMISSION)
        if template.text(one.properties.get("SourceArn")) == arn and template.value(one, "Principal") == _SERVICE
    ]
    for permission in own:
        if template.value(permission, "SourceAccount") != template.account:
            found = str(template.value(permission, "SourceAccount") or "none: a bucket's ARN has no account")
            yield Finding(permission.logical_id, "SourceAccount", found, "this account")
        if bucket.logical_id in referred(permission.properties.get("SourceArn")):
            yield Finding(permission.logical_id, "SourceArn", "a reference to the bucket, which waits for it", wanted)
    if own and not any(one.logical_id in made_before(template, bucket) for one in own):
        names = ", ".join(one.logical_id for one in own)
        yield Finding(bucket.logical_id, "DependsOn", f"nothing that waits for {names}", names)


def _others(template: Template, bucket: Resource, lists: tuple[str, ...]) -> Iterator[Finding]:
    """Yield who else is told: queues, topics, EventBridge, and what cannot be resolved."""
    whole = template.value(bucket, _PATH)
    if whole is UNKNOWN:
        yield Finding(bucket.logical_id, _PATH, UNRESOLVED, "notifications that the template shows")
        return
    for key in lists:
        found = template.value(bucket, f"{_PATH}.{key}")
        if found is UNKNOWN or listed(found):
            yield Finding(bucket.logical_id, f"{_PATH}.{key}", str(found), "none")
    bridge = told_to_event_bridge(template, bucket)
    if bridge is not None:
        wanted = "none: every rule of the account would hear of it"
        yield Finding(bucket.logical_id, TO_EVENT_BRIDGE, str(bridge), wanted)


policy = Notifications()
