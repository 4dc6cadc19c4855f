"""A role for each function with exact actions on exact ARNs as its part needs, and no access for others.

https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from policies.engine.events.wiring import role_of
from policies.engine.finding import Finding, mended_by
from policies.engine.iam import access, resource_access
from policies.engine.iam.bypasses import strangers
from policies.engine.iam.grants import UNSCOPED, Conditions, Grant, forwarding, grants_of, workflow_grants
from policies.engine.iam.identities import IDENTITIES, identity_statements, role_statements, trust_of
from policies.engine.iam.people import rights_of_people, unused_roles
from policies.engine.iam.permissions import denied
from policies.engine.iam.statements import Statement, conditions_of, lower
from policies.engine.kinds import ARCHIVE, BUS, FUNCTION, LOG_GROUP, ROLE, TABLES, TOPIC, WORKFLOW
from policies.engine.network.flow_log_roles import SERVICE as FLOW_LOGS
from policies.engine.network.flow_log_roles import flow_log_roles
from policies.engine.network.flow_log_roles import sources as flow_logs
from policies.engine.network.interfaces import is_as_narrow_as_can_be
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.services.versions import whole
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_aws_key, listed

# Properties of a table that may have a key inside.
_WITH_KEYS = ("SSESpecification", "Replicas")
# Objects below a prefix, over TLS, are the narrowest resource for writing new objects.
_PREFIX, _TLS = re.compile(r"arn:aws:s3:::[^*?/]+/[^*?]+/\*"), ("bool", "aws:securetransport")

# What may be under a customer's key, and the properties with it.
_KEYED = (*TABLES, TOPIC, BUS, ARCHIVE, LOG_GROUP, FUNCTION, WORKFLOW)
_STATES = "states.amazonaws.com"
_LEAVE = "Take the key out: AWS encrypts with its own."
_LET_IN = "Let in one service, for what of this stack calls or sends (aws:SourceArn); take every other statement out."
_UNUSED = "Take the role out, or give it to the one function that needs it."
_PEOPLE = "Take the right out: only the stack's own functions use what is in it."
_KEY_NAMES = ("kmsmasterkeyid", "kmskeyidentifier", "kmskeyid", "kmskeyarn")


class LeastPrivilege(Policy):
    scope = (ROLE,)
    relies_on = (FUNCTION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        exact: dict[Resource, list[Grant]] = {}
        for part, function in parts.players("function").items():
            role = role_of(template, function)
            if role:
                exact[role] = grants_of(template, parts, part, function, parameters["grants"])
        for workflow, role, grants in workflow_grants(template, parts, parameters["grants"]):
            exact[role] = grants
            yield from access.trust(template, role, _STATES, _sources(template, role, template.arn(workflow)))
        for role, grants in flow_log_roles(template).items():
            exact[role] = grants
            yield from access.trust(template, role, FLOW_LOGS, _sources(template, role, flow_logs(template)))
        for role in template.of_type(ROLE):
            grants, rules = forwarding(template, role)
            if rules:
                exact.setdefault(role, grants)
                yield from access.trust(template, role, "events.amazonaws.com", rules)
        yield from _function_roles(template, set(exact))
        yield from _managed(template)
        for role, grants in exact.items():
            yield from _exactly(template, role, grants)
        judged = {(one.owner, one.path) for role in exact for one in role_statements(template, role)}
        for one in identity_statements(template):
            yield from _no_wildcards(one)
            yield from _never(one, parameters["never"])
            if one.allows and (one.owner, one.path) not in judged:
                yield from _exact_arns(template, one)
        yield from mended_by(_LEAVE, _keys(template))
        yield from mended_by(_LET_IN, resource_access.permissions(template))
        yield from mended_by(_LET_IN, resource_access.resource_policies(template))
        yield from strangers(template)
        yield from mended_by(_UNUSED, unused_roles(template))
        yield from mended_by(_PEOPLE, rights_of_people(template))


def _sources(template: Template, role: Resource, source: str | None) -> list[str] | None:
    """Return whom a role's trust may name beside a service, the source alone; None where it names the account alone.

    https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html#prevent-cross-service-confused-deputy
    """
    asked = [key for one in trust_of(template, role) for _, key in conditions_of(one)]
    return [source or ""] if "aws:sourcearn" in asked else None


def _function_roles(template: Template, known: set[Resource]) -> Iterator[Finding]:
    functions = template.of_type(FUNCTION)
    roles = [role_of(template, function) for function in functions]
    # A version runs with its function's role.
    users = {(whole(template, function), role) for function, role in zip(functions, roles, strict=True)}
    shared = Counter(role.logical_id for _, role in users if role)
    for function, role in zip(functions, roles, strict=True):
        if role is None:
            found = str(template.value(function, "Role") or "none")
            yield Finding(function.logical_id, "Role", found, "a role of this template, for this function alone")
            continue
        if shared[role.logical_id] > 1:
            found = f"{role.logical_id}, which {shared[role.logical_id]} functions share"
            yield Finding(function.logical_id, "Role", found, "a role of its own")
    for role in {role for role in roles if role}:
        yield from access.trust(template, role, "lambda.amazonaws.com", None)
    taken = set(roles)
    for role in template.of_type(ROLE):
        if role not in taken and role not in known and not forwarding(template, role)[1]:
            yield from access.trust(template, role, None, None)


def _managed(template: Template) -> Iterator[Finding]:
    for identity in template.of_type(*IDENTITIES):
        arns = listed(template.value(identity, "ManagedPolicyArns"))
        if arns:
            found = ", ".join(map(str, arns))
            yield Finding(identity.logical_id, "ManagedPolicyArns", found, "no managed policies")
    for policy in template.of_type("AWS::IAM::ManagedPolicy"):
        yield Finding(policy.logical_id, "Type", policy.type, "the statements in the function's own role")


def _keys(template: Template) -> Iterator[Finding]:
    """Yield customer keys on what functions use: no role has a permission for them, and a key can be switched off.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption.html
    """
    for resource in template.of_type(*_KEYED):
        for path, raw in template.leaves(resource):
            last = path.rpartition(".")[2]
            # A key, or what may hold one and cannot be resolved.
            named = last.lower() in _KEY_NAMES
            key = template.resolve(raw) if named or last in _WITH_KEYS else None
            if key is not None and (named or key is UNKNOWN) and not is_aws_key(template, key):
                yield Finding(resource.logical_id, path, str(key), "AWS's own key, or none: no role may use another")


def _exactly(template: Template, role: Resource, grants: list[Grant]) -> Iterator[Finding]:
    """Yield actions on ARNs that are not granted under their conditions, and grants that are missing."""
    allowed = {(grant.action.lower(), grant.resource): grant for grant in grants}
    narrower = [replace(one, resource=arn, conditions=({}, *one.conditions)) for one in grants for arn in one.narrower]
    allowed = {(one.action.lower(), one.resource): replace(one, needed=False) for one in narrower} | allowed
    given: set[tuple[str, str]] = set()
    for one in role_statements(template, role):
        if not one.allows:
            continue
        for action, resource in ((action, resource) for action in one.actions for resource in one.resources):
            key = (str(action).lower(), str(resource))
            # Also under a wrong condition: reported here, not as a missing permission.
            given.add(key)
            grant = allowed.get(key)
            if grant is None:
                wanted = "only what its part needs"
                yield Finding(one.owner.logical_id, one.path, f"{action} on {resource}", wanted)
            elif not any(_same(conditions_of(one), conditions) for conditions in grant.conditions):
                found = f"{grant} with the condition {one.conditions or 'none'}"
                yield Finding(one.owner.logical_id, f"{one.path}.Condition", found, _wanted_conditions(grant))
    for key, grant in allowed.items():
        if not grant.needed:
            continue
        instead = [arn for arn in grant.narrower if (key[0], arn) in given]
        exact = bool(instead) and len(instead) == len(grant.narrower)
        if key not in given and not exact:
            yield Finding(role.logical_id, "Policies", f"no right to {grant}", "what its part needs")
        for resource in [grant.resource] if key in given or not exact else instead:
            yield from denied(template, role, grant.action, resource, grant.facts)


def _same(given: Conditions, wanted: Conditions) -> bool:
    """Return whether conditions are certainly the same, whatever the order of their values."""
    return given.keys() == wanted.keys() and all(
        UNKNOWN not in values and set(values) == set(wanted[key]) for key, values in given.items()
    )


def _wanted_conditions(grant: Grant) -> str:
    wanted = grant.conditions[-1]
    texts = [f"{operator} {key} {', '.join(map(str, values))}" for (operator, key), values in wanted.items()]
    return " and ".join(texts) or "no condition"


def _no_wildcards(one: Statement) -> Iterator[Finding]:
    if not one.allows:
        return
    for path, values, wrong in (
        ("Action", one.actions, one.not_actions),
        ("Resource", one.resources, one.not_resources),
    ):
        if wrong:
            yield Finding(one.owner.logical_id, f"{one.path}.Not{path}", ", ".join(map(str, wrong)), "no such element")
        elif not values:
            yield Finding(one.owner.logical_id, f"{one.path}.{path}", "none, or unknown", f"exact {path.lower()}s")
    for action in one.actions:
        if not isinstance(action, str) or set(action) & set("*?"):
            yield Finding(one.owner.logical_id, f"{one.path}.Action", str(action), "exact actions")
    if one.effect != "Allow":
        wanted = "Allow or Deny, under no condition of the template"
        yield Finding(one.owner.logical_id, f"{one.path}.Effect", str(one.effect), wanted)


def _never(one: Statement, patterns: list[str]) -> Iterator[Finding]:
    """Yield actions that no role may have; IAM ignores their case."""
    for action in one.actions if one.allows else ():
        if any(fnmatchcase(str(action).lower(), pattern.lower()) for pattern in patterns):
            yield Finding(one.owner.logical_id, f"{one.path}.Action", str(action), "no role that may")


def _exact_arns(template: Template, one: Statement) -> Iterator[Finding]:
    """Yield resources without exact ARNs, of roles that play none of the system's parts."""
    if one.resources == ("*",) and set(lower(one.actions)) <= set(lower(UNSCOPED)):
        return
    if is_as_narrow_as_can_be(one):
        return
    for resource in one.resources or ("none",):
        if _PREFIX.fullmatch(str(resource)) and conditions_of(one).get(_TLS) == ("true",):
            continue
        text = str(resource).removesuffix(":*") if template.by_arn(resource) else str(resource)
        if not text.startswith(("arn:", "${")) or set(text) & set("*?"):
            yield Finding(one.owner.logical_id, f"{one.path}.Resource", str(resource), "exact ARNs")


policy = LeastPrivilege()
