"""What AWS answers and an emulator does not: pages, defaults, and what belongs to others."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from hallmark.observe.deployment import Deployment, Thing
from hallmark.observe.readers import READERS
from hallmark.observe.template import _named
from hallmark.stage.deployed import DeployedStage
from infra.errors import UserError

Json = dict[str, Any]
ARN = "arn:aws:lambda:eu-central-1:111122223333:function:realtime-a-dev"
TABLE_ARN = "arn:aws:dynamodb:eu-central-1:111122223333:table/realtime-a-dev"
SESSION = boto3.Session(region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")


class Canned(Deployment):
    """A deployment with answers by operation; what is not among them is empty. Every question must be one of AWS's."""

    account, arns = "111122223333", (ARN, TABLE_ARN)

    def __init__(self, **answers: Any) -> None:
        super().__init__(DeployedStage("realtime", "dev", "aws", SESSION))
        self.answers, self.questions = answers, set[str]()

    def pages(self, service: str, operation: str, key: str, *absent: str, **arguments: Any) -> list[Any]:
        assert key in self._model(service, operation, arguments).output_shape.members
        answer = self.answers.get(operation, [])
        return list(answer.get(key, []) if isinstance(answer, dict) else answer)

    def asked(self, service: str, operation: str, *absent: str, **arguments: Any) -> Json:
        self._model(service, operation, arguments)
        return dict(self.answers.get(operation, {}))

    def _model(self, service: str, operation: str, arguments: Json) -> Any:
        self.questions.add(f"{service}:{operation}")
        model = self.stage.client(service).meta.service_model
        found = model.operation_model(next(one for one in model.operation_names if xform_name(one) == operation))
        report = ParamValidator().validate(arguments, found.input_shape) if found.input_shape else None
        assert not (report and report.has_errors()), f"{operation}: {report.generate_report()}"
        return found


def _read(kind: str, **answers: Any) -> list[Thing]:
    return list(READERS[kind](Canned(**answers)))


def test_names_of_other_stages_and_systems_are_not_ours() -> None:
    names = ["realtime-a-dev", "realtime-a-prod", "other-a-dev", "realtime-a-developer", "hallmark-realtime-dev-x-1A"]
    groups = [{"logGroupName": f"/aws/lambda/{name}", "retentionInDays": 30} for name in names]
    found = _read("AWS::Logs::LogGroup", describe_log_groups=groups)
    assert [one.properties["LogGroupName"] for one in found] == [
        "/aws/lambda/realtime-a-dev",
        "/aws/lambda/hallmark-realtime-dev-x-1A",
    ]


def test_a_resource_of_the_stack_has_its_logical_id_and_others_one_that_is_made_up() -> None:
    listed = [{"ResourceType": "T", "PhysicalResourceId": "a-1", "LogicalResourceId": "A"}]
    deployment = Canned(list_stack_resources=listed)
    assert deployment.logical_id("T", "a-1") == "A"
    assert deployment.logical_id("AWS::SQS::Queue", "a-1") == "UnmanagedSQSQueuea1"


def test_ids_that_a_service_makes_up_are_references_in_a_functions_environment() -> None:
    listed = [
        {"ResourceType": "AWS::ApiGateway::ApiKey", "PhysicalResourceId": "k1", "LogicalResourceId": "Key"},
        {"ResourceType": "AWS::ApiGateway::ApiKey", "PhysicalResourceId": "k2", "LogicalResourceId": "Other"},
    ]
    variables = {"KEYS": '{"a":"k1","b":"k2"}', "WORD": "k1x ak2"}
    (found,) = _read(
        "AWS::Lambda::Function",
        list_stack_resources=listed,
        list_functions=[{"FunctionName": "realtime-a-dev"}],
        get_function_configuration={"Environment": {"Variables": variables}},
    )
    joined = ["", ['{"a":"', {"Ref": "Key"}, '","b":"', {"Ref": "Other"}, '"}']]
    assert found.properties["Environment"] == {"Variables": {"KEYS": {"Fn::Join": joined}, "WORD": "k1x ak2"}}


def test_an_archives_own_rule_is_left_out() -> None:
    rules = [{"Name": "realtime-a-dev"}, {"Name": "Events-Archive-a", "ManagedBy": "prod.vhs.events.aws.internal"}]
    assert [one.properties["Name"] for one in _read("AWS::Events::Rule", list_rules=rules)] == ["realtime-a-dev"]


