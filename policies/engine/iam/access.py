"""Access: trust of roles, permissions of functions, policies on queues, topics, buses, buckets and log groups.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.delivery import is_for_our_account, source_arns
from policies.engine.events.wiring import Invocation, calls_of, function_of, invocation, targets_of
from policies.engine.finding import Finding
from policies.engine.iam.permissions import lets_take, trust_denials
from policies.engine.iam.resource_policies import BUS_POLICY, held_statements
from policies.engine.iam.statements import Statement, conditions_of, lower, trust_of
from policies.engine.kinds import BUCKET, METHOD, PERMISSION, RULE
from policies.engine.services.api import call_arns
from policies.engine.template.template import Resource, Template
from policies.engine.template.values import listed

_IDENTITY = ("AWS::IAM::",)
# Callers that need a permission of the function -> the service that calls.
_CALLERS = {RULE: "events.amazonaws.com", METHOD: "apigateway.amazonaws.com", BUCKET: "s3.amazonaws.com"}


def trust(template: Template, role: Resource, service: str | None, rules: list[str] | None) -> Iterator[Finding]:
    """Yield what a role's trust has beside one service; with `rules`, beside that service on behalf of these rules."""
    statements = [one for one in trust_of(template, role) if one.allows]
    if service:
        yield from _untaken(template, role, service, rules)
        yield from trust_denials(template, role, service)
    for one in statements:
        if lower(one.actions) != ("sts:assumerole",) or one.not_actions:
            yield Finding(
                role.logical_id, f"{one.path}.Action", _shown(one.actions or one.not_actions), "sts:AssumeRole"
            )
        services = [value for kind, value in one.principals if kind == "Service" and _exact(value)]
        right = services == [service] if service else bool(services)
        if not right or len(services) != len(one.principals) or one.not_principals:
            found = _shown(one.not_principals or one.principals)
            yield Finding(role.logical_id, f"{one.path}.Principal", found, service or "a service")
        sources = source_arns(template, one)
        if rules is not None and not (sources and sources <= set(rules)):
            found = f"sources {_shown(tuple(_sources(one)))}"
            wanted = "aws:SourceArn with ArnEquals to the rules that use the role, and no others"
            yield Finding(role.logical_id, f"{one.path}.Condition", found, wanted)


def _untaken(template: Template, role: Resource, service: str, rules: list[str] | None) -> Iterator[Finding]:
    """Yield a finding if a service may not certainly take a role: other conditions than source and account may fail."""
    trusts = [one for one in trust_of(template, role) if lets_take(one, service)]
    if rules is None:
        certain = any(is_for_our_account(template, one) for one in trusts)
    else:
        certain = set(rules) <= {arn for one in trusts for arn in source_arns(template, one)}
    if not certain:
        found, wanted = f"no trust that certainly lets {service} take the role", f"trust in {service}"
        yield Finding(role.logical_id, "AssumeRolePolicyDocument", found, wanted)


def _sources(statement: Statement) -> list[Any]:
    return [value for (_, key), values in conditions_of(statement).items() if "source" in key for value in values]


def permissions(template: Template) -> Iterator[Finding]:
    """Yield function permissions beside those of one service for one source that really calls the function."""
    for one in template.of_type(PERMISSION):
        yield from _permission(template, one)


def _permission(template: Template, one: Resource) -> Iterator[Finding]:
    name = one.logical_id
    action, principal = template.value(one, "Action"), template.value(one, "Principal")
    if action != "lambda:InvokeFunction":
        yield Finding(name, "Action", str(action), "lambda:InvokeFunction")
    known = principal in _CALLERS.values()
    if not known:
        yield Finding(name, "Principal", str(principal), " or ".join(_CALLERS.values()))
    function = function_of(template, one)
    called = invocation(template, one.properties.get("FunctionName"))
    invoked, sources = template.about(function, _calls) if function else (set(), {})
    if called is None or called not in invoked:
        found = f"the qualifier {called.qualifier}" if called else str(template.value(one, "FunctionName"))
        yield Finding(name, "FunctionName", found, "the qualifier that is called")
    source = template.text(one.properties.get("SourceArn"))
    right = sources.get(principal, set()) if known else set().union(*sources.values())
    if source is None or source not in right or "*" in source:
        found = "none: any source" if one.properties.get("SourceArn") is None else str(source or "unknown")
        yield Finding(name, "SourceArn", found, "the exact ARN of the rule, method or bucket that calls the function")
    # A bucket's ARN has no account: a deleted bucket's name is free for others.
    # https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
    if principal == _CALLERS[BUCKET] and template.value(one, "SourceAccount") != template.account:
        yield Finding(name, "SourceAccount", str(template.value(one, "SourceAccount")), "this account")


