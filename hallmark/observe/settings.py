"""Commands of the AWS CLI that set back by hand what was changed or deleted by hand; forms as in `commands`."""

from collections.abc import Mapping
from typing import Any

from hallmark.observe.commands import Each, Form
from hallmark.observe.tagging import TAGGING

_FUNCTION, _TABLE, _BUCKET = "AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::S3::Bucket"
_QUEUE, _TOPIC, _RULE, _ALARM = "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Events::Rule", "AWS::CloudWatch::Alarm"
_ARCHIVE, _GROUP = "AWS::Events::Archive", "AWS::Logs::LogGroup"
_MAPPING, _SUBSCRIPTION = "AWS::Lambda::EventSourceMapping", "AWS::SNS::Subscription"
_REPOSITORY = "AWS::ECR::Repository"
_MACHINE = "AWS::StepFunctions::StateMachine"
_ENDPOINT, _SUBNET, _VPC = "AWS::EC2::VPCEndpoint", "AWS::EC2::Subnet", "AWS::EC2::VPC"
_ROLE, _STAGE, _PLAN = "AWS::IAM::Role", "AWS::ApiGateway::Stage", "AWS::ApiGateway::UsagePlan"

_CONFIGURE = "aws lambda update-function-configuration --function-name {name}"
_UPDATE_MAPPING = "aws lambda update-event-source-mapping --uuid {physical}"
_UPDATE_TABLE = "aws dynamodb update-table --table-name {name}"
_OF_BUCKET = "--bucket {name}"
_QUEUE_ATTRIBUTE = "aws sqs set-queue-attributes --queue-url {physical} --attributes {attributes}"
_TOPIC_ATTRIBUTE = "aws sns set-topic-attributes --topic-arn {arn} --attribute-name {key} --attribute-value {text}"
_PATCH_STAGE = "aws apigateway update-stage --rest-api-id {RestApiId} --stage-name {StageName} --patch-operations"
_INTEGRATION = (
    "aws apigateway update-integration --rest-api-id {RestApiId} --resource-id {ResourceId} --http-method {HttpMethod}"
    " --patch-operations"
)
_PATCH_PLAN = "aws apigateway update-usage-plan --usage-plan-id {physical} --patch-operations"
_UPDATE_MACHINE = "aws stepfunctions update-state-machine --state-machine-arn {physical}"
_MODIFY_ENDPOINT = "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {physical}"
_MODIFY_SUBNET = "aws ec2 modify-subnet-attribute --subnet-id {physical}"
_GROUP_OF_NETWORK, _ROUTES_OF = "AWS::EC2::SecurityGroup", "AWS::EC2::SubnetRouteTableAssociation"
_PUT_ALARM = "aws cloudwatch put-metric-alarm --cli-input-json {properties}"
_RULE_OF = "--event-bus-name {EventBusName}"

_RULE = "--group-id {physical} --ip-permissions {item}"
# Side of a security group -> what sets one of its rules back.
_RULES_BACK: Mapping[Any, Form] = {
    (_GROUP_OF_NETWORK, f"SecurityGroup{side}"): (
        Each("lacking", f"aws ec2 authorize-security-group-{side.lower()} {_RULE}"),
        Each("extra", f"aws ec2 revoke-security-group-{side.lower()} {_RULE}"),
        Each("other", f"aws ec2 update-security-group-rule-descriptions-{side.lower()} {_RULE}"),
    )
    for side in ("Ingress", "Egress")
}

