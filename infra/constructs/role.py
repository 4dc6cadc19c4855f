"""A role with exactly the listed permissions."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct


def least_role(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    trusted: iam.IPrincipal,
    statements: Sequence[iam.PolicyStatement],
    policy: str = "least-privilege",
) -> iam.Role:
    """Return a role with the statements inline, so that no other role can use them."""
    return iam.Role(
        scope,
        construct_id,
        role_name=name,
        assumed_by=trusted,
        inline_policies={policy: iam.PolicyDocument(statements=list(statements))},
    )


def allow(sid: str, actions: Sequence[str], *resources: str) -> iam.PolicyStatement:
    """Return a statement without a condition."""
    return iam.PolicyStatement(sid=sid, actions=list(actions), resources=list(resources))
