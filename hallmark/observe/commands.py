"""Commands of the AWS CLI that undo by hand what was done by hand.

`{name}` is the resource's name, `{physical}` the service's own name for it, `{declared}` the value of the template;
other words are properties. https://docs.aws.amazon.com/cli/latest/reference/
"""

from collections.abc import Mapping
from typing import Any

# Type -> what deletes a resource that is not declared.
DELETE: Mapping[Any, str] = {
    "AWS::ApiGateway::ApiKey": "aws apigateway delete-api-key --api-key {physical}",
    "AWS::ApiGateway::Authorizer": (
        "aws apigateway delete-authorizer --rest-api-id {RestApiId} --authorizer-id {physical}"
    ),
    "AWS::ApiGateway::BasePathMapping": (
        "aws apigateway delete-base-path-mapping --domain-name {DomainName} --base-path {BasePath}"
    ),
    "AWS::ApiGateway::DocumentationPart": (
        "aws apigateway delete-documentation-part --rest-api-id {RestApiId} --documentation-part-id {physical}"
    ),
    "AWS::ApiGateway::RestApi": "aws apigateway delete-rest-api --rest-api-id {physical}",
    "AWS::ApiGateway::UsagePlan": "aws apigateway delete-usage-plan --usage-plan-id {physical}",
    "AWS::CloudWatch::Alarm": "aws cloudwatch delete-alarms --alarm-names {name}",
    "AWS::CloudWatch::AlarmMuteRule": "aws cloudwatch delete-alarm-mute-rule --alarm-mute-rule-name {Name}",
    "AWS::CloudWatch::CompositeAlarm": "aws cloudwatch delete-alarms --alarm-names {physical}",
    "AWS::CloudWatch::Dashboard": "aws cloudwatch delete-dashboards --dashboard-names {physical}",
    "AWS::CloudWatch::MetricStream": "aws cloudwatch delete-metric-stream --name {Name}",
    "AWS::DynamoDB::Table": "aws dynamodb delete-table --table-name {name}",
    "AWS::Events::Archive": "aws events delete-archive --archive-name {name}",
    "AWS::Events::Endpoint": "aws events delete-endpoint --name {Name}",
    "AWS::Events::EventBus": "aws events delete-event-bus --name {name}",
    "AWS::Events::Rule": "aws events delete-rule --name {name} --event-bus-name {EventBusName}",
    "AWS::IAM::AccessKey": "aws iam delete-access-key --user-name {UserName} --access-key-id {physical}",
    "AWS::IAM::Role": "aws iam delete-role --role-name {name}",
    "AWS::Lambda::Alias": "aws lambda delete-alias --function-name {FunctionName} --name {name}",
    "AWS::Lambda::EventInvokeConfig": (
        "aws lambda delete-function-event-invoke-config --function-name {FunctionName} --qualifier {Qualifier}"
    ),
    "AWS::Lambda::EventSourceMapping": "aws lambda delete-event-source-mapping --uuid {physical}",
    "AWS::Lambda::Function": "aws lambda delete-function --function-name {name}",
    "AWS::Lambda::Permission": "aws lambda remove-permission --function-name {FunctionName} --statement-id {physical}",
    "AWS::Lambda::Url": "aws lambda delete-function-url-config --function-name {TargetFunctionArn}",
    "AWS::Logs::AccountPolicy": (
        "aws logs delete-account-policy --policy-name {PolicyName} --policy-type {PolicyType}"
    ),
    "AWS::Lambda::Version": "aws lambda delete-function --function-name {physical}",
    "AWS::Logs::LogGroup": "aws logs delete-log-group --log-group-name {name}",
    "AWS::Logs::MetricFilter": (
        "aws logs delete-metric-filter --log-group-name {LogGroupName} --filter-name {FilterName}"
    ),
    "AWS::Logs::ResourcePolicy": "aws logs delete-resource-policy --policy-name {PolicyName}",
    "AWS::Logs::SubscriptionFilter": (
        "aws logs delete-subscription-filter --log-group-name {LogGroupName} --filter-name {FilterName}"
    ),
    "AWS::Logs::Transformer": "aws logs delete-transformer --log-group-identifier {LogGroupIdentifier}",
    "AWS::Pipes::Pipe": "aws pipes delete-pipe --name {Name}",
    "AWS::S3::AccessPoint": "aws s3control delete-access-point --account-id {BucketAccountId} --name {Name}",
    "AWS::S3::Bucket": "aws s3 rb --force s3://{name}",
    "AWS::S3::BucketPolicy": "aws s3api delete-bucket-policy --bucket {Bucket}",
    "AWS::SNS::Subscription": "aws sns unsubscribe --subscription-arn {physical}",
    "AWS::SNS::Topic": "aws sns delete-topic --topic-arn {physical}",
    "AWS::SQS::Queue": "aws sqs delete-queue --queue-url {physical}",
    "AWS::Scheduler::Schedule": "aws scheduler delete-schedule --name {Name} --group-name {GroupName}",
}
_FUNCTION = "aws lambda update-function-configuration --function-name {name}"
_TABLE = "aws dynamodb update-table --table-name {name}"
# Type and path -> what sets one value back.
BY_HAND: Mapping[Any, str] = {
    ("AWS::ApiGateway::Account", "CloudWatchRoleArn"): (
        "aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value={declared}"
    ),
    ("AWS::CloudWatch::Alarm", "ActionsEnabled"): "aws cloudwatch enable-alarm-actions --alarm-names {name}",
    ("AWS::DynamoDB::Table", "BillingMode"): f"{_TABLE} --billing-mode {{declared}}",
    ("AWS::Events::Rule", "State"): "aws events enable-rule --name {name} --event-bus-name {EventBusName}",
    ("AWS::Lambda::Function", "Handler"): f"{_FUNCTION} --handler {{declared}}",
    ("AWS::Lambda::Function", "MemorySize"): f"{_FUNCTION} --memory-size {{declared}}",
    ("AWS::Lambda::Function", "ReservedConcurrentExecutions"): (
        "aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions {declared}"
    ),
    ("AWS::Lambda::Function", "Role"): f"{_FUNCTION} --role {{declared}}",
    ("AWS::Lambda::Function", "Runtime"): f"{_FUNCTION} --runtime {{declared}}",
    ("AWS::Lambda::Function", "Timeout"): f"{_FUNCTION} --timeout {{declared}}",
    ("AWS::Lambda::Function", "TracingConfig.Mode"): f"{_FUNCTION} --tracing-config Mode={{declared}}",
    ("AWS::Logs::LogGroup", "RetentionInDays"): (
        "aws logs put-retention-policy --log-group-name {name} --retention-in-days {declared}"
    ),
    ("AWS::S3::Bucket", "VersioningConfiguration.Status"): (
        "aws s3api put-bucket-versioning --bucket {name} --versioning-configuration Status={declared}"
    ),
}
