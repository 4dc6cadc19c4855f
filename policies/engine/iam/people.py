"""Who has rights beside what the template runs: roles that nothing takes, users and groups.

https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#remove-credentials
"""

import re
from collections.abc import Iterator

from policies.engine.events.wiring import role_of
from policies.engine.finding import Finding
from policies.engine.iam.identities import IDENTITY_POLICIES, own_statements
from policies.engine.iam.statements import Statement
from policies.engine.kinds import FUNCTION, ROLE
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

# A property with a role, such as Role, RoleArn or CloudWatchRoleArn, and that of flow logs.
_ROLE = re.compile(r"(?:role(?:arn|name)?s?|DeliverLogsPermissionArn)(?:\[\d+\])?$", re.IGNORECASE)
_PROFILE = "AWS::IAM::InstanceProfile"
_PEOPLE = ("AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy")


def unused_roles(template: Template) -> Iterator[Finding]:
    """Yield roles that no resource of the template uses: whoever can take them has their rights.

    If a function's role cannot be resolved, that is its own finding, and the role left over may be meant.
    """
    if any(role_of(template, function) is None for function in template.of_type(FUNCTION)):
        return
    used = template.once("used roles", lambda: _used(template))
    for role in template.of_type(ROLE):
        if role.logical_id not in used:
            wanted = "a role that something of this template uses, or none"
            yield Finding(role.logical_id, "AssumeRolePolicyDocument", "a role that nothing here uses", wanted)


def _used(template: Template) -> set[str]:
    users = [one for one in template.resources.values() if not one.type.startswith("AWS::IAM::")]
    found: set[str] = set()
    for one in (*users, *template.of_type(_PROFILE)):
        for path, value in template.leaves(one):
            role = template.target_of(value, ROLE) if _ROLE.search(path) else None
            if role:
                found.add(role.logical_id)
    return found


def rights_of_people(template: Template) -> Iterator[Finding]:
    """Yield what users and groups may do: everything here is done by roles."""
    for owner in template.of_type(*_PEOPLE, *IDENTITY_POLICIES):
        for one in own_statements(template, owner) if _of_people(template, owner) else ():
            if one.allows:
                yield Finding(owner.logical_id, one.path, _shown(one), "no right of a user or a group")


def _of_people(template: Template, owner: Resource) -> bool:
    attached = [*listed(template.value(owner, "Users")), *listed(template.value(owner, "Groups"))]
    return owner.type in _PEOPLE or bool(attached)


def _shown(one: Statement) -> str:
    actions, resources = one.actions or one.not_actions, one.resources or one.not_resources
    return f"{', '.join(map(str, actions))} on {', '.join(map(str, resources))}"
