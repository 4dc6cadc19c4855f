"""Whether a role certainly has a permission: an unconditional Allow exists, and no Deny may apply.

Which principals, actions and resources a Deny may apply to: when in doubt, it applies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.identities import role_statements, trust_of
from policies.engine.iam.resource_policies import statements_on
from policies.engine.iam.statements import Statement, conditions_of, fits, fits_arn, lower
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

# The condition keys of a request in lower case; None for a key that it does not have.
Facts = Mapping[str, str | None]
NOT = ("stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike")
ALIKE = ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike")
_VARIABLE = re.compile(r"\$\{[^}]*\}")
IF_EXISTS = "ifexists"
_OPPOSITE = {"true": "false", "false": "true"}
_WHOLE_ACCOUNT = re.compile(r"(?:arn:aws:iam::)?(\d{12}|\$\{AccountId\})(?::root)?")


def lacking(template: Template, role: Resource, action: str, arn: str) -> Iterator[Finding]:
    """Yield why a role does not certainly have a permission."""
    if not any(_gives(one, action, arn) for one in role_statements(template, role)):
        yield Finding(role.logical_id, "Policies", f"no right to {action} on {arn}", "what its part needs")
    yield from denied(template, role, action, arn)


def _gives(one: Statement, action: str, arn: str) -> bool:
    return (
        one.effect == "Allow"
        and one.covers(action)
        and any(isinstance(own, str) and fits(arn, own) for own in one.resources)
        and conditions_of(one) == {}
        and "Condition" not in one.owner.raw
    )


def denied(template: Template, role: Resource, action: str, arn: str, more: Facts | None = None) -> Iterator[Finding]:
    """Yield what may deny a role an action on an ARN: its own statements, its boundary, the policy on the resource.

    `more` are further condition keys of the requests.
    """
    facts = {**facts_of(template, role), **(more or {})}
    for one in (*_refusals(template, role), *_refusals_on(template, arn)):
        if may_mean_role(template, one, role) and may_deny(one, action, arn, facts):
            found = f"a statement that may deny {action} on {arn}"
            yield Finding(one.owner.logical_id, one.path, found, "no denial of what a function or a rule needs")
    boundary = template.value(role, "PermissionsBoundary")
    if boundary is not None:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
        wanted = "no boundary: it denies whatever it does not allow"
        yield Finding(role.logical_id, "PermissionsBoundary", str(boundary), wanted)


def _refusals(template: Template, role: Resource) -> list[Statement]:
    statements = role_statements(template, role)
    return template.once(("refusals", role.logical_id), lambda: [one for one in statements if one.denies])


def _refusals_on(template: Template, arn: str) -> list[Statement]:
    """Return the Deny statements of the policy on the resource; for an object, of its bucket's."""

    def found() -> list[Statement]:
        resource = template.by_arn(arn) or template.by_arn(arn.partition("/")[0])
        statements = statements_on(template, resource) if resource else []
        return [one for one in statements if one.denies]

    return template.once(("refusals on", arn), found)


def facts_of(template: Template, role: Resource) -> dict[str, str | None]:
    """Return the condition keys of every request that is made by a role of ours; any other key is unknown.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys
    """
    return {
        "aws:securetransport": "true",
        "aws:principalisawsservice": "false",
        "aws:principalarn": template.arn(role),
        "aws:principalaccount": template.account,
        "aws:requestedregion": template.region,
        "s3:tlsversion": "1.2",
    }


def trust_denials(template: Template, role: Resource, service: str) -> Iterator[Finding]:
    """Yield what in a role's trust may keep a service from taking it."""
    for one in trust_of(template, role):
        if may_mean_service(one, service) and may_deny(one, "sts:AssumeRole", "", {}):
            yield Finding(role.logical_id, one.path, f"a statement that may deny {service}", f"trust in {service}")


def lets_take(trust: Statement, service: str) -> bool:
    """Return whether a statement of trust lets a service take the role, its conditions aside.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """
    return trust.effect == "Allow" and ("Service", service) in trust.principals and trust.covers("sts:AssumeRole")


