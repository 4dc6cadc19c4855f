"""What a service sets by itself where a template leaves a property out."""

from collections.abc import Mapping
from typing import Any

# Type -> property -> value; a frozenset where it can be one of several.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    "AWS::SQS::Queue": {
        "DelaySeconds": 0,
        "KmsDataKeyReusePeriodSeconds": 300,
        "MaximumMessageSize": frozenset({262_144, 1_048_576}),
        "MessageRetentionPeriod": 345_600,
        "ReceiveMessageWaitTimeSeconds": 0,
        "SqsManagedSseEnabled": True,
        "VisibilityTimeout": 30,
    },
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html
    "AWS::EC2::VPC": {"EnableDnsHostnames": False, "EnableDnsSupport": True, "InstanceTenancy": "default"},
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html
    "AWS::EC2::Subnet": {
        "AssignIpv6AddressOnCreation": False,
        "EnableDns64": False,
        "Ipv6Native": False,
        "MapPublicIpOnLaunch": False,
        "PrivateDnsNameOptionsOnLaunch": {
            "HostnameType": "ip-name",
            "EnableResourceNameDnsARecord": False,
            "EnableResourceNameDnsAAAARecord": False,
        },
    },
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcendpoint.html
    "AWS::EC2::VPCEndpoint": {
        "DnsOptions.DnsRecordIpType": frozenset({"ipv4", "service-defined"}),
        "IpAddressType": "ipv4",
        "PrivateDnsEnabled": False,
        "VpcEndpointType": "Gateway",
    },
    "AWS::EC2::NetworkAclEntry": {"Egress": False},
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html
    "AWS::EC2::FlowLog": {
        "LogDestinationType": "cloud-watch-logs",
        "LogFormat": (
            "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol}"
            " ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
        ),
        "MaxAggregationInterval": 600,
    },
    # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
    "AWS::ECR::Repository": {
        "EncryptionConfiguration.EncryptionType": "AES256",
        "ImageScanningConfiguration.ScanOnPush": False,
        "ImageTagMutability": "MUTABLE",
    },
    # https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    "AWS::Lambda::Function": {
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "LoggingConfig.LogFormat": "Text",
        "MemorySize": 128,
        "PackageType": "Zip",
        "RecursiveLoop": "Terminate",
        "RuntimeManagementConfig": {"UpdateRuntimeOn": "Auto"},
        "Timeout": 3,
        "TracingConfig": {"Mode": "PassThrough"},
    },
    # https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
    "AWS::Lambda::EventInvokeConfig": {"MaximumEventAgeInSeconds": 21_600, "MaximumRetryAttempts": 2},
    # https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    "AWS::Lambda::EventSourceMapping": {
        # A queue's and a stream's.
        "BatchSize": frozenset({10, 100}),
        "BisectBatchOnFunctionError": False,
        "Enabled": True,
        "MaximumBatchingWindowInSeconds": 0,
        "MaximumRecordAgeInSeconds": -1,
        "MaximumRetryAttempts": -1,
        "ParallelizationFactor": 1,
        "TumblingWindowInSeconds": 0,
    },
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    "AWS::IAM::Role": {"MaxSessionDuration": 3600, "Path": "/"},
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
    "AWS::Logs::LogGroup": {"DeletionProtectionEnabled": False, "LogGroupClass": "STANDARD"},
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    "AWS::CloudWatch::Alarm": {"ActionsEnabled": True, "TreatMissingData": "missing"},
    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_LogConfig.html
    "AWS::Events::EventBus": {"LogConfig": {"IncludeDetail": "NONE", "Level": "OFF"}},
    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
    "AWS::Events::Rule": {"EventBusName": "default", "State": "ENABLED"},
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
    "AWS::DynamoDB::Table": {
        "BillingMode": "PROVISIONED",
        "DeletionProtectionEnabled": False,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False},
        "PointInTimeRecoverySpecification.RecoveryPeriodInDays": 35,
        "OnDemandThroughput": {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1},
        "TableClass": "STANDARD",
        "SSESpecification.SSEType": "KMS",
    },
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
    "AWS::S3::Bucket": {
        "AbacStatus": {"Status": "Disabled"},
        # Once set, it can only be suspended.
        "AccelerateConfiguration.AccelerationStatus": "Suspended",
        "LifecycleConfiguration.TransitionDefaultMinimumObjectSize": "all_storage_classes_128K",
    },
    # https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
    "AWS::SNS::Topic": {"SignatureVersion": "1", "TracingConfig": "PassThrough"},
    # https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    "AWS::SNS::Subscription": {"FilterPolicyScope": "MessageAttributes"},
    # https://docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html
    "AWS::ApiGateway::RestApi": {
        "ApiKeySourceType": "HEADER",
        "DisableExecuteApiEndpoint": False,
        "EndpointAccessMode": "BASIC",
        "SecurityPolicy": "TLS_1_0",
    },
    # https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html, API_PutIntegration.html
    "AWS::ApiGateway::Method": {
        "ApiKeyRequired": False,
        "AuthorizationType": "NONE",
        "Integration.CacheKeyParameters": [],
        "Integration.ConnectionType": "INTERNET",
        "Integration.PassthroughBehavior": "WHEN_NO_MATCH",
        "Integration.ResponseTransferMode": "BUFFERED",
        "Integration.TimeoutInMillis": 29_000,
    },
    # https://docs.aws.amazon.com/apigateway/latest/api/API_CreateRequestValidator.html
    "AWS::ApiGateway::RequestValidator": {"ValidateRequestBody": False, "ValidateRequestParameters": False},
    # https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
    "AWS::ApiGateway::Stage": {"CacheClusterEnabled": False, "TracingEnabled": False},
    "AWS::ApiGateway::UsagePlan": {"Quota.Offset": 0},
    # https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
    "AWS::StepFunctions::StateMachine": {
        "LoggingConfiguration.IncludeExecutionData": False,
        "LoggingConfiguration.Level": "OFF",
        "StateMachineType": "STANDARD",
        "TracingConfiguration.Enabled": False,
    },
}
