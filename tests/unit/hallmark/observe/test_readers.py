"""What AWS answers and an emulator does not: pages, defaults, and what belongs to others."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.observe.deployment import Deployment, Thing
from hallmark.observe.template import _named, _with_references
from infra.errors import UserError
from tests.unit.hallmark.observe.canned import ARN, Canned, Json, read


def test_names_of_other_stages_and_systems_are_not_ours() -> None:
    names = ["realtime-a-dev", "realtime-a-prod", "other-a-dev", "realtime-a-developer", "hallmark-realtime-dev-x-1A"]
    groups = [{"logGroupName": f"/aws/lambda/{name}", "retentionInDays": 30} for name in names]
    found = read("AWS::Logs::LogGroup", describe_log_groups=groups)
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
    (found,) = read(
        "AWS::Lambda::Function",
        list_stack_resources=listed,
        list_functions=[{"FunctionName": "realtime-a-dev"}],
        get_function_configuration={"Environment": {"Variables": variables}},
    )
    joined = ["", ['{"a":"', {"Ref": "Key"}, '","b":"', {"Ref": "Other"}, '"}']]
    assert found.properties["Environment"] == {"Variables": {"KEYS": {"Fn::Join": joined}, "WORD": "k1x ak2"}}


def test_an_archives_own_rule_is_left_out() -> None:
    rules = [{"Name": "realtime-a-dev"}, {"Name": "Events-Archive-a", "ManagedBy": "prod.vhs.events.aws.internal"}]
    assert [one.properties["Name"] for one in read("AWS::Events::Rule", list_rules=rules)] == ["realtime-a-dev"]


def test_a_rule_that_listens_for_another_service_is_not() -> None:
    buses = [{"Name": "realtime-a-dev"}]
    rules = [{"Name": "Schemas-a", "ManagedBy": "schemas.amazonaws.com", "EventBusName": "realtime-a-dev"}]
    found = read("AWS::Events::Rule", list_event_buses=buses, list_rules=rules)
    assert [one.properties["ManagedBy"] for one in found] == ["schemas.amazonaws.com"]


ROLE_ARN = "arn:aws:iam::111122223333:role/realtime-a-dev"


def test_a_function_of_others_with_a_role_of_ours_isread() -> None:
    listed = [
        {"FunctionName": "tap", "Role": ROLE_ARN},
        {"FunctionName": "other", "Role": ROLE_ARN.replace("dev", "x")},
    ]
    assert [one.physical for one in read("AWS::Lambda::Function", list_functions=listed)] == ["tap"]


def test_a_rule_of_others_with_a_role_of_ours_isread() -> None:
    listed = [{"Name": "tap", "RoleArn": ROLE_ARN}, {"Name": "other"}]
    assert [one.physical for one in read("AWS::Events::Rule", list_rules=listed)] == ["tap"]


def test_an_alarm_of_others_on_what_is_ours_isread() -> None:
    on = [{"Name": "FunctionName", "Value": "realtime-a-dev"}]
    listed = [{"AlarmName": "tap", "Dimensions": on}, {"AlarmName": "mine"}, {"AlarmName": "b", "AlarmActions": [ARN]}]
    assert [one.physical for one in read("AWS::CloudWatch::Alarm", describe_alarms=listed)] == ["tap", "b"]


def test_an_attribute_that_was_taken_back_is_none() -> None:
    topic = {"list_topics": [{"TopicArn": "arn:aws:sns:eu-central-1:111122223333:realtime-a-dev"}]}
    attributes = {"Attributes": {"HTTPSuccessFeedbackRoleArn": "", "DisplayName": ""}}
    found = read("AWS::SNS::Topic", **topic, get_topic_attributes=attributes)
    assert found[0].properties == {"TopicName": "realtime-a-dev"}


def test_a_document_that_was_taken_back_by_an_empty_one_is_none() -> None:
    arn = "arn:aws:sns:eu-central-1:111122223333:realtime-a-dev"
    empty = {"FilterPolicy": "{}", "RedrivePolicy": "{}", "DeliveryPolicy": "{}", "FilterPolicyScope": "MessageBody"}
    of = {"TopicArn": arn, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:eu-central-1:111122223333:q"}
    listed = [{**of, "SubscriptionArn": f"{arn}:1"}]
    found = read("AWS::SNS::Subscription", list_subscriptions=listed, get_subscription_attributes={"Attributes": empty})
    assert found[0].properties == {**of, "FilterPolicyScope": "MessageBody"}
    topic = {"list_topics": [{"TopicArn": arn}], "get_topic_attributes": {"Attributes": {"DeliveryPolicy": "{}"}}}
    assert read("AWS::SNS::Topic", **topic)[0].properties == {"TopicName": "realtime-a-dev"}


def test_a_deployment_that_no_stage_runs_isread() -> None:
    apis = [{"id": "a", "name": "realtime-a-dev"}]
    answers = {"get_rest_apis": apis, "get_deployments": [{"id": "d"}]}
    assert [one.physical for one in read("AWS::ApiGateway::Deployment", **answers)] == ["d"]


def test_gateway_responses_that_nobody_changed_are_left_out() -> None:
    responses = [
        {"responseType": "THROTTLED", "statusCode": "429", "defaultResponse": True},
        {"responseType": "DEFAULT_4XX", "defaultResponse": False, "responseTemplates": {"application/json": "{}"}},
    ]
    apis = [{"id": "a1", "name": "realtime-a-dev"}]
    (found,) = read("AWS::ApiGateway::GatewayResponse", get_rest_apis=apis, get_gateway_responses=responses)
    assert found.properties["ResponseType"] == "DEFAULT_4XX"


def test_a_stage_with_settings_of_methods() -> None:
    settings = {"*/*": {"loggingLevel": "INFO"}, "~1a~1b/POST": {"dataTraceEnabled": False}}
    stage = {"stageName": "dev", "deploymentId": "d", "methodSettings": settings}
    apis = [{"id": "a1", "name": "realtime-a-dev"}]
    (found,) = read("AWS::ApiGateway::Stage", get_rest_apis=apis, get_stages={"item": [stage]})
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
    (found,) = read("AWS::S3::Bucket", list_buckets=buckets, get_bucket_lifecycle_configuration={"Rules": [rule]})
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
    (found,) = read(
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
    (found,) = read(
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
    assert [one.properties for one in read(kind, **answers)] == expected


def test_two_things_of_one_name_are_both_named() -> None:
    listed = [{"ResourceType": "T", "PhysicalResourceId": "p", "LogicalResourceId": "Declared"}]
    things = [Thing("T", "p", {"On": 1}), Thing("T", "p", {"On": 2}), Thing("T", "q-1", {}), Thing("T", "q1", {})]
    mark = {"System": "realtime", "Stage": "dev"}
    deployed = {"Metadata": {"Hallmark": mark}, "Resources": {"Declared": {"Type": "T"}}}
    found = _named(Canned(list_stack_resources=listed), deployed, things)
    assert list(found) == ["Declared", "UnmanagedDeclared2", "UnmanagedTq1", "UnmanagedTq12"]
    assert found["UnmanagedDeclared2"]["Properties"] == {"On": 2}


def test_a_reference_to_a_tables_stream_is_one_again() -> None:
    stream = "arn:aws:dynamodb:us-east-1:111122223333:table/realtime-a-dev/stream/2026-11-20T15:40:07.123"
    listed = [{"ResourceType": "AWS::DynamoDB::Table", "PhysicalResourceId": "a", "LogicalResourceId": "Rows"}]
    deployment = Canned(list_stack_resources=listed)
    table = Thing("AWS::DynamoDB::Table", "a", {}, facts={"LatestStreamArn": stream})
    statement = {"Resource": [stream, f"{stream}4"], "Sid": "Read"}
    role = Thing("AWS::IAM::Role", "r", {"Policies": [{"Statement": statement}]})
    mapping = Thing("AWS::Lambda::EventSourceMapping", "m", {"EventSourceArn": stream})
    reference = {"Fn::GetAtt": ["Rows", "StreamArn"]}
    _, *others = _with_references(deployment, [table, role, mapping])
    assert [one.properties for one in others] == [
        {"Policies": [{"Statement": {"Resource": [reference, f"{stream}4"], "Sid": "Read"}}]},
        {"EventSourceArn": reference},
    ]


def test_the_stream_of_a_table_that_no_stack_made_keeps_its_arn() -> None:
    table = Thing("AWS::DynamoDB::Table", "b", {}, facts={"LatestStreamArn": "arn:stream"})
    mapping = Thing("AWS::Lambda::EventSourceMapping", "m", {"EventSourceArn": "arn:stream"})
    assert _with_references(Canned(list_stack_resources=[]), [table, mapping]) == [table, mapping]
