"""A stack in another region is read back with the values that it was deployed with, and has its tags."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hallmark.observe import observe
from hallmark.observe.drift import drift
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded import ACCOUNT, SECRET
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.sessions import session
from tests.support.machines import DELIVERING, invoke, one
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

REGION = "us-east-1"
STAGE = "readback"
NAME, STACK = f"realtime-files-{STAGE}", f"hallmark-realtime-{STAGE}"
TAGS = [{"Key": "kept", "Value": "yes"}]
GATEWAY = "AWS::ApiGateway::"
METRICS = (("f", "ExecutionsFailed"), ("s", "ExecutionsSucceeded"))
READING = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
Json = dict[str, Any]


def _arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def _of(kind: str, **properties: Any) -> Json:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _method(path: Any, verb: str, **more: Any) -> Json:
    uri = (
        f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{_arn('lambda', f'function:{NAME}')}/invocations"
    )
    return {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": path,
        "HttpMethod": verb,
        "AuthorizationType": "NONE",
        "ApiKeyRequired": True,
        "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri},
        **more,
    }


def _bucket() -> Json:
    uploads = {
        "Id": "uploads",
        "Status": "Enabled",
        "Prefix": "uploads/",
        "TagFilters": [{"Key": "kind", "Value": "csv"}],
        "ObjectSizeGreaterThan": 1000,
        "Transitions": [
            {"StorageClass": "STANDARD_IA", "TransitionInDays": 30},
            {"StorageClass": "GLACIER", "TransitionInDays": 90},
        ],
        "ExpirationInDays": 365,
        "NoncurrentVersionTransitions": [
            {"StorageClass": "STANDARD_IA", "TransitionInDays": 30, "NewerNoncurrentVersions": 1}
        ],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 60, "NewerNoncurrentVersions": 2},
    }
    unfinished = {
        "Id": "unfinished",
        "Status": "Enabled",
        "ExpiredObjectDeleteMarker": True,
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    cors = {
        "AllowedHeaders": ["*"],
        "AllowedMethods": ["POST"],
        "AllowedOrigins": ["https://example.com"],
        "ExposedHeaders": ["ETag"],
        "MaxAge": 300,
    }
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    queue = {
        "Event": "s3:ObjectCreated:*",
        "Queue": _arn("sqs", NAME),
        "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".csv"}]}},
    }
    return _of(
        "S3::Bucket",
        BucketName=NAME,
        VersioningConfiguration={"Status": "Enabled"},
        LifecycleConfiguration={"Rules": [uploads, unfinished]},
        CorsConfiguration={"CorsRules": [cors]},
        BucketEncryption={"ServerSideEncryptionConfiguration": [encryption]},
        PublicAccessBlockConfiguration=dict.fromkeys(closed, True),
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        NotificationConfiguration={
            "EventBridgeConfiguration": {"EventBridgeEnabled": True},
            "QueueConfigurations": [queue],
        },
        Tags=TAGS,
    ) | {"DependsOn": "QueuePolicy"}


def _workflow() -> Json:
    """A machine with its log and role, and an alarm on the rate of its failures."""
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": "states.amazonaws.com"})]}
    place = {"LogGroupArn": {"Fn::GetAtt": ["MachineLogs", "Arn"]}}
    machine = {
        "StateMachineName": NAME,
        "StateMachineType": "EXPRESS",
        "RoleArn": {"Fn::GetAtt": ["MachineRole", "Arn"]},
        "Definition": one(invoke("${Function}")),
        "DefinitionSubstitutions": {"Function": {"Fn::GetAtt": ["Function", "Arn"]}},
        "LoggingConfiguration": {"Level": "ALL", "Destinations": [{"CloudWatchLogsLogGroup": place}]},
        "TracingConfiguration": {"Enabled": True},
        "Tags": TAGS,
    }
    alarm = {
        "AlarmName": NAME,
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 5,
        "Metrics": [{"Id": "rate", "Expression": "100 * f / (f + s)"}, *(_sum(*pair) for pair in METRICS)],
    }
    role = _of("IAM::Role", RoleName=f"{NAME}-machine", AssumeRolePolicyDocument=trust)
    role["Properties"]["Policies"] = [{"PolicyName": "log", "PolicyDocument": {"Statement": [allow(DELIVERING, "*")]}}]
    return {
        "MachineLogs": _of("Logs::LogGroup", LogGroupName=f"/aws/vendedlogs/states/{NAME}", RetentionInDays=7),
        "MachineRole": role,
        "Machine": _of("StepFunctions::StateMachine", **machine),
        "Alarm": _of("CloudWatch::Alarm", **alarm),
    }


def _sum(name: str, metric: str) -> Json:
    of = {"Name": "StateMachineArn", "Value": {"Ref": "Machine"}}
    stat = {"Metric": {"Namespace": "AWS/States", "MetricName": metric, "Dimensions": [of]}, "Period": 300}
    return {"Id": name, "MetricStat": {**stat, "Stat": "Sum"}, "ReturnData": False}


def _template() -> Json:
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})]}
    bucket = {"Fn::GetAtt": ["Bucket", "Arn"]}
    secure = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": bucket}
    secure["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    to_queue = allow("sqs:SendMessage", _arn("sqs", NAME))
    stream = {"Fn::GetAtt": ["Table", "StreamArn"]}
    plain = {**secure, "Action": "sns:Publish", "Resource": {"Ref": "Topic"}}
    root, api = {"Fn::GetAtt": ["Api", "RootResourceId"]}, {"Ref": "Api"}
    resources = {
        "Queue": _of("SQS::Queue", QueueName=NAME, Tags=TAGS),
        "QueuePolicy": _of(
            "SQS::QueuePolicy",
            Queues=[{"Ref": "Queue"}],
            PolicyDocument={"Statement": [{**to_queue, "Sid": "s3", "Principal": {"Service": "s3.amazonaws.com"}}]},
        ),
        "Bucket": _bucket(),
        "BucketPolicy": _of("S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument={"Statement": [secure]}),
        "Table": _of(
            "DynamoDB::Table",
            TableName=NAME,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "at", "AttributeType": "N"},
            ],
            StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"},
            Tags=TAGS,
        ),
        "Role": _of(
            "IAM::Role",
            RoleName=NAME,
            AssumeRolePolicyDocument=trust,
            Policies=[{"PolicyName": "stream", "PolicyDocument": {"Statement": [allow(READING, stream)]}}],
            Tags=TAGS,
        ),
        "Mapping": _of(
            "Lambda::EventSourceMapping",
            EventSourceArn=stream,
            FunctionName={"Fn::GetAtt": ["Function", "Arn"]},
            StartingPosition="TRIM_HORIZON",
            BisectBatchOnFunctionError=True,
            MaximumRetryAttempts=0,
            FilterCriteria={"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
            Tags=TAGS,
        ),
        "Topic": _of("SNS::Topic", TopicName=NAME, KmsMasterKeyId="alias/aws/sns", Tags=TAGS),
        "TopicPolicy": _of("SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument={"Statement": [plain]}),
        "Email": _of("SNS::Subscription", TopicArn={"Ref": "Topic"}, Protocol="email", Endpoint="a@example.com"),
        **_workflow(),
        "Logs": _of("Logs::LogGroup", LogGroupName=f"/aws/lambda/{NAME}", RetentionInDays=30, Tags=TAGS),
        "Function": _of(
            "Lambda::Function",
            FunctionName=NAME,
            Runtime="python3.9",
            Architectures=["arm64"],
            Handler="index.handler",
            Role={"Fn::GetAtt": ["Role", "Arn"]},
            Code={"ZipFile": "handler = print"},
            LoggingConfig={"LogGroup": {"Ref": "Logs"}},
            Environment={"Variables": {"BUCKET": {"Ref": "Bucket"}}},
            Tags=TAGS,
        ),
        "Api": _of("ApiGateway::RestApi", Name=NAME, EndpointConfiguration={"Types": ["REGIONAL"]}, Tags=TAGS),
        "Model": _of(
            "ApiGateway::Model",
            RestApiId=api,
            Name="Body",
            ContentType="application/json",
            Schema={"type": "object", "required": ["fileName"]},
        ),
        "BodyValidator": _of("ApiGateway::RequestValidator", RestApiId=api, Name="body", ValidateRequestBody=True),
        "HeadValidator": _of(
            "ApiGateway::RequestValidator", RestApiId=api, Name="head", ValidateRequestParameters=True
        ),
        "Status": _of("ApiGateway::Resource", RestApiId=api, ParentId=root, PathPart="status"),
        "StatusId": _of("ApiGateway::Resource", RestApiId=api, ParentId={"Ref": "Status"}, PathPart="{id}"),
        "Post": _of(
            "ApiGateway::Method",
            **_method(
                root,
                "POST",
                RequestModels={"$default": {"Ref": "Model"}},
                RequestValidatorId={"Ref": "BodyValidator"},
                MethodResponses=[{"StatusCode": "201"}],
            ),
        ),
        "Get": _of(
            "ApiGateway::Method",
            **_method(
                {"Ref": "StatusId"},
                "GET",
                RequestParameters={"method.request.path.id": True, "method.request.header.X-Merchant": True},
                RequestValidatorId={"Ref": "HeadValidator"},
            ),
        ),
        "Deployment": _of("ApiGateway::Deployment", RestApiId=api) | {"DependsOn": ["Post", "Get"]},
        "Stage": _of(
            "ApiGateway::Stage",
            RestApiId=api,
            StageName=STAGE,
            DeploymentId={"Ref": "Deployment"},
            TracingEnabled=True,
            MethodSettings=[
                {
                    "ResourcePath": "/*",
                    "HttpMethod": "*",
                    "MetricsEnabled": True,
                    "DataTraceEnabled": False,
                    "LoggingLevel": "OFF",
                    "ThrottlingRateLimit": 5,
                    "ThrottlingBurstLimit": 10,
                }
            ],
            Tags=TAGS,
        ),
        "Plan": _of(
            "ApiGateway::UsagePlan",
            UsagePlanName=NAME,
            ApiStages=[{"ApiId": api, "Stage": {"Ref": "Stage"}}],
            Throttle={"RateLimit": 10, "BurstLimit": 20},
            Quota={"Limit": 1000, "Period": "DAY"},
            Tags=TAGS,
        ),
    }
    for merchant in ("One", "Two"):
        plan_key = {"KeyId": {"Ref": f"Key{merchant}"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": "Plan"}}
        resources[f"Key{merchant}"] = _of("ApiGateway::ApiKey", Name=f"{NAME}-{merchant}", Enabled=True, Tags=TAGS)
        resources[f"PlanKey{merchant}"] = _of("ApiGateway::UsagePlanKey", **plan_key)
    metadata = {"Hallmark": {"System": "realtime", "Stage": STAGE, "Region": REGION}}
    return {"Metadata": metadata, "Resources": resources}


@pytest.fixture(scope="module")
def stage(running_emulator: Emulator) -> DeployedStage:
    own = session(ACCOUNT, SECRET, region=REGION)
    return DeployedStage("realtime", STAGE, "embedded", own, running_emulator.endpoint)


@pytest.fixture(scope="module")
def template(stage: DeployedStage) -> Json:
    """The template, which is deployed."""
    template = _template()
    cloudformation = stage.client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    state = lambda: cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]  # noqa: E731
    wait_for(lambda: not state().endswith("IN_PROGRESS"), "the stack")
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    assert state() == "CREATE_COMPLETE", [event.get("ResourceStatusReason") for event in events]
    return template


def test_nothing_is_lost_on_the_way(stage: DeployedStage, template: Json) -> None:
    observed = observe(stage)
    assert drift(template, observed) == []
    assert set(observed["Resources"]) == set(template["Resources"])


def _pairs(tags: list[Json]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in tags}


def _tagged(client: Callable[[str], Any], ids: dict[str, str]) -> dict[str, Any]:
    """What each service says of the tags of its resource."""
    gateway, mapping = client("apigateway"), _arn("lambda", f"event-source-mapping:{ids['Mapping']}")
    return {
        "Bucket": client("s3").get_bucket_tagging(Bucket=NAME)["TagSet"],
        "Queue": client("sqs").list_queue_tags(QueueUrl=ids["Queue"])["Tags"],
        "Table": client("dynamodb").list_tags_of_resource(ResourceArn=_arn("dynamodb", f"table/{NAME}"))["Tags"],
        "Role": client("iam").list_role_tags(RoleName=NAME)["Tags"],
        "Function": client("lambda").list_tags(Resource=_arn("lambda", f"function:{NAME}"))["Tags"],
        "Mapping": client("lambda").list_tags(Resource=mapping)["Tags"],
        "Machine": _pairs(client("stepfunctions").list_tags_for_resource(resourceArn=ids["Machine"])["tags"]),
        "Topic": client("sns").list_tags_for_resource(ResourceArn=ids["Topic"])["Tags"],
        "Api": gateway.get_rest_api(restApiId=ids["Api"])["tags"],
        "Stage": gateway.get_stage(restApiId=ids["Api"], stageName=STAGE)["tags"],
        "Plan": gateway.get_usage_plan(usagePlanId=ids["Plan"])["tags"],
        "KeyOne": gateway.get_api_key(apiKey=ids["KeyOne"])["tags"],
    }


def test_tags_are_kept(stage: DeployedStage, template: Json) -> None:
    listed = stage.client("cloudformation").list_stack_resources(StackName=STACK)
    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed["StackResourceSummaries"]}
    wanted = {tag["Key"]: tag["Value"] for tag in TAGS}
    for logical, tags in _tagged(stage.client, ids).items():
        found = tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}
        assert wanted.items() <= found.items(), logical


@pytest.mark.parametrize(
    ("change", "path", "found"),
    [
        ({"definition": json.dumps(one({"Type": "Pass"}))}, "DefinitionString.States.First.Type", "Pass"),
        ({"loggingConfiguration": {"level": "OFF"}}, "LoggingConfiguration.Level", "OFF"),
        ({"tracingConfiguration": {"enabled": False}}, "TracingConfiguration.Enabled", "false"),
    ],
)
def test_a_machine_that_is_changed_by_hand_is_named(
    stage: DeployedStage, template: Json, change: Json, path: str, found: str
) -> None:
    states = stage.client("stepfunctions")
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{NAME}"
    before = states.describe_state_machine(stateMachineArn=arn)
    states.update_state_machine(stateMachineArn=arn, **change)
    try:
        differences = {(one.resource, one.path): one.observed for one in drift(template, observe(stage))}
    finally:
        states.update_state_machine(stateMachineArn=arn, **{name: before[name] for name in change})
    assert differences["Machine", path] == found and {resource for resource, _ in differences} == {"Machine"}
    assert drift(template, observe(stage)) == []


def test_a_version_that_is_published_by_hand_is_named(stage: DeployedStage, template: Json) -> None:
    states = stage.client("stepfunctions")
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{NAME}"
    version = states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = states.create_state_machine_alias(name="live", routingConfiguration=route)["stateMachineAliasArn"]
    try:
        kinds = {one.type for one in drift(template, observe(stage)) if one.change == "added"}
    finally:
        states.delete_state_machine_alias(stateMachineAliasArn=alias)
        states.delete_state_machine_version(stateMachineVersionArn=version)
    assert kinds == {f"AWS::StepFunctions::StateMachine{part}" for part in ("Version", "Alias")}


def test_an_alarm_whose_expression_is_changed_by_hand_is_named(stage: DeployedStage, template: Json) -> None:
    cloudwatch = stage.client("cloudwatch")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[NAME])["MetricAlarms"]
    names = ("AlarmName", "ComparisonOperator", "EvaluationPeriods", "Threshold", "Metrics")
    put = {name: alarm[name] for name in names}
    other = [{**one, "Expression": "f"} if one["Id"] == "rate" else one for one in alarm["Metrics"]]
    cloudwatch.put_metric_alarm(**{**put, "Metrics": other})
    try:
        (difference,) = drift(template, observe(stage))
    finally:
        cloudwatch.put_metric_alarm(**put)
    assert (difference.resource, difference.path) == ("Alarm", "Metrics[rate].Expression")
