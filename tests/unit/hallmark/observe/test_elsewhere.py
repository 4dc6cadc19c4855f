"""Rights of other stages: what a template refers to is what IAM shows."""

from typing import Any

import pytest

from hallmark.observe.readers.elsewhere import with_ids

IDS = {"Vpc": "vpc-1", "Group": "sg-1"}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"Ref": "Vpc"}, "vpc-1"),
        ({"Fn::GetAtt": ["Group", "GroupId"]}, "sg-1"),
        ({"Fn::GetAtt": ["Vpc", "CidrBlock"]}, {"Fn::GetAtt": ["Vpc", "CidrBlock"]}),
        ({"Ref": "AWS::Region"}, {"Ref": "AWS::Region"}),
        (
            {"Condition": {"ArnEquals": {"ec2:Vpc": {"Fn::Join": ["", ["vpc/", {"Ref": "Vpc"}]]}}}},
            {"Condition": {"ArnEquals": {"ec2:Vpc": {"Fn::Join": ["", ["vpc/", "vpc-1"]]}}}},
        ),
    ],
)
def test_references_to_what_has_an_id_of_its_own_are_that_id(value: Any, found: Any) -> None:
    assert with_ids(value, IDS) == found
