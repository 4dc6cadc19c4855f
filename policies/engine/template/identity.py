"""Physical names and ARNs of resources, as far as a template tells them.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """How a type is named: the property with its name, its ARN, and what Ref gives (`name` or `arn` or a text)."""

    name: str
    arn: str
    ref: str = "{name}"
    attributes: tuple[str, ...] = ("Arn",)


_HERE = "{region}:{account}"
FORMS = {
    "AWS::ApiGateway::Stage": Form("StageName", ""),
    "AWS::CloudWatch::Alarm": Form("AlarmName", f"arn:aws:cloudwatch:{_HERE}:alarm:{{name}}"),
    "AWS::DynamoDB::Table": Form("TableName", f"arn:aws:dynamodb:{_HERE}:table/{{name}}"),
    "AWS::DynamoDB::GlobalTable": Form("TableName", f"arn:aws:dynamodb:{_HERE}:table/{{name}}"),
    "AWS::Events::Archive": Form("ArchiveName", f"arn:aws:events:{_HERE}:archive/{{name}}"),
    "AWS::Events::EventBus": Form("Name", f"arn:aws:events:{_HERE}:event-bus/{{name}}"),
    "AWS::Events::Rule": Form("Name", f"arn:aws:events:{_HERE}:rule/{{parent}}{{name}}", "{parent_ref}{name}"),
    "AWS::IAM::ManagedPolicy": Form("ManagedPolicyName", "arn:aws:iam::{account}:policy/{name}", "{arn}"),
    "AWS::IAM::Role": Form("RoleName", "arn:aws:iam::{account}:role/{name}"),
    "AWS::Lambda::Alias": Form("Name", f"arn:aws:lambda:{_HERE}:function:{{parent}}{{name}}", "{arn}", ("AliasArn",)),
    "AWS::Lambda::Function": Form("FunctionName", f"arn:aws:lambda:{_HERE}:function:{{name}}"),
    "AWS::Logs::LogGroup": Form("LogGroupName", f"arn:aws:logs:{_HERE}:log-group:{{name}}:*"),
    "AWS::S3::Bucket": Form("BucketName", "arn:aws:s3:::{name}"),
    "AWS::SNS::Topic": Form("TopicName", f"arn:aws:sns:{_HERE}:{{name}}", "{arn}", ("TopicArn",)),
    "AWS::SQS::Queue": Form(
        "QueueName", f"arn:aws:sqs:{_HERE}:{{name}}", "https://sqs.{region}.amazonaws.com/{account}/{name}"
    ),
}
# Attributes that hold the physical name.
NAME_ATTRIBUTES = {
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::Events::EventBus", "Name"),
    ("AWS::Events::Archive", "ArchiveName"),
}
URL_ATTRIBUTES = {("AWS::SQS::Queue", "QueueUrl")}
