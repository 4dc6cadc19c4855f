"""Which conditions are constant, and what that makes of resources, properties and outputs."""

from typing import Any

import pytest

from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.template import Template

HERE = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-central-1"]}
OPEN = {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}
NONE = {"Ref": "AWS::NoValue"}
PARAMETERS = {
    "Stage": {"Type": "String", "Default": "dev", "AllowedValues": ["dev", "test"]},
    "Only": {"Type": "String", "AllowedValues": ["yes"]},
    "Any": {"Type": "String", "Default": "yes"},
}


def _template(conditions: dict[str, Any], **resources: Any) -> Template:
    return Template(
        {
            "Metadata": {"Hallmark": {"Region": "eu-central-1", "Account": "111122223333"}},
            "Parameters": PARAMETERS,
            "Conditions": conditions,
            "Mappings": {"Sizes": {"eu-central-1": {"big": True}}},
            "Resources": resources or {"Q": {"Type": "AWS::SQS::Queue"}},
        }
    )


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (HERE, True),
        ({"Fn::Equals": [{"Ref": "AWS::Partition"}, "aws-cn"]}, False),
        ({"Fn::Equals": [{"Ref": "AWS::AccountId"}, "111122223333"]}, True),
        ({"Fn::Equals": [{"Ref": "Only"}, "yes"]}, True),
        ({"Fn::Equals": [{"Fn::Sub": "${Only}-${AWS::Region}"}, "yes-eu-central-1"]}, True),
        ({"Fn::Equals": [{"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "big"]}, "true"]}, True),
        # A parameter may be only one of its values, and is equal to itself.
        ({"Fn::Equals": ["prod", {"Ref": "Stage"}]}, False),
        ({"Fn::Equals": [{"Ref": "Any"}, {"Fn::Sub": "${Any}"}]}, True),
        ({"Fn::Not": [HERE]}, False),
        ({"Fn::And": [HERE, {"Condition": "Here"}]}, True),
        ({"Fn::And": [OPEN, {"Fn::Not": [HERE]}]}, False),
        ({"Fn::Or": [OPEN, HERE]}, True),
        ({"Fn::Or": [{"Fn::Not": [HERE]}, {"Condition": "Never"}]}, False),
        (OPEN, None),
        ({"Fn::Equals": [{"Ref": "Any"}, "yes"]}, None),
        ({"Fn::Equals": [{"Ref": "AWS::StackName"}, "x"]}, None),
        ({"Fn::Equals": ["{{resolve:ssm:/stage}}", "dev"]}, None),
        ({"Fn::Not": [OPEN]}, None),
        ({"Fn::And": [HERE, OPEN]}, None),
        ({"Fn::Or": [OPEN, {"Condition": "Never"}]}, None),
        ({"Condition": "Itself"}, None),
        ({"Condition": "Missing"}, None),
        ({"Fn::Equals": ["a"]}, None),
        ({"Fn::Not": "Here"}, None),
        ({"Fn::Contains": [["a"], "a"]}, None),
        ("Here", None),
        ([], None),
    ],
)
def test_a_condition_that_is_constant_is_known(condition: Any, holds: bool | None) -> None:
    others = {"Here": HERE, "Never": {"Fn::Not": [{"Condition": "Here"}]}, "Itself": condition}
    template = _template(others, Q={"Type": "AWS::SQS::Queue", "Condition": "Itself"})
    if holds is None:
        assert template.resources["Q"].raw["Condition"] == "Itself"
    elif holds:
        assert "Condition" not in template.resources["Q"].raw
    else:
        assert template.resources == {}


def test_nothing_points_to_what_is_not_there() -> None:
    queue = {"Type": "AWS::SQS::Queue", "Condition": "Never", "Properties": {"QueueName": "a"}}
    template = _template({"Never": {"Fn::Not": [HERE]}}, Q=queue, R={"Type": "AWS::SQS::Queue"})
    assert template.resolve({"Fn::GetAtt": ["Q", "Arn"]}) is UNKNOWN
    assert template.by_arn("arn:aws:sqs:eu-central-1:111122223333:a") is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"A": NONE, "B": 1}, {"B": 1}),
        ({"A": [NONE, 1, NONE]}, {"A": [1]}),
        ({"A": {"Fn::If": ["Here", 1, 2]}}, {"A": 1}),
        ({"A": {"Fn::If": ["Never", 1, {"B": {"Fn::If": ["Here", NONE, 1]}}]}}, {"A": {}}),
        ({"A": [{"Fn::If": ["Never", {"B": 1}, NONE]}]}, {"A": []}),
        ({"A": {"Fn::If": ["Open", NONE, {"Fn::If": ["Never", 1, NONE]}]}}, {}),
        ({"A": {"Fn::If": ["Open", NONE, 1]}}, {"A": {"Fn::If": ["Open", NONE, 1]}}),
        ({"A": {"Fn::If": ["Open", {"B": NONE}, NONE]}}, {"A": {"Fn::If": ["Open", {}, NONE]}}),
        ({"A": {"Fn::Join": ["", ["a", NONE, "b"]]}}, {"A": {"Fn::Join": ["", ["a", "b"]]}}),
        ({"A": {"Fn::Join": [NONE, ["a"]]}}, {"A": {"Fn::Join": [NONE, ["a"]]}}),
        ({"A": {"Fn::Base64": NONE}}, {"A": {"Fn::Base64": NONE}}),
    ],
)
def test_what_cloudformation_removes_is_not_there(written: Any, read: Any) -> None:
    conditions = {"Here": HERE, "Never": {"Fn::Not": [HERE]}, "Open": OPEN}
    template = _template(conditions, Q={"Type": "AWS::SQS::Queue", "Properties": written})
    assert template.resources["Q"].properties == read


def test_templates_that_share_bodies_may_have_other_conditions() -> None:
    body = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": {"Fn::If": ["Here", 1, 2]}}}
    bodies: dict[Any, Any] = {}
    document = {"Metadata": {"Hallmark": {"Region": "eu-central-1"}}, "Resources": {"Q": body}}
    read = [
        Template({**document, "Conditions": {"Here": condition}}, bodies).resources["Q"].properties["DelaySeconds"]
        for condition in (HERE, {"Fn::Not": [HERE]}, HERE)
    ]
    assert read == [1, 2, 1]


def test_outputs_that_are_not_there_are_not_read() -> None:
    outputs = {
        "A": {"Condition": "Never", "Value": "prod"},
        "B": {"Value": {"Fn::If": ["Here", "dev", "prod"]}},
        "C": {"Condition": "Open", "Value": 1},
    }
    conditions = {"Here": HERE, "Never": {"Fn::Not": [HERE]}, "Open": OPEN}
    template = Template({**_template(conditions).document, "Outputs": outputs})
    assert template.outputs == {"B": {"Value": "dev"}, "C": {"Condition": "Open", "Value": 1}}
