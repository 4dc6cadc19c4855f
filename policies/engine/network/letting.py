"""What the policy of an endpoint lets through: whether a right certainly passes, and which statements let more.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.engine.iam.certainty import about, applies, holds
from policies.engine.iam.documents import statements_of
from policies.engine.iam.permissions import Facts, denied, may_deny, may_mean_role
from policies.engine.iam.statements import Statement, conditions_of
from policies.engine.network.model import GATEWAY, Endpoint
from policies.engine.network.naming import shown
from policies.engine.network.rights import Right
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

DOCUMENT = "PolicyDocument"
_BOUNDARY = "PermissionsBoundary"
# Keys that only the way of a request decides: a right under another one's cannot be used.
_OF_THE_WAY = ("aws:sourcevpce", "aws:sourcevpc")
_ALIKE = ("stringequals", "stringlike", "arnequals", "arnlike", "stringequalsignorecase")


@dataclass(frozen=True)
class Refusal:
    """Why a right may not pass: where that is written, what is wrong, and the fix."""

    owner: str
    path: str
    found: str
    wanted: str
    fix: str


def policy_of(template: Template, endpoint: Endpoint) -> list[Statement]:
    """Return the statements of an endpoint's policy; none of AWS's own, which lets everything through."""
    if endpoint.document is None:
        return []
    return template.about(endpoint.resource, _statements)


def _statements(template: Template, resource: Resource) -> list[Statement]:
    return statements_of(template, resource, resource.properties.get(DOCUMENT), DOCUMENT)


def account_of(template: Template, arn: str) -> str | None:
    """Return the account of what an ARN names; None if it does not say so."""
    parts = arn.split(":")
    if len(parts) > 5 and parts[0] == "arn" and parts[4]:
        return parts[4]
    return template.account if template.by_arn(arn) or template.by_arn(arn.partition("/")[0]) else None


def refusals(template: Template, role: Resource, facts: Facts, right: Right, endpoint: Endpoint) -> Iterator[Refusal]:
    """Yield why a right of a role may not pass an endpoint: its policy, and what the role and the resource ask."""
    account = account_of(template, right.resource)
    own = {"aws:resourceaccount": account} if account else {}
    here = {**facts, "aws:sourcevpce": str(template.ref(endpoint.resource)), **own}
    for (operator, key), values in right.conditions.items():
        if key in _OF_THE_WAY and not holds(operator, key, values, here):
            found = f"the role has it only under {key} {', '.join(map(str, values))}"
            fix = f"Name {endpoint.resource.logical_id}, or take the right out."
            yield Refusal(right.owner, f"{right.path}.Condition", found, f"the {_name(template, endpoint)}", fix)
    for one in denied(template, role, right.action, right.resource, here):
        found = f"the boundary {one.found}" if one.path == _BOUNDARY else f"a statement of {one.resource}"
        yield Refusal(one.resource, one.path, f"{found} may deny it", one.wanted, "Take the denial out, or the right.")
    if endpoint.document is not None:
        yield from _refused(template, role, here, right, endpoint)


def _refused(template: Template, role: Resource, facts: Facts, right: Right, endpoint: Endpoint) -> Iterator[Refusal]:
    name, statements = _name(template, endpoint), policy_of(template, endpoint)
    for one in statements:
        if may_mean_role(template, one, role) and may_deny(one, right.action, right.resource, facts):
            found = f"the policy of the {name} may deny it"
            yield _refusal(endpoint, one.path, found, "no denial of what a function needs", "Take the denial out.")
    left = [one for one in statements if one.effect == "Allow"]
    for what, passes in (
        (
            f"allows nothing to the role {template.name(role)}",
            lambda one: _is_for_role(template, one, role, endpoint, facts),
        ),
        (
            f"does not allow this action to the role {template.name(role)}",
            lambda one: about(one, right.action, right.resource) or one.covers(right.action),
        ),
        ("does not allow the action on this resource", lambda one: about(one, right.action, right.resource)),
        ("allows it only under conditions that may not hold", lambda one: applies(one, facts, right.conditions)),
    ):
        left = [one for one in left if passes(one)]
        if not left:
            found, wanted = f"the policy of the {name} {what}", "a statement that allows exactly the right"
            fix = f"Allow {right.action} on {right.resource} with aws:PrincipalArn {template.arn(role)}."
            yield _refusal(endpoint, DOCUMENT, found, wanted, fix)
            return


def _refusal(endpoint: Endpoint, path: str, found: str, wanted: str, fix: str) -> Refusal:
    return Refusal(endpoint.resource.logical_id, path, found, wanted, fix)


def _is_for_role(template: Template, one: Statement, role: Resource, endpoint: Endpoint, facts: Facts) -> bool:
    """Return whether a statement is certainly for a role; a gateway knows it by aws:PrincipalArn alone.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#vpc-endpoint-policies-gateway
    """
    asked = [(key, values) for key, values in conditions_of(one).items() if key[1].startswith("aws:principal")]
    if not all(holds(*key, values, facts) for key, values in asked):
        return False
    named = {text_of(value) for kind, value in one.principals if kind == "AWS"}
    ours = {template.arn(role), template.account, f"arn:aws:iam::{template.account}:root"}
    return one.everybody() or (endpoint.kind != GATEWAY and bool(named & ours))


def roles_named(template: Template, one: Statement) -> tuple[set[str | None], bool]:
    """Return the roles that a statement names, other accounts among them, and whether it limits whom it is for."""
    by_name = () if one.everybody() else one.principals
    named: set[str | None] = {text_of(value) for kind, value in by_name if kind == "AWS"}
    ours = {template.account, f"arn:aws:iam::{template.account}:root"}
    limited = bool(named)
    for (operator, key), values in conditions_of(one).items():
        if operator in _ALIKE and key == "aws:principalarn":
            named |= {text_of(value) for value in values}
            limited = True
        if operator in _ALIKE and key == "aws:principalaccount":
            named |= {text_of(value) for value in values}
            limited = True
    return named - ours, limited


def limited_to(one: Statement, key: str, account: str) -> bool:
    """Return whether a statement asks for an account by a condition key, such as aws:ResourceAccount."""
    conditions = conditions_of(one)
    return any(conditions.get((operator, key)) == (account,) for operator in ("stringequals", "stringlike"))


def _name(template: Template, endpoint: Endpoint) -> str:
    return shown(template, endpoint.resource)


def pairs(one: Statement) -> Iterator[tuple[str | None, str | None]]:
    """Yield what a statement allows: action and resource; None for one that cannot be resolved."""
    actions: tuple[Any, ...] = one.actions if not one.not_actions else ("*",)
    resources: tuple[Any, ...] = one.resources if not one.not_resources else ("*",)
    for action in actions:
        yield from ((text_of(action), text_of(resource)) for resource in resources)
