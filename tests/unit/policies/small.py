"""A small template of a system that has no rows of its own here: what the policies judge without one of the house's."""

import copy
from typing import Any

from policies.engine import library
from policies.engine.finding import Finding
from policies.engine.parts import Parts, declared
from policies.engine.template.template import Template

Document = dict[str, Any]
TAGS = {"Environment": "production", "Project": "transaction-processor"}
_TAGS = [{"Key": key, "Value": value} for key, value in TAGS.items()]
_ACCOUNT = {"Ref": "AWS::AccountId"}
_LAMBDA = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31"
_GONE = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}


def _named(kind: str, key: str, name: Any, **more: Any) -> Document:
    return {"Type": kind, "Properties": {key: name, "Tags": _TAGS, **more}}


_RULE = {
    "Status": "Enabled",
    "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}],
    "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
    "ExpiredObjectDeleteMarker": True,
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}
_RESOURCES: Document = {
    "Files": {
        "Type": "AWS::S3::Bucket",
        **_GONE,
        "Properties": {
            "BucketName": {"Fn::Join": ["", ["s3-merchant-upload-files-", _ACCOUNT, "-dev"]]},
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {
                "Rules": [_RULE],
                "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
            },
            "NotificationConfiguration": {
                "LambdaConfigurations": [
                    {"Event": "s3:ObjectCreated:*", "Function": {"Fn::GetAtt": ["Validation", "Arn"]}}
                ]
            },
            "Tags": _TAGS,
        },
    },
    "Transactions": {
        **_named("AWS::DynamoDB::Table", "TableName", "dynamodb-merchant-upload-transactions-dev"),
        **_GONE,
    },
    "Logs": _named("AWS::Logs::LogGroup", "LogGroupName", "/aws/lambda/lambda-merchant-upload-api-handler-dev"),
    "Role": _named("AWS::IAM::Role", "RoleName", "role-merchant-upload-api-handler-dev"),
    "Handler": _named(
        "AWS::Lambda::Function",
        "FunctionName",
        "lambda-merchant-upload-api-handler-dev",
        Role={"Fn::GetAtt": ["Role", "Arn"]},
        LoggingConfig={"LogGroup": {"Ref": "Logs"}},
        Environment={"Variables": {"FILES": {"Ref": "Files"}}},
    ),
    "Validation": _named("AWS::Lambda::Function", "FunctionName", "lambda-merchant-upload-validation-dev"),
    "Anomalies": _named("AWS::Lambda::Function", "FunctionName", "lambda-merchant-upload-anomaly-detection-dev"),
    "Follows": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": {"Fn::GetAtt": ["Transactions", "StreamArn"]},
            "FunctionName": {"Ref": "Anomalies"},
            "Tags": _TAGS,
        },
    },
    "Notify": {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "Validation"},
            "Principal": "s3.amazonaws.com",
            "SourceAccount": _ACCOUNT,
            "SourceArn": {"Fn::Join": ["", ["arn:aws:s3:::s3-merchant-upload-files-", _ACCOUNT, "-dev"]]},
        },
    },
    "Api": _named("AWS::ApiGateway::RestApi", "Name", "apigw-merchant-upload-api-dev"),
    "Upload": {
        "Type": "AWS::ApiGateway::Resource",
        "Properties": {
            "PathPart": "upload",
            "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
            "RestApiId": {"Ref": "Api"},
        },
    },
    "Post": {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            "HttpMethod": "POST",
            "ResourceId": {"Ref": "Upload"},
            "RestApiId": {"Ref": "Api"},
            "Integration": {
                "Type": "AWS_PROXY",
                "IntegrationHttpMethod": "POST",
                "Uri": {"Fn::Sub": f"{_LAMBDA}/functions/${{Handler.Arn}}/invocations"},
            },
        },
    },
    "Body": {"Type": "AWS::ApiGateway::Model", "Properties": {"Name": "Upload", "RestApiId": {"Ref": "Api"}}},
    "Plan": _named("AWS::ApiGateway::UsagePlan", "UsagePlanName", "plan-merchant-upload-standard-dev"),
    "Failed": _named("AWS::SQS::Queue", "QueueName", "sqs-merchant-upload-validation-failed-dev"),
    "Alerts": _named("AWS::SNS::Topic", "TopicName", "sns-merchant-upload-alerts-dev"),
    "Guard": _named("AWS::EC2::SecurityGroup", "GroupName", "securitygroup-merchant-upload-guard-dev"),
    "Network": _named("AWS::EC2::VPC", "CidrBlock", "10.0.0.0/20"),
    "Inside": _named("AWS::EC2::Subnet", "CidrBlock", "10.0.0.0/24", VpcId={"Ref": "Network"}),
    "Ways": _named("AWS::EC2::RouteTable", "VpcId", {"Ref": "Network"}),
}
_RESOURCES["Transactions"]["Properties"].update(
    KeySchema=[
        {"AttributeName": "transaction_id", "KeyType": "HASH"},
        {"AttributeName": "timestamp", "KeyType": "RANGE"},
    ],
    StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"},
)
PARTS = {
    "functions": {
        "api_handler": {"answers": "POST /upload"},
        "validation": {"called_by": "bucket events"},
        "anomaly_detection": {"called_by": "streams"},
    },
    "tables": {"transactions": {"keys": ["transaction_id", "timestamp"]}},
    "buckets": {"files": {"named_by": "api_handler", "calls": "validation"}},
    "topics": {"alerts": {"not_notified_by": "alarms"}},
}


def small() -> Document:
    """The template, to be edited."""
    mark = {"System": "merchant_upload", "Stage": "dev", "Region": "us-east-1"}
    return {"Metadata": {"Hallmark": mark}, "Resources": copy.deepcopy(_RESOURCES)}


def parts_in(template: Template, parts: Document | None = None) -> Parts:
    """The parts of a template."""
    return Parts(template, declared(PARTS if parts is None else parts))


def found(policy: str, document: Document, **parameters: Any) -> list[Finding]:
    """What a policy finds in a template."""
    template = Template(document)
    given = {**parameters, "stage": "dev", "parts": parts_in(template)}
    return list(library.policy(policy).findings(template, given))
