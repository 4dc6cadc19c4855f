"""The statements of roles, users, groups and their policies, and of trust.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from policies.engine.iam.documents import either_of, statements_of
from policies.engine.iam.statements import Statement
from policies.engine.kinds import ROLE
from policies.engine.template.intrinsics import UNKNOWN, is_function
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

# Types that hold statements about what an identity may do, and the property with the document.
IDENTITY_POLICIES = (
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::GroupPolicy",
    "AWS::IAM::ManagedPolicy",
)
IDENTITIES = (ROLE, "AWS::IAM::User", "AWS::IAM::Group")


def trust_of(template: Template, role: Resource) -> list[Statement]:
    """Return the statements of a role's trust policy."""
    return statements_of(template, role, role.properties.get("AssumeRolePolicyDocument"), "AssumeRolePolicyDocument")


def own_statements(template: Template, resource: Resource) -> list[Statement]:
    """Return the statements that an identity or an identity policy itself holds."""
    return template.once(("own statements", resource.logical_id), lambda: list(_own_statements(template, resource)))


def _own_statements(template: Template, resource: Resource) -> Iterator[Statement]:
    if resource.type in IDENTITY_POLICIES:
        yield from statements_of(template, resource, resource.properties.get("PolicyDocument"), "PolicyDocument")
        return
    yield from _policies(template, resource, resource.properties.get("Policies", []), "Policies")


def _policies(template: Template, resource: Resource, policies: Any, path: str) -> list[Statement]:
    """Return the statements of a list of policies, or of one."""
    found: list[Statement] = []
    for index, policy in enumerate(listed(policies)):
        place = f"{path}[{index}]" if isinstance(policies, list) else path
        if is_function(policy):
            found += either_of(resource, policy, place, partial(_policies, template, resource))
            continue
        document = policy.get("PolicyDocument") if isinstance(policy, Mapping) else UNKNOWN
        found += statements_of(template, resource, document, f"{place}.PolicyDocument")
    return found


def identity_statements(template: Template) -> Iterator[Statement]:
    """Yield every statement of every role, user, group and identity policy."""
    for resource in template.of_type(*IDENTITIES, *IDENTITY_POLICIES):
        yield from own_statements(template, resource)


def role_statements(template: Template, role: Resource) -> list[Statement]:
    """Return every statement that a role has: its own, and those of policies attached to it in the template."""
    return template.about(role, _role_statements)


def _role_statements(template: Template, role: Resource) -> list[Statement]:
    attached = template.once("attached policies", lambda: _attached(template)).get(role.logical_id, [])
    return [statement for one in (role, *attached) for statement in own_statements(template, one)]


def _attached(template: Template) -> dict[str, list[Resource]]:
    """Return the identity policies attached to each role, from either side, or to roles that cannot be resolved."""
    roles = template.of_type(ROLE)
    holders: dict[str, set[str]] = {}
    for role in roles:
        for arn in listed(role.properties.get("ManagedPolicyArns")):
            managed = template.target_of(arn, "AWS::IAM::ManagedPolicy")
            if managed:
                holders.setdefault(managed.logical_id, set()).add(role.logical_id)
    found: dict[str, list[Resource]] = {}
    for policy in template.of_type(*IDENTITY_POLICIES):
        names = [*listed(template.value(policy, "Roles")), *listed(template.value(policy, "RoleName"))]
        known = roles if any(name is UNKNOWN for name in names) else [template.target_of(name, ROLE) for name in names]
        for holder in {*holders.get(policy.logical_id, ()), *(role.logical_id for role in known if role)}:
            found.setdefault(holder, []).append(policy)
    return found
