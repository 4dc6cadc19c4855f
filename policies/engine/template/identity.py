"""The account that a template is for, and the physical names and ARNs of its resources.

https://docs.aws.amazon.com/cdk/v2/guide/environments.html
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_HERE = "{region}:{account}"
# Attributes that hold the physical name.
NAME_ATTRIBUTES = {
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::Events::EventBus", "Name"),
    ("AWS::Events::Archive", "ArchiveName"),
    ("AWS::StepFunctions::StateMachine", "Name"),
}
URL_ATTRIBUTES = {
    ("AWS::ECR::Repository", "RepositoryUri"): "{account}.dkr.ecr.{region}.amazonaws.com/{name}",
    ("AWS::SQS::Queue", "QueueUrl"): "https://sqs.{region}.amazonaws.com/{account}/{name}",
}
# Attributes that give what Ref gives: an id that the service makes up.
ID_ATTRIBUTES = {
    ("AWS::EC2::FlowLog", "Id"),
    ("AWS::EC2::InternetGateway", "InternetGatewayId"),
    ("AWS::EC2::NetworkAcl", "Id"),
    ("AWS::EC2::RouteTable", "RouteTableId"),
    ("AWS::EC2::SecurityGroup", "GroupId"),
    ("AWS::EC2::SecurityGroup", "Id"),
    ("AWS::EC2::Subnet", "SubnetId"),
    ("AWS::EC2::VPC", "VpcId"),
    ("AWS::EC2::VPCEndpoint", "Id"),
}
# Attributes that give a property as the template has it, where it has it.
OWN_ATTRIBUTES = {
    ("AWS::EC2::Subnet", "AvailabilityZone"),
    ("AWS::EC2::Subnet", "CidrBlock"),
    ("AWS::EC2::VPC", "CidrBlock"),
}
# Without colons, so that an ARN can be split at them.
PLACEHOLDER = "${AccountId}"
# A hash, such as that of code, may have twelve digits in a row.
_NUMBER = re.compile(r"[0-9a-f]{32,}|(?<!\d)(\d{12})(?!\d)")


@dataclass(frozen=True)
class Form:
    """How a type is named: the property with its name, its ARN, and what Ref gives (`name` or `arn` or a text)."""

    name: str
    arn: str
    ref: str = "{name}"
    attributes: tuple[str, ...] = ("Arn",)


FORMS = {
    "AWS::ApiGateway::Stage": Form("StageName", ""),
    "AWS::CloudWatch::Alarm": Form("AlarmName", f"arn:aws:cloudwatch:{_HERE}:alarm:{{name}}"),
    "AWS::DynamoDB::Table": Form("TableName", f"arn:aws:dynamodb:{_HERE}:table/{{name}}"),
    "AWS::DynamoDB::GlobalTable": Form("TableName", f"arn:aws:dynamodb:{_HERE}:table/{{name}}"),
    "AWS::ECR::Repository": Form("RepositoryName", f"arn:aws:ecr:{_HERE}:repository/{{name}}"),
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
    "AWS::StepFunctions::StateMachine": Form(
        "StateMachineName", f"arn:aws:states:{_HERE}:stateMachine:{{name}}", "{arn}"
    ),
}

# The types whose physical name says system and stage: the property with it.
NAMED = {
    "AWS::ApiGateway::ApiKey": "Name",
    "AWS::ApiGateway::RequestValidator": "Name",
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::ApiGateway::Stage": "StageName",
    "AWS::ApiGateway::UsagePlan": "UsagePlanName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::Events::Archive": "ArchiveName",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Logs::ResourcePolicy": "PolicyName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}


def written_account(accounts: Iterable[frozenset[str]]) -> str:
    """Return the only account number in the template, as the CDK writes it for a stack with one; else a placeholder.

    With two numbers, or one beside AWS::AccountId, a number may be another account's, so it is not taken for ours. The
    CDK's bucket for its assets, cdk-...-assets-..., grants no access.
    """
    written: set[str] = set()
    for found in accounts:
        if PLACEHOLDER in found:
            return PLACEHOLDER
        written |= found
    return written.pop() if len(written) == 1 else PLACEHOLDER


def accounts_in(body: Any) -> frozenset[str]:
    """Return the account numbers in a resource's body; only the placeholder if it has AWS::AccountId."""
    numbers: set[str] = set()
    values = [body]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)
        elif isinstance(value, str):
            if "AWS::AccountId" in value and not value.startswith("cdk-"):
                return frozenset({PLACEHOLDER})
            numbers.update(filter(None, _NUMBER.findall(value)))
    return frozenset(numbers)