def test_a_rule_that_listens_for_another_service_is_not() -> None:
    buses = [{"Name": "realtime-a-dev"}]
    rules = [{"Name": "Schemas-a", "ManagedBy": "schemas.amazonaws.com", "EventBusName": "realtime-a-dev"}]
    found = _read("AWS::Events::Rule", list_event_buses=buses, list_rules=rules)
    assert [one.properties["ManagedBy"] for one in found] == ["schemas.amazonaws.com"]


ROLE_ARN = "arn:aws:iam::111122223333:role/realtime-a-dev"


def test_a_function_of_others_with_a_role_of_ours_is_read() -> None:
    listed = [
        {"FunctionName": "tap", "Role": ROLE_ARN},
        {"FunctionName": "other", "Role": ROLE_ARN.replace("dev", "x")},
    ]
    assert [one.physical for one in _read("AWS::Lambda::Function", list_functions=listed)] == ["tap"]


def test_a_rule_of_others_with_a_role_of_ours_is_read() -> None:
    listed = [{"Name": "tap", "RoleArn": ROLE_ARN}, {"Name": "other"}]
    assert [one.physical for one in _read("AWS::Events::Rule", list_rules=listed)] == ["default|tap"]


def test_an_alarm_of_others_on_what_is_ours_is_read() -> None:
    on = [{"Name": "FunctionName", "Value": "realtime-a-dev"}]
    listed = [{"AlarmName": "tap", "Dimensions": on}, {"AlarmName": "mine"}, {"AlarmName": "b", "AlarmActions": [ARN]}]
    assert [one.physical for one in _read("AWS::CloudWatch::Alarm", describe_alarms=listed)] == ["tap", "b"]


def test_an_attribute_that_was_taken_back_is_none() -> None:
    topic = {"list_topics": [{"TopicArn": "arn:aws:sns:eu-central-1:111122223333:realtime-a-dev"}]}
    attributes = {"Attributes": {"HTTPSuccessFeedbackRoleArn": "", "DisplayName": ""}}
    found = _read("AWS::SNS::Topic", **topic, get_topic_attributes=attributes)
    assert found[0].properties == {"TopicName": "realtime-a-dev"}


def test_a_deployment_that_no_stage_runs_is_read() -> None:
    apis = [{"id": "a", "name": "realtime-a-dev"}]
    answers = {"get_rest_apis": apis, "get_deployments": [{"id": "d"}]}
    assert [one.physical for one in _read("AWS::ApiGateway::Deployment", **answers)] == ["d"]


def test_gateway_responses_that_nobody_changed_are_left_out() -> None:
    responses = [
        {"responseType": "THROTTLED", "statusCode": "429", "defaultResponse": True},
        {"responseType": "DEFAULT_4XX", "defaultResponse": False, "responseTemplates": {"application/json": "{}"}},
    ]
    apis = [{"id": "a1", "name": "realtime-a-dev"}]
    (found,) = _read("AWS::ApiGateway::GatewayResponse", get_rest_apis=apis, get_gateway_responses=responses)
    assert found.properties["ResponseType"] == "DEFAULT_4XX"


def test_a_stage_with_settings_of_methods() -> None:
    settings = {"*/*": {"loggingLevel": "INFO"}, "~1a~1b/POST": {"dataTraceEnabled": False}}
    stage = {"stageName": "dev", "deploymentId": "d", "methodSettings": settings}
    apis = [{"id": "a1", "name": "realtime-a-dev"}]
    (found,) = _read("AWS::ApiGateway::Stage", get_rest_apis=apis, get_stages={"item": [stage]})
    assert found.properties["MethodSettings"] == [
        {"ResourcePath": "/*", "HttpMethod": "*", "LoggingLevel": "INFO"},
        {"ResourcePath": "/~1a~1b", "HttpMethod": "POST", "DataTraceEnabled": False},
    ]


