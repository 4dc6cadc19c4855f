"""No policy of a resource, and no permission or address of a function, lets in everybody.

A statement for everybody is for some where a condition says which: an account, an organization, a source, a network.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-1
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.iam.narrowing import is_narrowed
from policies.engine.iam.resource_policies import held_statements
from policies.engine.iam.statements import Statement
from policies.engine.kinds import BUS, FUNCTION, PERMISSION, QUEUE, REPOSITORY, TABLE, TOPIC
from policies.engine.policy import Policy
from policies.engine.relations.holders import BUS_POLICY, HOLDERS
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown

_URL = "AWS::Lambda::Url"
_KEYS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
# Policies of buckets have a control of their own, with the blocks that overrule them.
_ELSEWHERE = ("AWS::S3::BucketPolicy",)
# Sources of a permission that say for whom a service calls.
_SOURCES = ("SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken")
_S3 = "s3.amazonaws.com"


class NotPublic(Policy):
    scope = (QUEUE, TOPIC, FUNCTION, PERMISSION, _URL, BUS, REPOSITORY, TABLE, *_KEYS, *HOLDERS)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for holder in template.of_type(*dict.fromkeys(self.scope)):
            if holder.type in _ELSEWHERE:
                continue
            for one in held_statements(template, holder):
                if one.allows and (who := _everybody(one)):
                    wanted = "an account, a role or a service, or a condition that says whose"
                    yield Finding(holder.logical_id, f"{one.path}.Principal", who, wanted)
        for permission in template.of_type(PERMISSION):
            yield from _permission(template, permission)
        for one in template.of_type(BUS_POLICY):
            if template.value(one, "Principal") == "*" and template.value(one, "Condition") is None:
                yield Finding(
                    one.logical_id, "Principal", "everybody", "an account, or a Condition on aws:PrincipalOrgID"
                )
        for url in template.of_type(_URL):
            kind = template.value(url, "AuthType")
            if kind != "AWS_IAM":
                found = "NONE: everybody may call it" if kind == "NONE" else shown(template, kind)
                yield Finding(url.logical_id, "AuthType", found, "AWS_IAM")


def _everybody(one: Statement) -> str:
    """Return how a statement lets in everybody, or may; empty if it does not."""
    if not one.may_be_everybody() or is_narrowed(one):
        return ""
    return "everybody" if one.everybody() else "all but some" if one.not_principals else UNRESOLVED


def _permission(template: Template, permission: Resource) -> Iterator[Finding]:
    """Yield a permission of a function for everybody, or for a service whoever it calls for."""
    name, principal = permission.logical_id, template.value(permission, "Principal")
    narrowed = any(template.value(permission, key) is not None for key in _SOURCES)
    iam = template.value(permission, "FunctionUrlAuthType") == "AWS_IAM"
    if principal == "*" and not narrowed and not iam:
        yield Finding(name, "Principal", "everybody", "an account or a service")
    elif principal is UNKNOWN:
        yield Finding(name, "Principal", UNRESOLVED, "an account or a service")
    elif isinstance(principal, str) and principal.endswith(".amazonaws.com"):
        whose = template.value(permission, "SourceAccount")
        if not narrowed:
            yield Finding(name, "SourceArn", f"none: {principal} may call for anybody", "the ARN of what may call")
        elif principal == _S3 and whose is None:
            # The ARN of a bucket has no account, and its name may be somebody else's later.
            yield Finding(name, "SourceAccount", f"none, for {_S3}", "the account of the bucket")


policy = NotPublic()
