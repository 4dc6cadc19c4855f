"""Roles with their trust, their inline policies and the attached managed ones.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from collections.abc import Callable, Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, picked, tags

ROLE = "AWS::IAM::Role"


def details(deployment: Deployment, key: str) -> list[Json]:
    """Return users, groups, roles or customers' policies as IAM describes them, all at once."""
    kinds = ["User", "Role", "Group", "LocalManagedPolicy"]
    return deployment.pages("iam", "get_account_authorization_details", key, Filter=kinds)


def own_roles(deployment: Deployment, of: Callable[[str], bool] | None = None) -> Iterator[Thing]:
    """Yield the stage's roles, or others by name; every inline policy is one of a role's `Policies`."""
    wanted = of or (lambda name: deployment.is_ours(ROLE, name))
    for one in details(deployment, "RoleDetailList"):
        name = one["RoleName"]
        if wanted(name):
            role = deployment.asked("iam", "get_role", RoleName=name)["Role"]
            own = ("RoleName", "AssumeRolePolicyDocument", "Description", "Path", "MaxSessionDuration")
            whole = {**one, **picked(role, "PermissionsBoundary")}
            yield Thing(ROLE, name, picked(role, *own) | rights(whole, "RolePolicyList"))


def rights(one: Json, inline: str) -> Json:
    """Return the policies, the boundary and the tags of a role, a user or a group; `inline` lists the policies."""
    properties: Json = {}
    if policies := [picked(policy, "PolicyName", "PolicyDocument") for policy in one.get(inline) or []]:
        properties["Policies"] = sorted(policies, key=lambda policy: str(policy["PolicyName"]))
    if arns := sorted(policy["PolicyArn"] for policy in one.get("AttachedManagedPolicies") or []):
        properties["ManagedPolicyArns"] = arns
    if boundary := one.get("PermissionsBoundary"):
        properties["PermissionsBoundary"] = boundary["PermissionsBoundaryArn"]
    return properties | tags(one.get("Tags"))