@pytest.mark.parametrize(
    ("narrowed", "properties"),
    [
        ({}, {}),
        ({"Prefix": ""}, {}),
        ({"Prefix": "p/"}, {"Prefix": "p/"}),
        ({"Tag": {"Key": "k", "Value": "v"}}, {"TagFilters": [{"Key": "k", "Value": "v"}]}),
        (
            {"And": {"Prefix": "p/", "Tags": [{"Key": "k", "Value": "v"}], "ObjectSizeGreaterThan": 9}},
            {"Prefix": "p/", "TagFilters": [{"Key": "k", "Value": "v"}], "ObjectSizeGreaterThan": 9},
        ),
    ],
)
def test_a_lifecycle_rule_keeps_what_narrows_it(narrowed: Json, properties: Json) -> None:
    rule = {"ID": "r", "Status": "Enabled", "Filter": narrowed, "Expiration": {"Days": 9}}
    buckets = {"Buckets": [{"Name": "realtime-a-dev"}]}
    (found,) = _read("AWS::S3::Bucket", list_buckets=buckets, get_bucket_lifecycle_configuration={"Rules": [rule]})
    assert found.properties["LifecycleConfiguration"]["Rules"] == [
        {"Id": "r", "Status": "Enabled", "ExpirationInDays": 9, **properties}
    ]


def test_a_permission_keeps_conditions_that_no_property_has() -> None:
    condition = {
        "ArnLike": {"AWS:SourceArn": "arn:aws:execute-api:eu-central-1:1:a1/dev/POST/x"},
        "StringLike": {"aws:PrincipalTag/team": "a*"},
    }
    statement = {
        "Sid": "s",
        "Action": "lambda:InvokeFunction",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Resource": f"{ARN}:live",
        "Condition": condition,
    }
    (found,) = _read(
        "AWS::Lambda::Permission",
        list_functions=[{"FunctionName": "realtime-a-dev"}],
        get_policy={"Policy": json.dumps({"Statement": [statement]})},
        list_stack_resources=[
            {"ResourceType": "AWS::ApiGateway::RestApi", "PhysicalResourceId": "a1", "LogicalResourceId": "Api"}
        ],
    )
    assert found.properties == {
        "FunctionName": f"{ARN}:live",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Join": ["", ["arn:aws:execute-api:eu-central-1:1:", {"Ref": "Api"}, "/dev/POST/x"]]},
        "StringLike aws:PrincipalTag/team": "a*",
    }


def test_a_table_by_capacity() -> None:
    table = {"TableName": "realtime-a-dev", "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}}
    (found,) = _read(
        "AWS::DynamoDB::Table",
        list_tables=["realtime-a-dev"],
        describe_table={"Table": table},
        describe_continuous_backups={"ContinuousBackupsDescription": {}},
        describe_time_to_live={"TimeToLiveDescription": {}},
    )
    assert found.properties["BillingMode"] == "PROVISIONED"
    assert found.properties["ProvisionedThroughput"] == {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}
    assert found.properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": False}


class Stage:
    """A stage whose only client answers with what a function returns."""

    system, name = "realtime", "dev"

    def __init__(self, answer: Callable[[], Json]) -> None:
        self.answer, self.asked = answer, 0

    def client(self, service: str) -> Any:
        return self

    def get_thing(self) -> Json:
        self.asked += 1
        return self.answer()


def _refusal() -> Json:
    raise ClientError({"Error": {"Code": "NoSuchThing"}}, "GetThing")


def test_a_question_is_put_once() -> None:
    stage: Any = Stage(lambda: {"a": 1})
    deployment = Deployment(stage)
    assert [deployment.asked("s", "get_thing"), deployment.asked("s", "get_thing")] == [{"a": 1}, {"a": 1}]
    assert stage.asked == 1


def test_only_the_named_error_means_that_nothing_is_there() -> None:
    stage: Any = Stage(_refusal)
    assert Deployment(stage).asked("s", "get_thing", "NoSuchThing") == {}
    with pytest.raises(ClientError):
        Deployment(stage).asked("s", "get_thing", "NoSuchOther")


def test_a_refusal_names_the_permission() -> None:
    def refuse() -> Json:
        message = "User: arn:aws:iam::1:user/a is not authorized to perform: lambda:GetPolicy on resource: b"
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, "GetThing")

    stage: Any = Stage(refuse)
    with pytest.raises(UserError, match=r"^the stage cannot be read back without the permission lambda:GetPolicy: "):
        Deployment(stage).asked("s", "get_thing")


