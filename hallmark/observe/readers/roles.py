"""Roles with their trust, their inline policies and the attached managed ones.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
"""

from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, picked

ROLE = "AWS::IAM::Role"


def roles(deployment: Deployment) -> Iterator[Thing]:
    """Yield the roles; every inline policy, whatever its origin, is one of the role's `Policies`."""
    for name in [one["RoleName"] for one in deployment.pages("iam", "list_roles", "Roles")]:
        if not deployment.is_ours(ROLE, name):
            continue
        role = deployment.asked("iam", "get_role", RoleName=name)["Role"]
        properties = picked(role, "RoleName", "AssumeRolePolicyDocument", "Description", "Path", "MaxSessionDuration")
        inline = deployment.pages("iam", "list_role_policies", "PolicyNames", RoleName=name)
        if policies := [
            picked(_inline(deployment, name, policy), "PolicyName", "PolicyDocument") for policy in sorted(inline)
        ]:
            properties["Policies"] = policies
        attached = deployment.pages("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name)
        if arns := sorted(policy["PolicyArn"] for policy in attached):
            properties["ManagedPolicyArns"] = arns
        if boundary := role.get("PermissionsBoundary"):
            properties["PermissionsBoundary"] = boundary["PermissionsBoundaryArn"]
        yield Thing(ROLE, name, properties)


def _inline(deployment: Deployment, role: str, policy: str) -> Json:
    return deployment.asked("iam", "get_role_policy", RoleName=role, PolicyName=policy)


READERS = {ROLE: roles}
