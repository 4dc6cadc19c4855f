"""Who sends where on whose behalf: the ARNs that a resource's policy may name as sources.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcearn
"""

from collections.abc import Iterator

from policies.engine.events.wiring import Call, arn_of, calls_of
from policies.engine.kinds import BUCKET, FUNCTION, METHOD, RULE, SUBSCRIPTION, TOPIC
from policies.engine.relations.flows import handings
from policies.engine.relations.places import pointed
from policies.engine.services.api import api_of, call_arns
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_AUTHORIZER = "AWS::ApiGateway::Authorizer"
# What sends by itself, not by a role; a subscription on behalf of its topic.
_SENDERS = {RULE: "", BUCKET: "", TOPIC: "", SUBSCRIPTION: "TopicArn"}
_LOGS = "LoggingConfiguration.DestinationBucketName"


def sources_of_call(template: Template, call: Call) -> set[str]:
    """Return the source ARNs with which a service calls a function."""
    caller = call.caller
    if caller.type == METHOD:
        return call_arns(template, caller)
    if caller.type == _AUTHORIZER:
        api = api_of(template, caller)
        place = f"arn:aws:execute-api:{template.region}:{template.account}"
        return {f"{place}:${{{api.logical_id}}}/authorizers/${{{caller.logical_id}}}"} if api else set()
    return set(_arns(template, caller, call.source))


def _arns(template: Template, owner: Resource, path: str) -> Iterator[str]:
    """Yield how the ARN of a resource, or of what its property names, is written."""
    source = pointed(template, owner.properties.get(path)) if path else owner
    arn = template.arn(source) if source else None
    if arn:
        yield arn
    elif source:
        # Of a type whose ARN is made at deployment.
        yield from (f"${{{source.logical_id}.Arn}}", f"${{{source.logical_id}}}")


def senders(template: Template) -> dict[str, set[str]]:
    """Return the ARNs of what sends, by the ARN that it sends to: dead letters, notifications and calls, too."""
    found: dict[str, set[str]] = {}
    for function in template.of_type(FUNCTION):
        for call in calls_of(template, function):
            if call.service:
                found.setdefault(arn_of(template, call.invocation), set()).update(sources_of_call(template, call))
    for one in handings(template, *_SENDERS):
        if one.text is not None:
            found.setdefault(one.text, set()).update(_arns(template, one.owner, _SENDERS[one.owner.type]))
    for bucket in template.of_type(BUCKET):
        target = template.target_of(template.value(bucket, _LOGS), BUCKET)
        if target:
            found.setdefault(f"{template.arn(target)}/*", set()).add(template.arn(bucket) or "")
    return found