def may_deny(one: Statement, action: str, arn: str, facts: Facts) -> bool:
    """Return whether a statement may deny an action on an ARN: no condition certainly fails by the facts."""
    return (
        one.denies
        and may_be(lower(one.actions), lower(one.not_actions), action.lower())
        and may_be(one.resources, one.not_resources, arn)
        and not any(_never(operator, key, values, facts) for (operator, key), values in conditions_of(one).items())
    )


def may_be(among: tuple[Any, ...], but: tuple[Any, ...], wanted: str) -> bool:
    """Return whether what is wanted may be listed, or may not be excluded; trust has no resources."""
    if but:
        return not any(isinstance(one, str) and fits(wanted, one) for one in but)
    return not among or any(may_meet(text_of(one), wanted) for one in among)


def may_meet(pattern: str | None, wanted: str) -> bool:
    """Return whether a pattern may match what is wanted, which may be a pattern too."""
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    if pattern is None or "${aws:" in pattern:
        return True
    if "*" not in wanted:
        return fits(wanted, pattern)
    # Two patterns: the texts before their first wildcards must be compatible.
    begin, wanted_begin = re.split(r"[*?]", pattern)[0], wanted.split("*")[0]
    return wanted_begin.startswith(begin) or begin.startswith(wanted_begin)


def _never(operator: str, key: str, values: tuple[Any, ...], facts: Facts) -> bool:
    """Return whether a condition certainly fails by the facts.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    if key not in facts:
        return False
    fact, where_missing = facts[key], operator.endswith(IF_EXISTS)
    operator = operator.removesuffix(IF_EXISTS)
    if operator == "null":
        return values == ("false" if fact is None else "true",)
    if operator == "bool":
        return values == (_OPPOSITE.get(str(fact)),)
    if operator == "numericlessthan":
        return values == (fact,)
    if fact is None:
        # A request without the key is like nothing; with IfExists, the denial also applies where the key is missing.
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists
        return operator in ALIKE and not where_missing
    if operator in ALIKE:
        # A denial for others: none of them can be what asks.
        return all(isinstance(value, str) and is_other(operator, value, fact) for value in values)
    if operator not in NOT:
        return False
    # A denial with "not like" spares what is like one of its patterns; StringNotEquals takes no wildcards.
    exact = operator.startswith("stringnotequals")
    known = [value for value in values if isinstance(value, str) and not (not exact and "${aws:" in value)]
    like = fits_arn if operator.startswith("arn") else fits
    return any(value == fact or (not exact and like(fact, value)) for value in known)


def is_other(operator: str, value: str, fact: str) -> bool:
    """Return whether a condition's value certainly differs from a fact; either may have variables."""
    one, own = (_VARIABLE.sub("*", text.lower() if "ignorecase" in operator else text) for text in (value, fact))
    parts, facts = one.split(":", 5), own.split(":", 5)
    # Part by part, so that a variable in one leaves the others certain; of ARNs only, and with as many colons.
    by_part = len(parts) == len(facts) == 6 and (operator.startswith("arn") or ":" not in facts[5])
    pairs = zip(parts, facts, strict=True) if by_part else [(one, own)]
    return not all(may_meet(pattern, wanted) for pattern, wanted in pairs)


def may_mean_service(one: Statement, service: str) -> bool:
    """Return whether a statement's principal may be a service."""
    return bool(one.not_principals) or any(text_of(value) in (None, "*", service) for _, value in one.principals)


def may_mean_role(template: Template, one: Statement, role: Resource) -> bool:
    """Return whether a statement's principal may be a role: a statement of its own has none."""
    if one.not_principals or not one.principals:
        return True
    people = [value for kind, value in one.principals if kind not in ("Service", "Federated")]
    return any(_may_be_role(template, value, role) for value in people)


def _may_be_role(template: Template, principal: Any, role: Resource) -> bool:
    """Return whether a principal is "*", an account that may be ours, or the role itself or a session of it."""
    text = text_of(principal)
    if text is None or text == "*":
        return True
    account = _WHOLE_ACCOUNT.fullmatch(text)
    if account:
        return not template.account.isdigit() or account.group(1) == template.account
    return template.name(role) in text.split("/")
