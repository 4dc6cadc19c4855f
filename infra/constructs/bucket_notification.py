"""The notification of a function by a bucket, set on the bucket itself."""

from aws_cdk import Aws
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.function.base import Function


def notify(scope: Construct, construct_id: str, bucket: s3.Bucket, arn: str, function: Function, **key: str) -> None:
    """Let S3 call the function for each new object of the bucket whose key has this `prefix` and `suffix`.

    The CDK's own way brings a function of another runtime. `arn` is the bucket's, built from its name: a reference
    would be a circle, because S3 asks whether it may call before it accepts the notification.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-notificationconfiguration.html
    """
    permission = lambda_.CfnPermission(
        scope,
        construct_id,
        action="lambda:InvokeFunction",
        function_name=function.entry.function_arn,
        principal="s3.amazonaws.com",
        source_arn=arn,
        # The ARN names no account, and a deleted bucket's name can become another account's.
        source_account=Aws.ACCOUNT_ID,
    )
    resource = bucket.node.default_child
    if not isinstance(resource, s3.CfnBucket):
        raise TypeError(f"{bucket.node.path} has no bucket to notify from")
    rules = [s3.CfnBucket.FilterRuleProperty(name=name, value=value) for name, value in key.items()]
    configuration = s3.CfnBucket.LambdaConfigurationProperty(
        event="s3:ObjectCreated:*",
        function=function.entry.function_arn,
        filter=s3.CfnBucket.NotificationFilterProperty(s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=rules)),
    )
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        lambda_configurations=[configuration]
    )
    resource.add_dependency(permission)
