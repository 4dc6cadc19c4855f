"""The policies on resources and their statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.statements import Statement, denied_under, lower, statements_of
from policies.engine.kinds import BUCKET_POLICY, QUEUE_POLICY
from policies.engine.template.template import Resource, Template
from policies.engine.template.values import listed

BUS_POLICY = "AWS::Events::EventBusPolicy"
# The properties with a document, or with another of these properties, such as a table's ResourcePolicy.PolicyDocument.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-dynamodb-table-resourcepolicy.html
_DOCUMENTS = (
    "PolicyDocument",
    "KeyPolicy",
    "ResourcePolicy",
    "AccessPolicies",
    "AccessPolicy",
    "Policy",
    "FileSystemPolicy",
    "RepositoryPolicyText",
    "PolicyText",
)
# Types that hold a resource policy: the property that names the resources it is on.
RESOURCE_POLICIES = {
    QUEUE_POLICY: "Queues",
    "AWS::SNS::TopicPolicy": "Topics",
    BUCKET_POLICY: "Bucket",
    BUS_POLICY: "EventBusName",
}


def resource_statements(template: Template, resource: Resource) -> list[Statement]:
    """Return the statements of the policies on a resource; conditional policies do not count."""
    return [one for one in statements_on(template, resource) if "Condition" not in one.owner.raw]


def statements_on(template: Template, resource: Resource) -> list[Statement]:
    """Return the statements of the policies on a resource: its own, and those of its kind's policies."""
    holders = (resource, *policies_on(template, resource))
    return [statement for holder in holders for statement in held_statements(template, holder)]


def policies_on(template: Template, resource: Resource) -> list[Resource]:
    """Return the policies of a resource's kind that are on it."""
    return template.once("policies on resources", lambda: _policies_on(template)).get(resource.logical_id, [])


def _policies_on(template: Template) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for one in template.of_type(*RESOURCE_POLICIES):
        for name in dict.fromkeys(resource.logical_id for resource in policy_resources(template, one)):
            found.setdefault(name, []).append(one)
    return found


def several_policies(template: Template, resource: Resource, path: str) -> Iterator[Finding]:
    """Yield a finding if a queue or a bucket has a second policy: the service keeps one.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    """
    policies = policies_on(template, resource)
    if len(policies) > 1:
        yield Finding(resource.logical_id, path, f"{len(policies)} policies, of which AWS keeps one", "one policy")


def held_statements(template: Template, holder: Resource) -> list[Statement]:
    """Return the statements of a resource policy, or of a resource with one among its properties."""
    return template.about(holder, _held_statements)


def _held_statements(template: Template, holder: Resource) -> list[Statement]:
    return list(_held(template, holder))


def _held(template: Template, holder: Resource) -> Iterator[Statement]:
    if holder.type == BUS_POLICY:
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html
        yield from statements_of(template, holder, holder.properties, "")
    for path, document in template.of_body(holder.raw, _documents_of):
        yield from statements_of(template, holder, document, path)


def _documents_of(body: Mapping[str, Any]) -> list[tuple[str, Any]]:
    properties = body.get("Properties")
    return list(_documents(properties)) if isinstance(properties, Mapping) else []


def _documents(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the policy documents in a value, at any depth, with their paths; what cannot be resolved counts as one."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    for key, item in items:
        # A scalar holds none: most of a template.
        deep = isinstance(item, (dict, list))
        if not deep and key not in _DOCUMENTS:
            continue
        place = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".lstrip(".")
        inner = list(_documents(item, place)) if deep else []
        if key in _DOCUMENTS and not inner and item != {"Ref": "AWS::NoValue"}:
            yield place, item
        yield from inner


def policy_resources(template: Template, policy: Resource) -> list[Resource]:
    """Return the resources of the template that a resource policy is on."""
    kind = policy.type.removesuffix("Policy")
    names = listed(policy.properties.get(RESOURCE_POLICIES[policy.type]))
    found = [template.target_of(name, kind) for name in names]
    return [resource for resource in found if resource]


def denies_plain_transport(template: Template, statement: Statement, wanted: set[str], service: str) -> bool:
    """Return whether a statement denies all principals every action of the service on the wanted ARNs without TLS.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport
    """
    return (
        statement.effect == "Deny"
        and statement.everybody()
        and any(action in (f"{service}:*", "*") for action in lower(statement.actions))
        and (wanted <= {str(resource) for resource in statement.resources} or "*" in statement.resources)
        and denied_under(statement) == {("bool", "aws:securetransport"): ("false",)}
    )
