"""The policies on resources and their statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.documents import statements_of, under_condition
from policies.engine.iam.statements import Statement, denied_under, lower
from policies.engine.relations.holders import BUS_POLICY, DOCUMENTS, HOLDERS, LIMITS, OTHER_DOCUMENTS
from policies.engine.relations.places import pointed
from policies.engine.template.intrinsics import is_function
from policies.engine.template.outline import branches
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

# How a document as a text, or in an Fn::Sub, is known.
_STATEMENT = '"Statement"'


def resource_statements(template: Template, resource: Resource) -> list[Statement]:
    """Return the statements of the policies on a resource; conditional policies do not count."""
    return [one for one in statements_on(template, resource) if "Condition" not in one.owner.raw]


def statements_on(template: Template, resource: Resource) -> list[Statement]:
    """Return the statements of the policies on a resource: its own, and those of its kind's policies."""
    holders = (resource, *policies_on(template, resource))
    return [statement for holder in holders for statement in held_statements(template, holder)]


def policies_on(template: Template, resource: Resource) -> list[Resource]:
    """Return the policies of a resource's kind that are on it."""
    return policies_by_resource(template).get(resource.logical_id, [])


def policies_by_resource(template: Template) -> dict[str, list[Resource]]:
    """Return the policies of resources' kinds by the logical id of what they are on."""
    return template.once("policies on resources", lambda: _policies_on(template))


def _policies_on(template: Template) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for one in template.of_type(*HOLDERS):
        for name in dict.fromkeys(resource.logical_id for resource in policy_resources(template, one)):
            found.setdefault(name, []).append(one)
    return found


def rivals(template: Template, resource: Resource) -> list[Resource]:
    """Return the policies on a resource of which the service keeps one, if they are several: then none is certain."""
    found = [one for one in policies_on(template, resource) if not HOLDERS[one.type].adds]
    return found if len(found) > 1 else []


def several_policies(template: Template, resource: Resource, path: str) -> Iterator[Finding]:
    """Yield a finding if a resource has a second policy where the service keeps one.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
    https://docs.aws.amazon.com/lambda/latest/api/API_PutResourcePolicy.html
    """
    policies = rivals(template, resource)
    if policies:
        names = ", ".join(one.logical_id for one in policies)
        found = f"{len(policies)} policies ({names}), of which AWS keeps one"
        yield Finding(resource.logical_id, path, found, "one policy")


def held_statements(template: Template, holder: Resource) -> list[Statement]:
    """Return the statements of a resource policy, or of a resource with one among its properties."""
    return template.about(holder, _held_statements)


def _held_statements(template: Template, holder: Resource) -> list[Statement]:
    return list(_held(template, holder))


def _held(template: Template, holder: Resource) -> Iterator[Statement]:
    if holder.type == BUS_POLICY:
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html
        yield from statements_of(template, holder, holder.properties, "")
    for path, document, certain in template.of_body(holder.raw, _documents_of):
        found = statements_of(template, holder, document, path)
        yield from found if certain else under_condition(found)


def _documents_of(body: Mapping[str, Any]) -> list[tuple[str, Any, bool]]:
    properties, kind = body.get("Properties"), body.get("Type")
    names = DOCUMENTS - {key for owner, key in OTHER_DOCUMENTS if owner == kind}
    grants = isinstance(properties, Mapping) and kind not in LIMITS
    return list(_documents(properties, names)) if grants else []


def _documents(
    value: Any, names: frozenset[str], path: str = "", certain: bool = True
) -> Iterator[tuple[str, Any, bool]]:
    """Yield the policy documents in a value, at any depth, with their paths, and whether they are certainly there.

    What cannot be resolved counts as a document; of an Fn::If, each branch may be one.
    """
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    for key, item in items:
        # Most of a template are scalars without a document.
        nested = isinstance(item, (dict, list))
        written = nested and is_function(item)
        either = list(branches(item)) if written else []
        if len(either) > 1:
            for one in either:
                yield from _documents({key: one}, names, path, False)
            continue
        deep = nested and not written
        if not deep and key not in names and not (written or (isinstance(item, str) and _STATEMENT in item)):
            continue
        place = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".lstrip(".")
        inner = list(_documents(item, names, place, certain)) if deep else []
        named = key in names and item != {"Ref": "AWS::NoValue"}
        if not inner and (named or _is_document(item)):
            yield place, item, certain
        yield from inner


def _is_document(value: Any) -> bool:
    """Return whether a value is a document of IAM's language, whatever its property is called."""
    if isinstance(value, str) or is_function(value):
        return "Fn::If" not in value and _STATEMENT in str(value) and "Effect" in str(value)
    statements = listed(value.get("Statement")) if isinstance(value, Mapping) else ()
    return any(isinstance(one, Mapping) and "Effect" in one for one in statements)


def policy_resources(template: Template, policy: Resource) -> list[Resource]:
    """Return the resources of the template that a resource policy is on."""
    holder = HOLDERS[policy.type]
    names = listed(template.resolve(policy.properties.get(holder.names)))
    found = [pointed(template, name, *holder.kinds) for name in names]
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
