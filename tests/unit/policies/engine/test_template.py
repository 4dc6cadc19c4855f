"""What expressions mean, and which resource they point to."""

from typing import Any

import pytest

from policies.engine.events.wiring import invocation
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.template import Template

ACCOUNT = "${AccountId}"
RESOURCES = {
    "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "own-dev"}},
    "Nameless": {"Type": "AWS::SQS::Queue"},
    "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "bus-dev"}},
    "Rule": {"Type": "AWS::Events::Rule", "Properties": {"Name": "rule-dev", "EventBusName": {"Ref": "Bus"}}},
    "OnDefault": {"Type": "AWS::Events::Rule", "Properties": {"Name": "other-dev"}},
    "F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f-dev"}},
    "V": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "F"}}},
    "A": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "F"}, "Name": "live"}},
    "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/lambda/f-dev"}},
    "B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": "b-${AWS::AccountId}"}}},
    "Loop": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::GetAtt": ["Loop", "QueueName"]}}},
    "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "api-dev"}},
}
METADATA = {"Hallmark": {"Region": "eu-central-1"}}
PARAMETERS = {
    "Defaulted": {"Type": "String", "Default": "told"},
    "Open": {"Type": "String"},
    "Only": {"Type": "String", "Default": "dev", "AllowedValues": ["dev"]},
    "OneOfTwo": {"Type": "String", "Default": "dev", "AllowedValues": ["dev", "prod"]},
    "Elsewhere": {"Type": "AWS::SSM::Parameter::Value<String>", "AllowedValues": ["/dev/size"]},
}
MAPPINGS = {"Sizes": {"dev": {"mb": 512, "zones": ["a", "b"]}}, "Filled": {"dev": {"mb": 512, "Fn::Transform": {}}}}


@pytest.fixture(scope="module")
def template() -> Any:
    return Template({"Metadata": METADATA, "Resources": RESOURCES, "Parameters": PARAMETERS, "Mappings": MAPPINGS})


