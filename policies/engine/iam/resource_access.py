"""Access by the policies on resources: functions' permissions, and statements of every other policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.delivery import source_arns
from policies.engine.events.wiring import Invocation, calls_of, function_of, invocation
from policies.engine.finding import Finding
from policies.engine.iam.access import exact, shown, sources_of
from policies.engine.iam.pulling import is_for_our_functions
from policies.engine.iam.resource_policies import held_statements, policies_by_resource, several_policies
from policies.engine.iam.senders import senders, sources_of_call
from policies.engine.iam.statements import Statement, lower
from policies.engine.kinds import API, PERMISSION, REPOSITORY
from policies.engine.relations.callers import SERVICES
from policies.engine.relations.holders import BUS_POLICY, KEYS, ON_ITSELF
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_IDENTITY = ("AWS::IAM::",)
_SENDERS = "aws:SourceArn of what of this template sends here, or no such statement if nothing does"
_ALARMS = (
    "aws:SourceArn with ArnLike to this account's alarms by a part of their names, such as ...:alarm:alarm-x-*-dev"
)
# Types on which no statement that allows something is wanted: whatever it says, there is nothing to write instead.
_NEVER = {
    **dict.fromkeys(KEYS, "no grant on a key of our own: all is under AWS's own keys, and no role may use another"),
    API: "none: the API key says who may call",
}


def permissions(template: Template) -> Iterator[Finding]:
    """Yield function permissions beside those of one service for one source that really calls the function."""
    for one in template.of_type(PERMISSION):
        yield from _permission(template, one)


def _permission(template: Template, one: Resource) -> Iterator[Finding]:
    name = one.logical_id
    action, principal = template.value(one, "Action"), template.value(one, "Principal")
    if action != "lambda:InvokeFunction":
        yield Finding(name, "Action", str(action), "lambda:InvokeFunction")
    function = function_of(template, one)
    invoked, sources = template.about(function, _calls) if function else (set(), {})
    known = isinstance(principal, str) and principal in SERVICES
    if not known:
        services = " or ".join(sorted(filter(None, sources))) or "none: no service calls the function"
        yield Finding(name, "Principal", str(principal), services)
    called = invocation(template, one.properties.get("FunctionName"))
    if called is None or called not in invoked:
        found = f"the qualifier {called.qualifier}" if called else str(template.value(one, "FunctionName"))
        yield Finding(name, "FunctionName", found, "the qualifier that is called, or no such permission")
    source = template.text(one.properties.get("SourceArn"))
    right = sources.get(principal, set()) if known else set().union(*sources.values())
    if source is None or source not in right:
        found = "none: any source" if one.properties.get("SourceArn") is None else str(source or "unknown")
        wanted = "the exact ARN of what calls the function, or no such permission if nothing does"
        yield Finding(name, "SourceArn", found, wanted)
    # A bucket's ARN has no account: a deleted bucket's name is free for others.
    # https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
    if str(source).startswith("arn:aws:s3:::") and template.value(one, "SourceAccount") != template.account:
        yield Finding(name, "SourceAccount", str(template.value(one, "SourceAccount")), "this account")


def _calls(template: Template, function: Resource) -> tuple[set[Invocation], dict[Any, set[str]]]:
    """Return how a function is called, and the ARNs of its callers by service."""
    calls, sources = calls_of(template, function), dict[Any, set[str]]()
    for call in calls:
        sources.setdefault(call.service, set()).update(sources_of_call(template, call))
    return {call.invocation for call in calls}, sources


def resource_policies(template: Template) -> Iterator[Finding]:
    """Yield statements on resources that allow others than services on behalf of something of this template."""
    for name in policies_by_resource(template):
        yield from several_policies(template, template.resources[name], "")
    for resource in template.resources.values():
        if resource.type.startswith(_IDENTITY):
            continue
        if resource.type == BUS_POLICY and "Statement" not in resource.properties:
            # The old form is a permission for an account, or for all.
            found, wanted = template.value(resource, "Principal"), "no principal: our functions need no bus policy"
            yield Finding(resource.logical_id, "Principal", str(found), wanted)
        for one in held_statements(template, resource):
            if one.allows:
                yield from _statement(template, one)


def _statement(template: Template, one: Statement) -> Iterator[Finding]:
    name, kind = one.owner.logical_id, one.owner.type
    if kind in _NEVER:
        found = f"{shown(one.actions or one.not_actions)} for {shown(one.principals or one.not_principals)}"
        yield Finding(name, one.path, found, _NEVER[kind])
        return
    services = [value for kind, value in one.principals if kind == "Service" and exact(value)]
    if not services or len(services) != len(one.principals) or one.not_principals:
        found = shown(one.not_principals or one.principals)
        yield Finding(name, f"{one.path}.Principal", found, "one service, or no such statement")
    if one.not_actions or not one.actions or not all(exact(action) for action in one.actions):
        yield Finding(name, f"{one.path}.Action", shown(one.not_actions or one.actions), "exact actions")
    itself = kind in ON_ITSELF and set(one.resources) <= {"*"}
    if one.not_resources or not (itself or all(_own(template, resource) for resource in one.resources)):
        wanted = '"*", which is the resource itself' if kind in ON_ITSELF else "an ARN of this template"
        yield Finding(name, f"{one.path}.Resource", shown(one.not_resources or one.resources), wanted)
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions
    pulled = kind == REPOSITORY and is_for_our_functions(template, one)
    if lower(one.actions) != ("logs:createlogstream",) and not pulled and not _limited(template, one):
        found = f"sources {shown(tuple(sources_of(one)))}"
        yield Finding(name, f"{one.path}.Condition", found, _ALARMS if _is_for_alarms(one) else _SENDERS)


def _own(template: Template, resource: Any) -> bool:
    if not isinstance(resource, str):
        return False
    return template.by_arn(resource.removesuffix("/*")) is not None


def _limited(template: Template, one: Statement) -> bool:
    """Return whether aws:SourceArn names the senders: by ARN, alarms by this stack's pattern of names."""
    sources = source_arns(template, one)
    if _is_for_alarms(one):
        return bool(sources) and all(_alarms(template, pattern) for pattern in sources)
    known = template.once("senders", lambda: senders(template))
    places = [known[place] for place in {str(own).removesuffix(":*") for own in one.resources} if place in known]
    return bool(sources) and all(any(source in arns for arns in places) for source in sources)


def _is_for_alarms(one: Statement) -> bool:
    return ("Service", "cloudwatch.amazonaws.com") in one.principals


def _alarms(template: Template, pattern: str) -> bool:
    """Return whether a pattern matches alarms of this account by a part of their names."""
    begin, _, names = pattern.partition(":alarm:")
    return "*" not in begin and names.strip("*") != "" and f":{template.account}" in begin