# Type, or type and property or path -> what sets it to the declared value, or creates it again.
SET: Mapping[Any, Form] = {
    ("AWS::ApiGateway::Account", "CloudWatchRoleArn"): (
        "aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value={declared}"
    ),
    ("AWS::ApiGateway::ApiKey", "Enabled"): (
        "aws apigateway update-api-key --api-key {physical}"
        " --patch-operations op=replace,path=/enabled,value={declared}"
    ),
    ("AWS::ApiGateway::Method", "ApiKeyRequired"): (
        "aws apigateway update-method --rest-api-id {RestApiId} --resource-id {ResourceId} --http-method {HttpMethod}"
        " --patch-operations op=replace,path=/apiKeyRequired,value={declared}"
    ),
    ("AWS::ApiGateway::RequestValidator", "ValidateRequestBody"): (
        "aws apigateway update-request-validator --rest-api-id {RestApiId} --request-validator-id {physical}"
        " --patch-operations op=replace,path=/validateRequestBody,value={declared}"
    ),
    ("AWS::ApiGateway::Method", "Integration.TimeoutInMillis"): (
        f"{_INTEGRATION} op=replace,path=/timeoutInMillis,value={{declared}}"
    ),
    ("AWS::ApiGateway::Method", "Integration.Uri"): f"{_INTEGRATION} op=replace,path=/uri,value={{declared}}",
    (_STAGE, "DeploymentId"): f"{_PATCH_STAGE} op=replace,path=/deploymentId,value={{text}}",
    (_STAGE, "TracingEnabled"): f"{_PATCH_STAGE} op=replace,path=/tracingEnabled,value={{declared}}",
    (_STAGE, "CacheClusterEnabled"): f"{_PATCH_STAGE} op=replace,path=/cacheClusterEnabled,value={{declared}}",
    (_PLAN, "Throttle.BurstLimit"): f"{_PATCH_PLAN} op=replace,path=/throttle/burstLimit,value={{declared}}",
    (_PLAN, "Throttle.RateLimit"): f"{_PATCH_PLAN} op=replace,path=/throttle/rateLimit,value={{declared}}",
    (_PLAN, "Quota.Limit"): f"{_PATCH_PLAN} op=replace,path=/quota/limit,value={{declared}}",
    _ALARM: _PUT_ALARM,
    (_TABLE, "DeletionProtectionEnabled"): f"{_UPDATE_TABLE} --cli-input-json {{setting}}",
    (_TABLE, "BillingMode"): f"{_UPDATE_TABLE} --billing-mode {{declared}}",
    (_TABLE, "GlobalSecondaryIndexes"): f"{_UPDATE_TABLE} --cli-input-json {{index}}",
    (_TABLE, "TableClass"): f"{_UPDATE_TABLE} --table-class {{declared}}",
    (_TABLE, "PointInTimeRecoverySpecification"): (
        "aws dynamodb update-continuous-backups --table-name {name} --point-in-time-recovery-specification {value}"
    ),
    # A stream of another view must be ended first; the new one has an ARN of its own.
    (_TABLE, "StreamSpecification.StreamViewType"): (
        f"{_UPDATE_TABLE} --stream-specification StreamEnabled=true,StreamViewType={{declared}}"
    ),
    (_TABLE, "TimeToLiveSpecification"): (
        "aws dynamodb update-time-to-live --table-name {name} --time-to-live-specification {value}"
    ),
    (_ARCHIVE, "EventPattern"): "aws events update-archive --archive-name {name} --event-pattern {value}",
    (_ARCHIVE, "RetentionDays"): "aws events update-archive --archive-name {name} --retention-days {declared}",
    # PutRule takes away what it is not given.
    (_RULE, "EventPattern"): (
        f"aws events put-rule --name {{name}} {_RULE_OF} --event-pattern {{value}} --description {{Description}}"
    ),
    (_RULE, "State"): f"aws events enable-rule --name {{name}} {_RULE_OF}",
    (_RULE, "Targets"): f"aws events put-targets --rule {{name}} {_RULE_OF} --targets {{value}}",
    (_ROLE, "AssumeRolePolicyDocument"): (
        "aws iam update-assume-role-policy --role-name {name} --policy-document {value}"
    ),
    (_ROLE, "MaxSessionDuration"): "aws iam update-role --role-name {name} --max-session-duration {declared}",
    (_ROLE, "Policies"): (
        "aws iam put-role-policy --role-name {name} --policy-name {member} --policy-document {document}"
    ),
    (_REPOSITORY, "ImageTagMutability"): (
        "aws ecr put-image-tag-mutability --repository-name {name} --image-tag-mutability {declared}"
    ),
    (_REPOSITORY, "ImageScanningConfiguration"): (
        "aws ecr put-image-scanning-configuration --repository-name {name} --image-scanning-configuration {value}"
    ),
    (_REPOSITORY, "RepositoryPolicyText"): (
        "aws ecr set-repository-policy --repository-name {name} --policy-text {value}"
    ),
    (_REPOSITORY, "LifecyclePolicy"): (
        "aws ecr put-lifecycle-policy --repository-name {name} --lifecycle-policy-text {declared}"
    ),
    (_FUNCTION, "Description"): f"{_CONFIGURE} --description {{declared}}",
    (_FUNCTION, "Environment"): f"{_CONFIGURE} --environment {{value}}",
    (_FUNCTION, "EphemeralStorage"): f"{_CONFIGURE} --ephemeral-storage Size={{declared}}",
    (_FUNCTION, "Handler"): f"{_CONFIGURE} --handler {{declared}}",
    (_FUNCTION, "LoggingConfig"): f"{_CONFIGURE} --logging-config {{value}}",
    (_FUNCTION, "MemorySize"): f"{_CONFIGURE} --memory-size {{declared}}",
    (_FUNCTION, "RecursiveLoop"): (
        "aws lambda put-function-recursion-config --function-name {name} --recursive-loop {declared}"
    ),
    (_FUNCTION, "ReservedConcurrentExecutions"): (
        "aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions {declared}"
    ),
    (_FUNCTION, "Role"): f"{_CONFIGURE} --role {{declared}}",
    (_FUNCTION, "Runtime"): f"{_CONFIGURE} --runtime {{declared}}",
    (_FUNCTION, "Timeout"): f"{_CONFIGURE} --timeout {{declared}}",
    (_FUNCTION, "TracingConfig.Mode"): f"{_CONFIGURE} --tracing-config Mode={{declared}}",
    "AWS::Lambda::EventInvokeConfig": "aws lambda put-function-event-invoke-config --cli-input-json {properties}",
    **{
        (_MAPPING, name): f"{_UPDATE_MAPPING} --cli-input-json {{setting}}"
        for name in (
            *("BatchSize", "BisectBatchOnFunctionError", "DestinationConfig", "FilterCriteria", "FunctionName"),
            *("FunctionResponseTypes", "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds"),
            *("MaximumRetryAttempts", "ParallelizationFactor"),
        )
    },
    # Where it is missing.
    (_GROUP, ""): (
        "aws logs create-log-group --log-group-name {name} --tags {named}",
        "aws logs put-retention-policy --log-group-name {name} --retention-in-days {RetentionInDays}",
    ),
    (_GROUP, "RetentionInDays"): (
        "aws logs put-retention-policy --log-group-name {name} --retention-in-days {declared}"
    ),
    (_BUCKET, "AccelerateConfiguration"): (
        f"aws s3api put-bucket-accelerate-configuration {_OF_BUCKET} --accelerate-configuration Status={{declared}}"
    ),
    (_BUCKET, "PublicAccessBlockConfiguration"): (
        f"aws s3api put-public-access-block {_OF_BUCKET} --public-access-block-configuration {{value}}"
    ),
    (_BUCKET, "VersioningConfiguration.Status"): (
        f"aws s3api put-bucket-versioning {_OF_BUCKET} --versioning-configuration Status={{declared}}"
    ),
    (_MACHINE, "RoleArn"): f"{_UPDATE_MACHINE} --role-arn {{declared}}",
    (_MACHINE, "DefinitionString"): f"{_UPDATE_MACHINE} --definition {{text}}",
    (_MACHINE, "LoggingConfiguration"): f"{_UPDATE_MACHINE} --logging-configuration {{camel}}",
    (_MACHINE, "TracingConfiguration"): f"{_UPDATE_MACHINE} --tracing-configuration enabled={{declared}}",
    (_VPC, "EnableDnsHostnames"): (
        "aws ec2 modify-vpc-attribute --vpc-id {physical} --enable-dns-hostnames Value={declared}"
    ),
    (_VPC, "EnableDnsSupport"): (
        "aws ec2 modify-vpc-attribute --vpc-id {physical} --enable-dns-support Value={declared}"
    ),
    (_SUBNET, "MapPublicIpOnLaunch"): f"{_MODIFY_SUBNET} --map-public-ip-on-launch Value={{declared}}",
    (_ENDPOINT, "PolicyDocument"): f"{_MODIFY_ENDPOINT} --policy-document {{document}}",
    (_ENDPOINT, "PrivateDnsEnabled"): f"{_MODIFY_ENDPOINT} --cli-input-json {{setting}}",
    # An endpoint is never without a group.
    **{
        (_ENDPOINT, name): (
            Each("lost", f"{_MODIFY_ENDPOINT} --add-{word} {{item}}"),
            Each("added", f"{_MODIFY_ENDPOINT} --remove-{word} {{item}}"),
        )
        for name, word in (
            ("RouteTableIds", "route-table-ids"),
            ("SecurityGroupIds", "security-group-ids"),
            ("SubnetIds", "subnet-ids"),
        )
    },
    **_RULES_BACK,
    (_ROUTES_OF, "RouteTableId"): (
        "aws ec2 replace-route-table-association --association-id {physical} --route-table-id {declared}"
    ),
    _ROUTES_OF: "aws ec2 associate-route-table --route-table-id {RouteTableId} --subnet-id {SubnetId}",
    (_FUNCTION, "VpcConfig"): f"{_CONFIGURE} --vpc-config {{value}}",
    (_FUNCTION, "ImageConfig"): f"{_CONFIGURE} --image-config {{value}}",
    **{(kind, "Tags"): form for kind, (form, _) in TAGGING.items()},
    "AWS::S3::BucketPolicy": "aws s3api put-bucket-policy --bucket {Bucket} --policy {document}",
    "AWS::SNS::TopicPolicy": (
        Each(
            "Topics",
            "aws sns set-topic-attributes --topic-arn {item} --attribute-name Policy --attribute-value {document}",
        ),
    ),
    (_TOPIC, "KmsMasterKeyId"): _TOPIC_ATTRIBUTE,
    (_TOPIC, "TracingConfig"): _TOPIC_ATTRIBUTE,
    **{
        (_QUEUE, name): _QUEUE_ATTRIBUTE
        for name in (
            *("DelaySeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod"),
            *("ReceiveMessageWaitTimeSeconds", "RedrivePolicy", "RedriveAllowPolicy", "SqsManagedSseEnabled"),
            "VisibilityTimeout",
        )
    },
    "AWS::SQS::QueuePolicy": (Each("Queues", "aws sqs set-queue-attributes --queue-url {item} --attributes {policy}"),),
}