@pytest.mark.parametrize(
    ("expression", "meaning"),
    [
        ({"Ref": "Q"}, f"https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/own-dev"),
        ({"Fn::GetAtt": ["Q", "Arn"]}, f"arn:aws:sqs:eu-central-1:{ACCOUNT}:own-dev"),
        ({"Fn::GetAtt": "Q.Arn"}, f"arn:aws:sqs:eu-central-1:{ACCOUNT}:own-dev"),
        ({"Fn::GetAtt": ["Q", "QueueName"]}, "own-dev"),
        ({"Fn::GetAtt": ["Nameless", "QueueName"]}, "${Nameless}"),
        ({"Fn::GetAtt": ["Loop", "QueueName"]}, "${Loop}"),
        ({"Ref": "Bus"}, "bus-dev"),
        ({"Fn::GetAtt": ["Rule", "Arn"]}, f"arn:aws:events:eu-central-1:{ACCOUNT}:rule/bus-dev/rule-dev"),
        ({"Fn::GetAtt": ["OnDefault", "Arn"]}, f"arn:aws:events:eu-central-1:{ACCOUNT}:rule/other-dev"),
        ({"Ref": "A"}, f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:f-dev:live"),
        ({"Fn::GetAtt": ["Logs", "Arn"]}, f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:/aws/lambda/f-dev:*"),
        ({"Fn::GetAtt": ["B", "Arn"]}, f"arn:aws:s3:::b-{ACCOUNT}"),
        ({"Fn::Join": ["", [{"Fn::GetAtt": ["B", "Arn"]}, "/*"]]}, f"arn:aws:s3:::b-{ACCOUNT}/*"),
        ({"Fn::Sub": "${B.Arn}/${!kept}"}, f"arn:aws:s3:::b-{ACCOUNT}/${{kept}}"),
        ({"Fn::Sub": ["${who}-${AWS::Region}", {"who": {"Ref": "Bus"}}]}, "bus-dev-eu-central-1"),
        ({"Fn::Sub": "${Api}/x"}, "${Api}/x"),
        ({"Fn::Select": [1, {"Fn::Split": ["-", "a-b"]}]}, "b"),
        ([1, {"Ref": "AWS::NoValue"}, "x"], [1, "x"]),
        ({"key": {"Ref": "AWS::NoValue"}, "other": True}, {"other": True}),
        ({"Fn::FindInMap": ["Sizes", "dev", "mb"]}, 512),
        ({"Ref": "Only"}, "dev"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Only"}, "mb"]}, 512),
        ({"Fn::Select": [1, {"Fn::FindInMap": ["Sizes", "dev", "zones"]}]}, "b"),
        ({"Fn::If": ["C", 1, 1]}, 1),
        ({"Fn::If": ["C", {"Ref": "Bus"}, {"Fn::Sub": "${Bus}"}]}, "bus-dev"),
        ([{"Fn::If": ["C", {"Ref": "AWS::NoValue"}, {"Ref": "AWS::NoValue"}]}], []),
    ],
)
def test_an_expression_is_resolved(template: Any, expression: Any, meaning: Any) -> None:
    assert template.resolve(expression) == meaning


@pytest.mark.parametrize(
    "expression",
    [
        {"Ref": "Open"},
        {"Ref": "Defaulted"},
        {"Ref": "OneOfTwo"},
        {"Ref": "Elsewhere"},
        {"Ref": "Nobody"},
        {"Fn::GetAtt": ["Nobody", "Arn"]},
        {"Fn::GetAtt": ["Q"]},
        {"Fn::If": ["C", 1, 2]},
        {"Fn::If": ["C", 1, True]},
        {"Fn::If": ["C", "x", {"Ref": "AWS::NoValue"}]},
        {"Fn::If": ["C", {"Ref": "Open"}, {"Ref": "Open"}]},
        {"Fn::If": ["C", 1]},
        {"Fn::ImportValue": "x"},
        {"Fn::FindInMap": ["Sizes", "prod", "mb"]},
        {"Fn::FindInMap": ["Sizes", "dev", {"Ref": "Defaulted"}]},
        {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "mb"]},
        {"Fn::FindInMap": ["Filled", "dev", "mb"]},
        {"Fn::FindInMap": ["Sizes", "dev"]},
        {"Fn::Join": ["", ["a", {"Fn::ImportValue": "x"}]]},
        {"Fn::Join": ["", {"Ref": "Open"}]},
        {"Fn::Sub": "${Open}"},
        {"Fn::Select": [5, ["a"]]},
    ],
)
def test_what_cannot_be_told_is_unknown(template: Any, expression: Any) -> None:
    assert template.resolve(expression) is UNKNOWN
    assert template.target_of(expression) is None


def test_one_resource_has_many_writings(template: Any) -> None:
    writings = [{"Ref": "Bus"}, "bus-dev", {"Fn::GetAtt": ["Bus", "Arn"]}, {"Fn::Sub": "${Bus.Arn}"}]
    for writing in writings:
        assert template.target_of(writing, "AWS::Events::EventBus").logical_id == "Bus"
    assert template.by_arn("bus-dev") is None


@pytest.mark.parametrize(
    ("expression", "qualifier"),
    [
        ({"Ref": "A"}, "live"),
        ({"Ref": "F"}, "$LATEST"),
        ({"Fn::GetAtt": ["F", "Arn"]}, "$LATEST"),
        ({"Fn::Sub": "${F.Arn}:live"}, "live"),
        ("f-dev:other", "other"),
        ({"Ref": "V"}, "${V.Version}"),
    ],
)
def test_a_function_is_found_behind_every_writing(template: Any, expression: Any, qualifier: str) -> None:
    found = invocation(template, expression)
    assert found and (found.function.logical_id, found.qualifier) == ("F", qualifier)


def test_a_region_that_is_not_told_is_the_same_everywhere() -> None:
    unplaced = Template({"Resources": RESOURCES})
    arn = unplaced.text({"Fn::GetAtt": ["Q", "Arn"]})
    assert arn == f"arn:aws:sqs:${{Region}}:{ACCOUNT}:own-dev"
    assert arn == unplaced.text({"Fn::Sub": "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:own-dev"})


def test_line_numbers_of_checkov_are_left_out() -> None:
    queue = {**RESOURCES["Q"], "__startline__": 3, "__endline__": 9}
    lined = Template({"__startline__": 1, "Resources": {"Q": queue, "__startline__": 2}})
    assert list(lined.resources) == ["Q"]


@pytest.mark.parametrize(
    ("kind", "attribute", "properties", "meaning"),
    [
        ("SecurityGroup", "GroupId", {}, "${It}"),
        ("VPC", "VpcId", {}, "${It}"),
        ("VPCEndpoint", "Id", {}, "${It}"),
        ("VPC", "CidrBlock", {"CidrBlock": "10.0.0.0/16"}, "10.0.0.0/16"),
        ("VPC", "CidrBlock", {}, "${It.CidrBlock}"),
        ("VPC", "DefaultSecurityGroup", {}, "${It.DefaultSecurityGroup}"),
    ],
)
def test_attributes_of_what_ec2_makes(kind: str, attribute: str, properties: dict[str, Any], meaning: str) -> None:
    template = Template({"Resources": {"It": {"Type": f"AWS::EC2::{kind}", "Properties": properties}}})
    assert str(template.resolve({"Fn::GetAtt": ["It", attribute]})) == meaning
    if meaning == "${It}":
        assert template.resolve({"Fn::GetAtt": ["It", attribute]}) == template.resolve({"Ref": "It"})
