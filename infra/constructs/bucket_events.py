"""The start of a workflow by new objects of a bucket: S3's events on the default bus, and a rule with its own role."""

import json
from dataclasses import dataclass

from aws_cdk import Aws, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs import principals
from infra.constructs.metadata import mark
from infra.constructs.role import allow, least_role
from infra.constructs.secure_queue import SecureQueue
from infra.names import Names

# What an execution gets, by its place in the event. Texts of an input template are quoted by EventBridge.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
_INPUT = {"bucket": "$.detail.bucket.name", "key": "$.detail.object.key", "versionId": "$.detail.object.version-id"}


@dataclass(frozen=True)
class Delivery:
    """How often and how many seconds EventBridge tries to start an execution."""

    retries: int
    seconds: int


def start_for_objects(
    scope: Construct,
    construct_id: str,
    *,
    names: Names,
    rule: str,
    description: str,
    bucket: s3.Bucket,
    keys: str,
    machine: str,
    delivery: Delivery,
    failure: SecureQueue,
) -> None:
    """Start an execution for each object that is created under a key that fits the wildcard `keys`.

    The bucket's own property sends the events: the CDK's way brings a function of another runtime.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-eventbridgeconfiguration.html
    """
    _send_events(bucket)
    arn = Stack.of(scope).format_arn(service="events", resource="rule", resource_name=names.of(rule, "rule"))
    failure.accept_from_rules([arn])
    role = least_role(
        scope,
        f"{construct_id}Role",
        name=names.of(rule, "role"),
        trusted=principals.service(
            "events.amazonaws.com",
            {"ArnEquals": {"aws:SourceArn": arn}, "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        ),
        statements=[allow("StartExecution", ["states:StartExecution"], machine)],
    )
    kinds = events.CfnRule
    template = ", ".join(f"{json.dumps(name)}: <{name}>" for name in _INPUT)
    resource = kinds(
        scope,
        construct_id,
        name=names.of(rule, "rule"),
        description=description,
        event_pattern={
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [bucket.bucket_name]}, "object": {"key": [{"wildcard": keys}]}},
        },
        state="ENABLED",
        targets=[
            kinds.TargetProperty(
                id="workflow",
                arn=machine,
                role_arn=role.role_arn,
                input_transformer=kinds.InputTransformerProperty(
                    input_paths_map=_INPUT, input_template=f"{{{template}}}"
                ),
                retry_policy=kinds.RetryPolicyProperty(
                    maximum_retry_attempts=delivery.retries, maximum_event_age_in_seconds=delivery.seconds
                ),
                dead_letter_config=kinds.DeadLetterConfigProperty(arn=failure.queue_arn),
            )
        ],
    )
    mark(resource, names, rule)


def _send_events(bucket: s3.Bucket) -> None:
    resource = bucket.node.default_child
    if not isinstance(resource, s3.CfnBucket):
        raise TypeError(f"{bucket.node.path} has no bucket that could send events")
    kinds = s3.CfnBucket
    resource.notification_configuration = kinds.NotificationConfigurationProperty(
        event_bridge_configuration=kinds.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    )