# Type, or type and property -> what takes away a setting that is not declared.
UNSET: Mapping[Any, Form] = {
    (_STAGE, "ClientCertificateId"): f"{_PATCH_STAGE} op=replace,path=/clientCertificateId,value=",
    (_STAGE, "Description"): f"{_PATCH_STAGE} op=replace,path=/description,value=",
    (_STAGE, "CanarySetting"): f"{_PATCH_STAGE} op=remove,path=/canarySettings",
    (_STAGE, "Variables"): f"{_PATCH_STAGE} op=remove,path=/variables/{{member}}",
    (_TABLE, "KinesisStreamSpecification"): (
        "aws dynamodb disable-kinesis-streaming-destination --table-name {name} --stream-arn {observed}"
    ),
    (_TABLE, "GlobalSecondaryIndexes"): (
        f"{_UPDATE_TABLE} --global-secondary-index-updates Delete={{{{IndexName={{member}}}}}}"
    ),
    (_TABLE, "TimeToLiveSpecification"): (
        Each(
            "TimeToLiveSpecification.AttributeName",
            "aws dynamodb update-time-to-live --table-name {name}"
            " --time-to-live-specification Enabled=false,AttributeName={item}",
        ),
    ),
    (_TABLE, "ResourcePolicy"): "aws dynamodb delete-resource-policy --resource-arn {arn}",
    (_TABLE, "StreamSpecification"): f"{_UPDATE_TABLE} --stream-specification StreamEnabled=false",
    (_RULE, "Targets"): f"aws events remove-targets --rule {{name}} {_RULE_OF} --ids {{member}}",
    (_ROLE, "ManagedPolicyArns"): (Each("added", "aws iam detach-role-policy --role-name {name} --policy-arn {item}"),),
    (_ROLE, "PermissionsBoundary"): "aws iam delete-role-permissions-boundary --role-name {name}",
    (_ROLE, "Policies"): "aws iam delete-role-policy --role-name {name} --policy-name {member}",
    (_FUNCTION, "DeadLetterConfig"): f"{_CONFIGURE} --dead-letter-config TargetArn=",
    (_FUNCTION, "Description"): f"{_CONFIGURE} --description ''",
    (_FUNCTION, "KmsKeyArn"): f"{_CONFIGURE} --kms-key-arn ''",
    (_FUNCTION, "Layers"): f"{_CONFIGURE} --layers '[]'",
    (_FUNCTION, "ImageConfig"): f"{_CONFIGURE} --image-config '{{{{}}}}'",
    **_RULES_BACK,
    **{(kind, "Tags"): form for kind, (_, form) in TAGGING.items()},
    (_FUNCTION, "VpcConfig"): f"{_CONFIGURE} --vpc-config 'SubnetIds=[],SecurityGroupIds=[]'",
    (_SUBNET, "MapPublicIpOnLaunch"): f"{_MODIFY_SUBNET} --map-public-ip-on-launch Value=false",
    (_ENDPOINT, "PolicyDocument"): f"{_MODIFY_ENDPOINT} --reset-policy",
    (_MAPPING, "Enabled"): f"{_UPDATE_MAPPING} --enabled",
    (_MAPPING, "TumblingWindowInSeconds"): f"{_UPDATE_MAPPING} --tumbling-window-in-seconds 0",
    (_SUBSCRIPTION, "FilterPolicy"): (
        "aws sns set-subscription-attributes --subscription-arn {physical}"
        " --attribute-name FilterPolicy --attribute-value '{{}}'"
    ),
    (_BUCKET, "CorsConfiguration"): f"aws s3api delete-bucket-cors {_OF_BUCKET}",
    (_BUCKET, "IntelligentTieringConfigurations"): (
        f"aws s3api delete-bucket-intelligent-tiering-configuration {_OF_BUCKET} --id {{member}}"
    ),
    (_BUCKET, "LoggingConfiguration"): f"aws s3api put-bucket-logging {_OF_BUCKET} --bucket-logging-status '{{{{}}}}'",
    (_BUCKET, "NotificationConfiguration"): (
        f"aws s3api put-bucket-notification-configuration {_OF_BUCKET} --notification-configuration '{{{{}}}}'"
    ),
    (_BUCKET, "ReplicationConfiguration"): f"aws s3api delete-bucket-replication {_OF_BUCKET}",
    (_BUCKET, "WebsiteConfiguration"): f"aws s3api delete-bucket-website {_OF_BUCKET}",
    _TOPIC: _TOPIC_ATTRIBUTE,
    (_TOPIC, "Tags"): "aws sns untag-resource --resource-arn {arn} --tag-keys {member}",
    (_QUEUE, "KmsMasterKeyId"): _QUEUE_ATTRIBUTE,
    (_QUEUE, "RedrivePolicy"): _QUEUE_ATTRIBUTE,
    (_QUEUE, "RedriveAllowPolicy"): _QUEUE_ATTRIBUTE,
    (_QUEUE, "Tags"): "aws sqs untag-queue --queue-url {physical} --tag-keys {member}",
}
