"""The buckets of a template with what their policies deny to all, and its tables.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.resource_policies import resource_statements
from policies.engine.iam.statements import Statement, denied_under
from policies.engine.kinds import TABLES
from policies.engine.template.naming import own_name
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_off

TO_EVENT_BRIDGE = "NotificationConfiguration.EventBridgeConfiguration"
Wanted = Mapping[tuple[str, str], tuple[str, ...]]


def denials(template: Template, bucket: Resource) -> list[Statement]:
    """Return the statements on a bucket that deny something to all principals."""
    statements = resource_statements(template, bucket)
    return [one for one in statements if one.effect == "Deny" and one.everybody() and not one.not_principals]


def denies(template: Template, bucket: Resource, action: str, resource: str, condition: Wanted) -> bool:
    """Return whether an action on an ARN is certainly denied to all under exactly this condition."""
    return any(
        one.covers(action) and _reaches(one, resource) and denied_under(one) == condition
        for one in denials(template, bucket)
    )


def _reaches(statement: Statement, arn: str) -> bool:
    return any(own in (arn, "*") for own in statement.resources)


def missing_denial(template: Template, bucket: Resource, what: str, wanted: str) -> Iterator[Finding]:
    """Yield a finding about the bucket's policy, or about the bucket if it has none."""
    owners = {one.owner.logical_id for one in resource_statements(template, bucket)}
    for name in owners or {bucket.logical_id}:
        path = "PolicyDocument.Statement" if owners else "BucketPolicy"
        yield Finding(name, path, f"{what} is not certainly denied on {bucket.logical_id}", wanted)


def told_to_event_bridge(template: Template, bucket: Resource) -> Any:
    """Return what a bucket says of notices to EventBridge, None if it certainly sends none; `{}` sends all.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-eventbridgeconfiguration.html
    """
    found = template.value(bucket, TO_EVENT_BRIDGE)
    off = isinstance(found, Mapping) and "EventBridgeEnabled" in found and is_off(found["EventBridgeEnabled"])
    return None if off else found


def table_called(template: Template, wanted: str) -> list[Resource]:
    """Return the tables with this name, system and stage left out."""
    return [one for one in template.of_type(*TABLES) if _plain(own_name(template, one, *TABLES)) == _plain(wanted)]


def key_schema(template: Template, table: Resource) -> list[tuple[Any, Any]]:
    """Return the keys of a table as (attribute, HASH or RANGE), in their order."""
    schema = template.value(table, "KeySchema")
    own = schema if isinstance(schema, list) else []
    return [(one.get("AttributeName"), one.get("KeyType")) for one in own if isinstance(one, Mapping)]


def stream_of(template: Template, table: Resource) -> str | None:
    """Return the ARN of a table's stream, as an expression for it resolves."""
    return template.text({"Fn::GetAtt": [table.logical_id, "StreamArn"]})


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
