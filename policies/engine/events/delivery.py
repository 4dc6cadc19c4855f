"""EventBridge's permission to deliver: to a queue, to a function, to another bus.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import Invocation, arn_of, invocation
from policies.engine.finding import Finding
from policies.engine.iam.identities import role_statements, trust_of
from policies.engine.iam.permissions import denied, lets_take, may_deny, may_mean_service, trust_denials
from policies.engine.iam.resource_policies import held_statements, policy_resources, resource_statements, rivals
from policies.engine.iam.statements import Statement, conditions_of, lower
from policies.engine.kinds import FUNCTION, PERMISSION, RULE
from policies.engine.relations.holders import FUNCTION_POLICY
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_off

EVENTS, INVOKE = "events.amazonaws.com", "lambda:InvokeFunction"
# ArnEquals and ArnLike are equivalent; a wildcard in the value is refused either way.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
_EXACT = ("arnequals", "arnlike", "stringequals", "stringlike")

# Conditions of a permission that neither EventBridge nor API Gateway meets.
_NARROWER = ("EventSourceToken", "PrincipalOrgID", "FunctionUrlAuthType", "InvokedViaFunctionUrl")


def source_arns(template: Template, statement: Statement) -> set[str]:
    """Return the only sources that a statement certainly allows; empty if it asks for more or for another account."""
    found: list[set[str]] = []
    for (operator, key), values in conditions_of(statement).items():
        if key == "aws:sourcearn" and operator in _EXACT:
            found.append({str(value) for value in values})
        elif not _is_our_account(template, (operator, key), values):
            return set()
    return set.intersection(*found) if found else set()


def _is_our_account(template: Template, asked: tuple[str, str], values: tuple[Any, ...]) -> bool:
    return asked == ("stringequals", "aws:sourceaccount") and template.account in values


def is_for_our_account(template: Template, statement: Statement) -> bool:
    """Return whether a statement's only condition, if any, is this account."""
    return all(_is_our_account(template, *condition) for condition in conditions_of(statement).items())


def is_limited_to_rules(template: Template, statement: Statement) -> bool:
    """Return whether a statement is limited to rules of this template, each by its whole ARN."""
    known = template.once("rule ARNs", lambda: {template.arn(rule) for rule in template.of_type(RULE)})
    conditions = conditions_of(statement).items()
    sources = [values for (operator, key), values in conditions if key == "aws:sourcearn" and operator in _EXACT]
    return any(values and {str(value) for value in values} <= known for values in sources)


def is_for_events(statement: Statement) -> bool:
    """Return whether EventBridge is among the statement's principals."""
    return ("Service", EVENTS) in statement.principals


def queue_statements(template: Template, queue: Resource) -> list[Statement]:
    """Return the statements on a queue, which many targets share."""
    return template.about(queue, resource_statements)


def may_send(template: Template, queue: Resource, rule: Resource) -> bool:
    """Return whether the queue's policy certainly lets EventBridge send to it on behalf of the rule."""
    allowed, refusals = template.about(queue, _sending)
    arn, rule_arn = str(template.arn(queue)), template.arn(rule)
    return rule_arn in allowed and not any(
        may_refuse(template, one, "sqs:SendMessage", arn, str(rule_arn)) for one in refusals
    )


def _sending(template: Template, queue: Resource) -> tuple[set[str], list[Statement]]:
    """Return the rules that may send to a queue, and the denials that apply to some rules only."""
    arn, action = template.arn(queue), "sqs:SendMessage"
    allowed: set[str] = set()
    refusals: list[Statement] = []
    if rivals(template, queue):
        return allowed, refusals
    for one in queue_statements(template, queue):
        if one.effect == "Allow" and is_for_events(one) and one.covers(action) and arn in one.resources:
            allowed |= source_arns(template, one)
        elif one.denies and any(key == "aws:sourcearn" for _, key in conditions_of(one)):
            refusals.append(one)
        elif may_refuse(template, one, action, str(arn), ""):
            return set(), []
    return allowed, refusals


def may_refuse(template: Template, statement: Statement, action: str, arn: str, rule_arn: str) -> bool:
    """Return whether a Deny may apply to an action of EventBridge on behalf of a rule.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    return may_refuse_service(template, statement, EVENTS, action, arn, rule_arn)


def may_refuse_service(
    template: Template, statement: Statement, service: str, action: str, arn: str, source_arn: str
) -> bool:
    """Return whether a Deny may apply to an action of a service on behalf of a source."""
    facts = {
        "aws:securetransport": "true",
        "aws:principalisawsservice": "true",
        "aws:principalservicename": service,
        "aws:sourcearn": source_arn,
        "aws:sourceaccount": template.account,
        # SNS's own key for the same. https://docs.aws.amazon.com/sns/latest/dg/sns-using-identity-based-policies.html
        "aws:sourceowner": template.account,
    }
    return may_mean_service(statement, service) and may_deny(statement, action, arn, facts)


def open_to_strangers(template: Template, statement: Statement) -> bool:
    """Return whether a queue's statement allows more than named principals and EventBridge for our rules."""
    if not statement.allows:
        return False
    if statement.may_be_everybody() or statement.not_actions or not statement.principals:
        return True
    return is_for_events(statement) and not is_limited_to_rules(template, statement)


def may_call(template: Template, call: Invocation, service: str, source_arn: str | None) -> bool:
    """Return whether a permission lets a service call this qualifier of a function for exactly this source."""
    return source_arn is not None and source_arn in call_sources(template, call, service)