# What only AWS has, or an emulator does not show, by reader: the answers, and the properties of what is found.
ONLY_ON_AWS: dict[str, tuple[str, Json, list[Json]]] = {
    "a topic's data protection": (
        "AWS::SNS::Topic",
        {
            "list_topics": [{"TopicArn": "arn:aws:sns:eu-central-1:1:realtime-a-dev"}],
            "get_topic_attributes": {"Attributes": {"HTTPSuccessFeedbackRoleArn": "r", "SubscriptionsPending": "1"}},
            "get_data_protection_policy": {"DataProtectionPolicy": '{"Name": "p"}'},
        },
        [{"TopicName": "realtime-a-dev", "HTTPSuccessFeedbackRoleArn": "r", "DataProtectionPolicy": {"Name": "p"}}],
    ),
    "a subscription that waits": (
        "AWS::SNS::Subscription",
        {
            "list_subscriptions": [
                {
                    "SubscriptionArn": "PendingConfirmation",
                    "TopicArn": "arn:aws:sns:eu-central-1:1:realtime-a-dev",
                    "Protocol": "email",
                    "Endpoint": "a@example.com",
                },
                {
                    "SubscriptionArn": "x",
                    "TopicArn": "arn:aws:sns:eu-central-1:1:b",
                    "Protocol": "sms",
                    "Endpoint": "1",
                },
            ]
        },
        [{"TopicArn": "arn:aws:sns:eu-central-1:1:realtime-a-dev", "Protocol": "email", "Endpoint": "a@example.com"}],
    ),
    "another's topic that fills a queue": (
        "AWS::SNS::Subscription",
        {
            "list_subscriptions": [
                {
                    "SubscriptionArn": "arn:aws:sns:eu-central-1:1:b:1",
                    "TopicArn": "arn:aws:sns:eu-central-1:1:b",
                    "Protocol": "sqs",
                    "Endpoint": "arn:aws:sqs:eu-central-1:1:realtime-a-dev",
                }
            ],
            "get_subscription_attributes": {
                "Attributes": {"RawMessageDelivery": "true", "FilterPolicy": '{"a": ["b"]}'}
            },
        },
        [
            {
                "TopicArn": "arn:aws:sns:eu-central-1:1:b",
                "Protocol": "sqs",
                "Endpoint": "arn:aws:sqs:eu-central-1:1:realtime-a-dev",
                "RawMessageDelivery": "true",
                "FilterPolicy": {"a": ["b"]},
            }
        ],
    ),
    "policies over all log groups": (
        "AWS::Logs::AccountPolicy",
        {"describe_account_policies": [{"policyName": "p", "policyType": "t", "policyDocument": "{}"}]},
        [{"PolicyName": "p", "PolicyType": "t", "PolicyDocument": "{}"}] * 5,
    ),
    "a mute rule": (
        "AWS::CloudWatch::AlarmMuteRule",
        {
            "list_alarm_mute_rules": [{"AlarmMuteRuleArn": "arn:aws:cloudwatch:eu-central-1:1:alarm-mute-rule:quiet"}],
            "get_alarm_mute_rule": {"Name": "quiet", "MuteTargets": {"AlarmNames": ["realtime-a-dev"]}},
        },
        [{"Name": "quiet", "MuteTargets": {"AlarmNames": ["realtime-a-dev"]}}],
    ),
    "a metric stream": (
        "AWS::CloudWatch::MetricStream",
        {"list_metric_streams": [{"Name": "all"}], "get_metric_stream": {"Name": "all", "FirehoseArn": "f"}},
        [{"Name": "all", "FirehoseArn": "f"}],
    ),
    "an access point": (
        "AWS::S3::AccessPoint",
        {
            "list_buckets": {"Buckets": [{"Name": "realtime-a-dev"}]},
            "list_access_points": [{"Name": "way", "Bucket": "realtime-a-dev", "AccessPointArn": "arn"}],
            "get_access_point_policy": {"Policy": '{"Statement": []}'},
        },
        [{"Name": "way", "Bucket": "realtime-a-dev", "Policy": {"Statement": []}}],
    ),
    "an access grant": (
        "AWS::S3::AccessGrant",
        {
            "list_buckets": {"Buckets": [{"Name": "realtime-a-dev"}]},
            "list_access_grants": [
                {"AccessGrantId": "1", "GrantScope": "s3://realtime-a-dev/*", "Permission": "READ"},
                {"AccessGrantId": "2", "GrantScope": "s3://other/*", "Permission": "READ"},
            ],
        },
        [{"GrantScope": "s3://realtime-a-dev/*", "Permission": "READ"}],
    ),
    "a routing rule": (
        "AWS::ApiGatewayV2::RoutingRule",
        {
            "get_domain_names": [{"DomainName": "d"}],
            "list_routing_rules": [{"RoutingRuleId": "1", "Priority": 1, "Actions": [{"InvokeApi": {"ApiId": "a1"}}]}],
            "list_stack_resources": [
                {"ResourceType": "AWS::ApiGateway::RestApi", "PhysicalResourceId": "a1", "LogicalResourceId": "Api"}
            ],
        },
        [{"DomainName": "d", "Priority": 1, "Actions": [{"InvokeApi": {"ApiId": "a1"}}]}],
    ),
    "a table that scales": (
        "AWS::ApplicationAutoScaling::ScalableTarget",
        {
            "describe_scalable_targets": [
                {"ResourceId": "table/realtime-a-dev", "ScalableDimension": "d", "MinCapacity": 1}
            ]
        },
        [{"ResourceId": "table/realtime-a-dev", "ScalableDimension": "d", "MinCapacity": 1}] * 2,
    ),
    "a detector in the logs": (
        "AWS::Logs::LogAnomalyDetector",
        {
            "list_log_anomaly_detectors": [
                {
                    "anomalyDetectorArn": "d",
                    "logGroupArnList": ["arn:aws:logs:eu-central-1:1:log-group:/aws/lambda/realtime-a-dev"],
                }
            ]
        },
        [{"LogGroupArnList": ["arn:aws:logs:eu-central-1:1:log-group:/aws/lambda/realtime-a-dev"]}],
    ),
}


