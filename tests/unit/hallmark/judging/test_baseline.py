"""serverless-baseline on templates of strangers: findings about what is there, each with its place and its fix."""

import json
from typing import Any

import pytest

from hallmark.judging.catalogue import load
from hallmark.judging.verdicts import Judged, judge
from policies.engine.catalogue import READY
from tests.unit.hallmark.judging.templates import BASELINE, BUCKET

ROWS = load(READY / f"{BASELINE}.yaml", BASELINE)


def _judged(resources: dict[str, Any], **more: Any) -> Judged:
    return judge({**more, "Resources": resources}, ROWS)


def _failed(judged: Judged) -> dict[str, set[str]]:
    return {one.row.id: {f.resource for f in one.findings} for one in judged.verdicts if one.findings}


def _verdict(judged: Judged, row: str) -> str:
    return next(one.verdict for one in judged.verdicts if one.row.id == row)


def test_a_lone_bucket_has_findings_about_that_bucket_alone() -> None:
    judged = judge(BUCKET, ROWS)
    assert _failed(judged) == {"BUCKET_PRIVATE": {"Files"}, "BUCKET_TLS": {"Files"}}
    assert all(f.path and f.found and f.wanted and f.fix for one in judged.verdicts for f in one.findings)
    assert _verdict(judged, "DATA_ENCRYPTED") == "proved"
    assert _verdict(judged, "FN_RUNTIME") == "not applicable"
    assert judged.limits == ()


def test_what_no_row_is_about_has_no_finding() -> None:
    judged = _judged({"Net": {"Type": "AWS::EC2::VPC"}, "Mine": {"Type": "Own::Thing::Here"}})
    assert {one.verdict for one in judged.verdicts} == {"not applicable"}


LOOSE: dict[str, Any] = {
    "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "python3.6"}},
    "Image": {
        "Type": "AWS::Lambda::Function",
        "Properties": {"PackageType": "Image", "Code": {"ImageUri": "r:latest"}},
    },
    "Repo": {"Type": "AWS::ECR::Repository"},
    "Rule": {
        "Type": "AWS::Events::Rule",
        "Properties": {"Targets": [{"Id": "t", "Arn": {"Fn::GetAtt": ["Fn", "Arn"]}}]},
    },
    "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": False}},
    "Alerts": {"Type": "AWS::SNS::Topic"},
    "Told": {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "sqs", "TopicArn": {"Ref": "Alerts"}}},
    "Clicks": {"Type": "AWS::Kinesis::Stream"},
    "Reads": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"FunctionName": "f", "EventSourceArn": {"Fn::GetAtt": ["Clicks", "Arn"]}},
    },
    "Orders": {"Type": "AWS::DynamoDB::Table"},
    "Open": {
        "Type": "AWS::Lambda::Permission",
        "Properties": {"Action": "lambda:*", "FunctionName": "f", "Principal": "*"},
    },
    "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}},
    "Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}}},
    "Get": {"Type": "AWS::ApiGateway::Method", "Properties": {"RestApiId": {"Ref": "Api"}, "HttpMethod": "GET"}},
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
    },
    "Flow": {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "DefinitionString": json.dumps(
                {
                    "StartAt": "A",
                    "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}},
                }
            )
        },
    },
    "Logs": {"Type": "AWS::Logs::LogGroup"},
    **BUCKET["Resources"],
}  # fmt: skip


def test_every_row_finds_what_it_is_about() -> None:
    judged = _judged(LOOSE)
    assert set(_failed(judged)) == {row.id for row in ROWS.rows}
    assert all(f.resource in LOOSE and f.path and f.fix for one in judged.verdicts for f in one.findings)


@pytest.mark.parametrize("name", LOOSE)
def test_nothing_is_said_of_what_is_not_there(name: str) -> None:
    judged = _judged({name: LOOSE[name]})
    assert {resource for found in _failed(judged).values() for resource in found} <= {name}
    assert not [f for one in judged.verdicts for f in one.findings if "could not judge" in f.found]