def _sources_of(template: Template, caller: Resource) -> set[str]:
    return call_arns(template, caller) if caller.type == METHOD else {str(template.arn(caller))}


def _calls(template: Template, function: Resource) -> tuple[set[Invocation], dict[Any, set[str]]]:
    """Return how a function is called, and the ARNs of its callers by service."""
    calls, sources = calls_of(template, function), dict[Any, set[str]]()
    for call in calls:
        sources.setdefault(_CALLERS.get(call.caller.type), set()).update(_sources_of(template, call.caller))
    return {call.invocation for call in calls}, sources


def resource_policies(template: Template) -> Iterator[Finding]:
    """Yield statements on resources that allow others than services on behalf of something of this template."""
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
    name, wanted = one.owner.logical_id, "one service"
    services = [value for kind, value in one.principals if kind == "Service" and _exact(value)]
    if not services or len(services) != len(one.principals) or one.not_principals:
        yield Finding(name, f"{one.path}.Principal", _shown(one.not_principals or one.principals), wanted)
    if one.not_actions or not one.actions or not all(_exact(action) for action in one.actions):
        yield Finding(name, f"{one.path}.Action", _shown(one.not_actions or one.actions), "exact actions")
    if one.not_resources or not all(_own(template, resource) for resource in one.resources):
        yield Finding(
            name, f"{one.path}.Resource", _shown(one.not_resources or one.resources), "an ARN of this template"
        )
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions
    if lower(one.actions) != ("logs:createlogstream",) and not _limited(template, one):
        found = f"sources {_shown(tuple(_sources(one)))}"
        yield Finding(name, f"{one.path}.Condition", found, "aws:SourceArn of what of this template sends here")


def _own(template: Template, resource: Any) -> bool:
    if not isinstance(resource, str):
        return False
    return template.by_arn(resource.removesuffix("/*")) is not None


def _limited(template: Template, one: Statement) -> bool:
    """Return whether aws:SourceArn names the senders: rules by ARN, alarms by this stack's pattern of names."""
    sources = source_arns(template, one)
    if ("Service", "cloudwatch.amazonaws.com") in one.principals:
        return bool(sources) and all(_alarms(template, pattern) for pattern in sources)
    senders = template.once("senders", lambda: _senders(template))
    places = [senders[place] for place in {str(own).removesuffix(":*") for own in one.resources} if place in senders]
    return bool(sources) and all(any(source in rules for rules in places) for source in sources)


def _alarms(template: Template, pattern: str) -> bool:
    """Return whether a pattern matches alarms of this account by a part of their names."""
    begin, _, names = pattern.partition(":alarm:")
    return "*" not in begin and names.strip("*") != "" and f":{template.account}" in begin


def _senders(template: Template) -> dict[str, set[str]]:
    """Return the ARNs of rules by the targets and dead-letter queues that they send to."""
    found: dict[str, set[str]] = {}
    for rule in template.of_type(RULE):
        for target in targets_of(rule):
            config = target.raw.get("DeadLetterConfig")
            queue = config.get("Arn") if isinstance(config, Mapping) else None
            for place in (template.text(target.raw.get("Arn")), template.text(queue)):
                if place is not None:
                    found.setdefault(place, set()).add(template.arn(rule) or "")
    return found


def _exact(value: Any) -> bool:
    return isinstance(value, str) and not set(value) & set("*?")


def _shown(values: Any) -> str:
    return ", ".join(str(value) for value in listed(list(values))) or "nothing"