@pytest.mark.parametrize("name", ONLY_ON_AWS)
def test_what_only_aws_has(name: str) -> None:
    kind, answers, expected = ONLY_ON_AWS[name]
    assert [one.properties for one in _read(kind, **answers)] == expected


@pytest.mark.parametrize("kind", READERS)
def test_every_question_is_one_that_aws_understands(kind: str) -> None:
    """With something of the stage's in every list, so that what depends on it is asked, too."""
    deployment = Canned(**SOMETHING)
    list(READERS[kind](deployment))
    assert deployment.questions


NAME = "realtime-a-dev"
SOMETHING: Json = {
    "list_stack_resources": [
        {"ResourceType": "AWS::ApiGateway::RestApi", "PhysicalResourceId": "a1", "LogicalResourceId": "Api"}
    ],
    "list_functions": [{"FunctionName": NAME}],
    "get_function_configuration": {"FunctionArn": ARN},
    "list_aliases": [{"Name": "live", "AliasArn": f"{ARN}:live", "FunctionVersion": "1"}],
    "list_versions_by_function": [{"Version": "1", "FunctionArn": f"{ARN}:1"}],
    "list_event_source_mappings": [{"UUID": "u", "FunctionArn": ARN, "EventSourceMappingArn": f"{ARN}:u"}],
    "list_queues": [f"https://sqs.eu-central-1.amazonaws.com/1/{NAME}"],
    "get_queue_attributes": {"Attributes": {}},
    "list_topics": [{"TopicArn": f"arn:aws:sns:eu-central-1:1:{NAME}"}],
    "get_topic_attributes": {"Attributes": {}},
    "list_event_buses": [{"Name": NAME}],
    "describe_event_bus": {"Name": NAME, "Arn": f"arn:aws:events:eu-central-1:1:event-bus/{NAME}"},
    "list_rules": [{"Name": NAME, "Arn": f"arn:aws:events:eu-central-1:1:rule/{NAME}"}],
    "list_archives": [{"ArchiveName": NAME, "EventSourceArn": "a"}],
    "describe_archive": {"ArchiveName": NAME, "EventSourceArn": "a"},
    "list_endpoints": [{"Name": "e"}],
    "list_schedules": [{"Name": NAME}],
    "get_schedule": {"Name": NAME},
    "list_pipes": [{"Name": NAME}],
    "describe_pipe": {"Name": NAME},
    "list_tables": [NAME],
    "describe_table": {
        "Table": {
            "TableName": NAME,
            "TableArn": TABLE_ARN,
            "LatestStreamArn": f"{TABLE_ARN}/stream/2026-01-01T00:00:00.000",
            "Replicas": [{"RegionName": "us-east-1"}],
            "SSEDescription": {"Status": "ENABLED", "KMSMasterKeyArn": "k"},
        }
    },
    "describe_continuous_backups": {"ContinuousBackupsDescription": {}},
    "describe_time_to_live": {"TimeToLiveDescription": {}},
    "list_buckets": {"Buckets": [{"Name": NAME}]},
    "list_access_points": [{"Name": "way", "AccessPointArn": "arn:way"}],
    "get_rest_apis": [{"id": "a1", "name": NAME}],
    "get_resources": [{"id": "r1", "path": "/", "resourceMethods": {"POST": {}}}],
    "get_stages": {"item": [{"stageName": "dev", "deploymentId": "d"}]},
    "get_usage_plans": [{"id": "p", "name": NAME}],
    "get_usage_plan_keys": [{"id": "k", "name": NAME}],
    "describe_log_groups": [{"logGroupName": NAME, "arn": f"arn:aws:logs:eu-central-1:1:log-group:{NAME}:*"}],
    "describe_delivery_sources": [{"name": NAME, "resourceArns": [ARN]}],
    "describe_alarms": [
        {"AlarmName": NAME, "AlarmRule": "TRUE", "AlarmArn": f"arn:aws:cloudwatch:eu-central-1:1:alarm:{NAME}"}
    ],
    "list_alarm_mute_rules": [{"AlarmMuteRuleArn": "arn:aws:cloudwatch:eu-central-1:1:alarm-mute-rule:quiet"}],
    "list_dashboards": [{"DashboardName": "d"}],
    "list_metric_streams": [{"Name": "s"}],
    "get_role": {"Role": {}},
}