def call_sources(template: Template, call: Invocation, service: str) -> set[str]:
    """Return the sources that permissions let a service call this qualifier of a function for."""
    grants = template.once("call sources", lambda: _call_sources(template))
    allowed = grants.get((call.function.logical_id, call.qualifier, service), set())
    denials = template.once("call denials", lambda: _call_denials(template)).get(call.function.logical_id)
    if not denials or not allowed:
        return allowed
    arn = arn_of(template, call)
    return {
        source
        for source in allowed
        if not any(may_refuse_service(template, one, service, INVOKE, arn, source) for one in denials)
    }


def _call_sources(template: Template) -> dict[tuple[str, str, str], set[str]]:
    """Return the sources of all permissions by (function, qualifier, service)."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for permission in template.of_type(PERMISSION):
        on = invocation(template, permission.properties.get("FunctionName"))
        action = template.text(permission.properties.get("Action"))
        wide = "Condition" not in permission.raw and not _is_narrowed(template, permission)
        if on and action in (INVOKE, "lambda:*") and wide:
            qualifier = template.text(permission.properties.get("Qualifier")) or on.qualifier
            principal = template.text(permission.properties.get("Principal")) or "unknown"
            source = template.text(permission.properties.get("SourceArn")) or "anywhere"
            found.setdefault((on.function.logical_id, qualifier, principal), set()).add(source)
    for on, statements in _function_policies(template):
        arn = arn_of(template, on)
        for one in statements:
            if (
                one.effect == "Allow"
                and one.covers(INVOKE)
                and arn in one.resources
                and "Condition" not in one.owner.raw
            ):
                for _, principal in one.principals:
                    key = on.function.logical_id, on.qualifier, str(principal)
                    found.setdefault(key, set()).update(source_arns(template, one))
    return found


def _function_policies(template: Template) -> Iterator[tuple[Invocation, list[Statement]]]:
    """Yield the policies on functions as a whole, of those that are the only one on theirs.

    https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    for policy in template.of_type(FUNCTION_POLICY):
        on = invocation(template, policy.properties.get("ResourceArn"))
        target = next(iter(policy_resources(template, policy)), None)
        if on and not (target and rivals(template, target)):
            yield on, held_statements(template, policy)


def _call_denials(template: Template) -> dict[str, list[Statement]]:
    """Return the statements that may deny calls, by function; those of policies that rival each other, too."""
    found: dict[str, list[Statement]] = {}
    for policy in template.of_type(FUNCTION_POLICY):
        on = invocation(template, policy.properties.get("ResourceArn"))
        denials = [one for one in held_statements(template, policy) if one.denies]
        for function in [on.function] if on else template.of_type(FUNCTION):
            found.setdefault(function.logical_id, []).extend(denials)
    return found


def _is_narrowed(template: Template, permission: Resource) -> bool:
    """Return whether a permission has conditions beyond a source in this account.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
    """
    if template.value(permission, "SourceAccount") not in (None, template.account):
        return True
    return any(not is_off(template.value(permission, name)) for name in _NARROWER)


def forwarding_problems(template: Template, role: Resource, rule: Resource, bus: Resource) -> Iterator[Finding]:
    """Yield what keeps a role from forwarding a rule's events to a bus, and what it may do beyond that.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-to-event-bus.html
    """
    before, trusted, after = template.once(
        ("forwarding", role.logical_id, bus.logical_id), lambda: _forwarding(template, role, bus)
    )
    yield from before
    if template.arn(rule) not in trusted:
        wanted = f"trust in {EVENTS} with aws:SourceArn equal to the ARN of {rule.logical_id}"
        yield Finding(role.logical_id, "AssumeRolePolicyDocument", "no trust in EventBridge for this rule", wanted)
    yield from after


def _forwarding(template: Template, role: Resource, bus: Resource) -> tuple[list[Finding], set[str], list[Finding]]:
    """Return what is the same for every rule: findings before, the rules that the trust names, findings after."""
    trusts = [one for one in trust_of(template, role) if one.allows]
    trusted = {arn for one in trusts if lets_take(one, EVENTS) for arn in source_arns(template, one)}
    return list(_put_problems(template, role, bus)), trusted, list(_trust_problems(template, role, trusts))


def _put_problems(template: Template, role: Resource, bus: Resource) -> Iterator[Finding]:
    arn, name = template.arn(bus), template.name(bus)
    puts = [one for one in role_statements(template, role) if one.allows]
    exact = [one for one in puts if set(lower(one.actions)) == {"events:putevents"} and one.resources == (arn,)]
    if not any(one.effect == "Allow" and conditions_of(one) == {} for one in exact):
        yield Finding(role.logical_id, "Policies", "no events:PutEvents on the bus", f"events:PutEvents on {name}")
    yield from denied(template, role, "events:PutEvents", arn or "")
    for one in puts:
        if one not in exact:
            found = f"{one.actions or one.not_actions} on {one.resources or one.not_resources}"
            yield Finding(one.owner.logical_id, one.path, found, f"nothing but events:PutEvents on {name}")
    yield from trust_denials(template, role, EVENTS)


def _trust_problems(template: Template, role: Resource, trusts: list[Statement]) -> Iterator[Finding]:
    for one in trusts:
        if one.principals != (("Service", EVENTS),) or not is_limited_to_rules(template, one):
            wanted = f"trust in {EVENTS} alone, limited to rules of this template by aws:SourceArn"
            yield Finding(role.logical_id, one.path, f"trust in {one.principals}", wanted)
