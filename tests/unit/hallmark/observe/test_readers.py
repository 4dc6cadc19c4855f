"""What AWS answers and an emulator does not: pages, defaults, and what belongs to others."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from hallmark.observe.deployment import Deployment, Thing
from hallmark.observe.readers import READERS
from hallmark.stage.deployed import DeployedStage

Json = dict[str, Any]
ARN = "arn:aws:lambda:eu-central-1:111122223333:function:realtime-a-dev"


class Canned(Deployment):
    """A deployment with answers by operation; what is not among them is empty."""

    def __init__(self, **answers: Any) -> None:
        self._answers = {}
        self.stage = DeployedStage("realtime", "dev", "aws", boto3.Session())
        self.answers = answers

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        return list(self.answers.get(operation, []))

    def asked(self, service: str, operation: str, *absent: str, **arguments: Any) -> Json:
        return dict(self.answers.get(operation, {}))


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


def test_rules_that_a_service_manages_are_left_out() -> None:
    rules = [{"Name": "realtime-a-dev"}, {"Name": "Events-Archive-a", "ManagedBy": "prod.vhs.events.aws.internal"}]
    found = _read("AWS::Events::Rule", list_event_buses={"EventBuses": []}, list_rules=rules)
    assert [one.properties["Name"] for one in found] == ["realtime-a-dev"]


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