def _queue(key: Any) -> dict[str, Any]:
    return {"Q": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": key}}}


def test_a_parameter_counts_by_its_default_and_is_named() -> None:
    function = {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": {"Ref": "R"}}}}
    good = _judged(function, Parameters={"R": {"Type": "String", "Default": "python3.13"}, "N": {"Type": "String"}})
    assert _verdict(good, "FN_RUNTIME") == "proved"
    assert dict(good.defaults) == {"R": "python3.13"}
    bad = _judged(function, Parameters={"R": {"Type": "String", "Default": "python3.6"}})
    assert [f.found for one in bad.verdicts if one.row.id == "FN_RUNTIME" for f in one.findings] == ["python3.6"]


def test_a_parameter_without_a_default_cannot_be_resolved() -> None:
    judged = _judged(
        {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": {"Ref": "R"}}}},
        Parameters={"R": {"Type": "String"}},
    )
    (found,) = (f.found for one in judged.verdicts if one.row.id == "FN_RUNTIME" for f in one.findings)
    assert found == "cannot be resolved (counted as failed)"


CONDITIONS = {
    "Parameters": {"Stage": {"Type": "String", "Default": "dev"}, "Key": {"Type": "String", "Default": ""}},
    "Conditions": {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "HasKey": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Key"}, ""]}]},
    },
}


def test_what_is_there_only_under_a_condition_is_judged_as_it_would_be() -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Condition": "IsProd", "Properties": {"BillingMode": "PAY_PER_REQUEST"}}
    judged = _judged({"T": table}, **CONDITIONS)
    (finding,) = (f for one in judged.verdicts for f in one.findings)
    assert finding.path.endswith("PointInTimeRecoveryEnabled")
    assert finding.found == "missing (where IsProd holds)"
    table["Properties"] |= {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    assert _verdict(_judged({"T": table}, **CONDITIONS), "TABLE_RECOVERABLE") == "proved"


def test_both_branches_of_a_condition_are_judged() -> None:
    branch = {"Fn::If": ["HasKey", {"Ref": "Key"}, {"Ref": "AWS::NoValue"}]}
    judged = _judged(_queue(branch), **CONDITIONS)
    (finding,) = (f for one in judged.verdicts if one.row.id == "DATA_ENCRYPTED" for f in one.findings)
    assert finding.found == "no key: SNS keeps messages unencrypted"
    either = {"Fn::If": ["IsProd", "alias/prod", "alias/dev"]}
    assert _verdict(_judged(_queue(either), **CONDITIONS), "DATA_ENCRYPTED") == "proved"
    late = {"Fn::If": ["IsProd", {"Ref": "AWS::NoValue"}, "alias/dev"]}
    judged = _judged(_queue(late), **CONDITIONS)
    (finding,) = (f for one in judged.verdicts if one.row.id == "DATA_ENCRYPTED" for f in one.findings)
    assert finding.found.endswith("(where IsProd holds)")


def test_a_mapping_by_region_is_judged_in_one_of_its_regions() -> None:
    statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    who = {
        "AWS": {"Fn::Sub": ["arn:aws:iam::${A}:root", {"A": {"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "elb"]}}]}
    }
    policy = {"Bucket": {"Ref": "Files"}, "PolicyDocument": {"Statement": [{**statement, "Principal": who}]}}
    resources = {**BUCKET["Resources"], "P": {"Type": "AWS::S3::BucketPolicy", "Properties": policy}}
    judged = _judged(resources, Mappings={"M": {"eu-west-1": {"elb": "156460612806"}}})
    assert "P" not in _failed(judged)["BUCKET_PRIVATE"]


def test_what_a_macro_makes_is_a_limit_and_no_pass() -> None:
    resources = {
        "Hello": {"Type": "AWS::Serverless::Function", "Properties": {"Runtime": "python3.6"}},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}},
    }
    judged = _judged(resources, Transform="AWS::Serverless-2016-10-31")
    assert [(one.resource, one.type) for one in judged.limits] == [("Hello", "AWS::Serverless::Function")]
    assert "get-template --template-stage Processed" in judged.limits[0].fix
    assert _verdict(judged, "FN_RUNTIME") == "not judged"
    assert _verdict(judged, "LOG_RETENTION") == "not judged"
    assert _verdict(judged, "BUCKET_TLS") == "not applicable"
    assert _failed(judged) == {}


HANDED = {"ServiceToken": "arn:x", "B": {"Ref": "F"}}


@pytest.mark.parametrize(
    ("resources", "more", "place"),
    [
        ({"S": {"Type": "AWS::CloudFormation::Stack"}}, {}, "S"),
        ({"M": {"Type": "Own::Thing::X::MODULE"}}, {}, "M"),
        ({"Fn::ForEach::T": ["N", ["a"], {"T${N}": {"Type": "AWS::DynamoDB::Table"}}]}, {}, "(template)"),
        ({"F": {"Type": "AWS::S3::Bucket", "Fn::Transform": {"Name": "AWS::Include"}}}, {}, "F"),
        ({"T": {"Type": "AWS::EC2::VPC"}}, {"Transform": ["Mine"]}, "(template)"),
        ({"C": {"Type": "Custom::X", "Properties": HANDED}, "F": LOOSE["Files"]}, {}, "C"),
    ],
    ids=["a nested stack", "a module", "a loop", "an include", "a macro of somebody", "code of others"],
)  # fmt: skip
def test_what_the_template_does_not_show_is_a_limit(resources: Any, more: Any, place: str) -> None:
    judged = _judged({**resources, "Net": {"Type": "AWS::EC2::VPC"}}, **more)
    assert [one.resource for one in judged.limits] == [place]
    assert judged.limits[0].text
    assert judged.limits[0].fix


def test_five_hundred_resources_with_forty_conditions_are_judged_in_time() -> None:
    conditions = {f"C{n}": {"Fn::Equals": [{"Ref": "P"}, str(n)]} for n in range(40)}
    resources = {
        f"Q{n}": {
            "Type": "AWS::SQS::Queue",
            "Condition": f"C{n % 40}",
            "Properties": {"QueueName": {"Fn::If": [f"C{(n + 1) % 40}", f"a{n}", {"Ref": "AWS::NoValue"}]}},
        }
        for n in range(500)
    }
    judged = _judged(resources, Conditions=conditions, Parameters={"P": {"Type": "String"}})
    assert [one.resource for one in judged.limits] == ["(template)"]
    assert "more combinations of its conditions were not judged" in judged.limits[0].text
    assert _verdict(judged, "MESSAGE_TLS") == "failed"


NASTY: list[Any] = [
    {"Fn::Sub": "${A}-${B.Arn}-${!C}"},
    {"Fn::Select": [5, {"Fn::GetAZs": ""}]},
    {"Fn::Join": [{"Ref": "X"}, {"Fn::Split": [",", {"Ref": "Y"}]}]},
    {"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, {"Ref": "K"}]},
    {"Fn::If": ["Missing", {"Ref": "AWS::NoValue"}, [1, {"Ref": "Z"}]]},
    {"Fn::Cidr": ["10.0.0.0/16", 2, 8]},
    {"Fn::ImportValue": {"Fn::Sub": "x-${AWS::StackName}"}},
    {"Ref": "AWS::NoValue"},
    {"Fn::GetAtt": "Self.Arn"},
    {"Fn::Transform": {"Name": "AWS::Include"}},
    "{{resolve:secretsmanager:s}}",
    [],
    {},
    "",
    0,
    [[{"Ref": "A"}]],
]


@pytest.mark.parametrize("value", NASTY, ids=str)
@pytest.mark.parametrize("name", LOOSE)
def test_any_value_in_any_property_is_judged(name: str, value: Any) -> None:
    raw = LOOSE[name]
    for key in (*raw.get("Properties", {}), "PolicyDocument", "Tags", "BucketEncryption", "RedrivePolicy"):
        judged = _judged({**LOOSE, name: {**raw, "Properties": {**raw.get("Properties", {}), key: value}}})
        assert not [f for one in judged.verdicts for f in one.findings if "could not judge" in f.found], key


@pytest.mark.parametrize(
    "condition",
    [
        {"Fn::Not": {}},
        {"Fn::Not": [{"Fn::Not": []}]},
        {"Fn::Equals": [{"Ref": {}}, {"Ref": ["x"]}]},
        {"Fn::Equals": [1]},
        {"Condition": "C"},
        {"Condition": {}},
        {"Fn::And": [{"Condition": "D"}]},
        "text",
        [],
    ],
    ids=str,
)
def test_a_condition_of_any_form_is_judged_both_ways(condition: Any) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Condition": "C"}
    judged = _judged({"T": topic}, Conditions={"C": condition}, Parameters={"x": {"Type": "String"}})
    assert _failed(judged)["MESSAGE_TLS"] == {"T"}


def test_an_api_is_watched_by_its_name_or_the_title_of_its_definition() -> None:
    alarm = {
        "Namespace": "AWS/ApiGateway",
        "MetricName": "5XXError",
        "Dimensions": [{"Name": "ApiName", "Value": "orders"}],
        "AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:t"],
    }
    for own, found in (
        ({"Name": "orders"}, False),
        ({"Body": {"info": {"title": "orders"}}}, False),
        ({"Name": "x"}, True),
    ):
        api = {"Type": "AWS::ApiGateway::RestApi", "Properties": own}
        judged = _judged({"Api": api, "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}})
        assert ("ALARMS" in _failed(judged)) is found