def _user(name: str, action: str, path: str = "/", **more: Any) -> Json:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    policy = {"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}
    return {
        "UserName": name,
        "RoleName": name,
        "Path": path,
        "UserPolicyList": [policy],
        "RolePolicyList": [policy],
        **more,
    }


def _principals(kind: str, *found: Json, **answers: Any) -> list[str]:
    details = {f"{kind}DetailList": list(found) for kind in ("User", "Role")}
    return [one.physical for one in _read(kind, get_account_authorization_details=details, **answers)]


def test_users_with_rights_are_named_and_others_are_not() -> None:
    found = _principals("AWS::IAM::User", _user("eve", "dynamodb:*"), _user("bob", "ec2:*"))
    assert found == ["eve"]


def test_roles_of_the_account_itself_are_known() -> None:
    known = [
        _user("cdk-hnb659fds-deploy-role-1", "*"),
        _user("AWSServiceRoleForBackup", "*", "/aws-service-role/backup.amazonaws.com/"),
        _user("AWSReservedSSO_Admin", "*", "/aws-reserved/sso.amazonaws.com/"),
    ]
    assert _principals("AWS::IAM::Role", *known, _user("cdk-other", "*")) == ["cdk-other"]


def test_a_policy_whose_text_cannot_be_read_may_allow_anything() -> None:
    attached = {"PolicyName": "a", "PolicyArn": "arn:aws:iam::aws:policy/A"}
    user = {"UserName": "eve", "UserPolicyList": [], "AttachedManagedPolicies": [attached]}
    assert _principals("AWS::IAM::User", user) == ["eve"]
    policy = {"get_policy": {"Policy": {"DefaultVersionId": "v1"}}}
    harmless = {"PolicyVersion": {"Document": {"Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]}}}
    assert _principals("AWS::IAM::User", user, **policy, get_policy_version=harmless) == []


def test_a_machines_profile_with_a_role_of_ours() -> None:
    role = {"RoleName": NAME, "InstanceProfileList": [{"InstanceProfileName": "machine"}]}
    assert _principals("AWS::IAM::InstanceProfile", role) == ["machine"]


def test_two_things_of_one_name_are_both_named() -> None:
    listed = [{"ResourceType": "T", "PhysicalResourceId": "p", "LogicalResourceId": "Declared"}]
    things = [Thing("T", "p", {"On": 1}), Thing("T", "p", {"On": 2}), Thing("T", "q-1", {}), Thing("T", "q1", {})]
    mark = {"System": "realtime", "Stage": "dev"}
    deployed = {"Metadata": {"Hallmark": mark}, "Resources": {"Declared": {"Type": "T"}}}
    found = _named(Canned(list_stack_resources=listed), deployed, things)
    assert list(found) == ["Declared", "UnmanagedDeclared2", "UnmanagedTq1", "UnmanagedTq12"]
    assert found["UnmanagedDeclared2"]["Properties"] == {"On": 2}
