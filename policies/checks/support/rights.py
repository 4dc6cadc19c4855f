"""Whether a role surely has a right: something gives it without a condition, and nothing may take it away.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from support.denials import may_deny, may_mean_role, may_mean_service
from support.finding import Finding
from support.intrinsics import REGION
from support.memo import once
from support.resource_policies import statements_on
from support.statements import Statement, conditions_of, role_statements, trust_of
from support.template import Resource, Template


def lacking(template: Template, role: Resource, action: str, arn: str) -> Iterator[Finding]:
    """Why a role does not surely have a right."""
    if not any(_gives(one, action, arn) for one in role_statements(template, role)):
        yield Finding(role.logical_id, "Policies", f"no right to {action} on {arn}", "what its part needs")
    yield from denied(template, role, action, arn)


def _gives(one: Statement, action: str, arn: str) -> bool:
    return (
        one.effect == "Allow"
        and one.covers(action)
        and any(isinstance(own, str) and fnmatchcase(arn, own) for own in one.resources)
        and conditions_of(one) == {}
        and "Condition" not in one.owner.raw
    )


def denied(template: Template, role: Resource, action: str, arn: str) -> Iterator[Finding]:
    """What may deny a role an action on an ARN: a statement of its own, its boundary, the policy on the resource."""
    facts = _facts(template, role)
    for one in (*_refusals(template, role), *_refusals_on(template, arn)):
        if may_mean_role(template, one, role) and may_deny(one, action, arn, facts):
            found = f"a statement that may deny {action} on {arn}"
            yield Finding(one.owner.logical_id, one.path, found, "no denial of what a function or a rule needs")
    boundary = template.value(role, "PermissionsBoundary")
    if boundary is not None:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
        wanted = "no boundary: it takes away whatever it does not allow"
        yield Finding(role.logical_id, "PermissionsBoundary", str(boundary), wanted)


def _refusals(template: Template, role: Resource) -> list[Statement]:
    statements = role_statements(template, role)
    return once(template, ("refusals", role.logical_id), lambda: [one for one in statements if one.effect != "Allow"])


def _refusals_on(template: Template, arn: str) -> list[Statement]:
    """Those of the policy on the resource: an object's is its bucket's."""

    def found() -> list[Statement]:
        resource = template.by_arn(arn) or template.by_arn(arn.partition("/")[0])
        statements = statements_on(template, resource) if resource else []
        return [one for one in statements if one.effect != "Allow"]

    return once(template, ("refusals on", arn), found)


def _facts(template: Template, role: Resource) -> dict[str, str | None]:
    """What is so of every request of our functions, None for what it does not name: no condition on these is unknown.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys
    """
    return {
        "aws:securetransport": "true",
        "aws:principalisawsservice": "false",
        "aws:principalarn": template.arn(role),
        "aws:principalaccount": template.account,
        "aws:requestedregion": REGION,
        # How the objects are written: what RT_BUCKET_ENCRYPTED and RT_BUCKET_TIERING want, and never over another.
        "s3:x-amz-server-side-encryption": "aws:kms",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": None,
        "s3:x-amz-storage-class": "INTELLIGENT_TIERING",
        "s3:if-none-match": "*",
        "s3:tlsversion": "1.2",
    }


def trust_denials(template: Template, role: Resource, service: str) -> Iterator[Finding]:
    """What in a role's trust may keep a service from taking it."""
    for one in trust_of(template, role):
        if may_mean_service(one, service) and may_deny(one, "sts:AssumeRole", "", {}):
            yield Finding(role.logical_id, one.path, f"a statement that may deny {service}", f"trust in {service}")


def lets_take(trust: Statement, service: str) -> bool:
    """Whether a statement of trust lets a service take the role, as far as its conditions let it.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """
    return trust.effect == "Allow" and ("Service", service) in trust.principals and trust.covers("sts:AssumeRole")
