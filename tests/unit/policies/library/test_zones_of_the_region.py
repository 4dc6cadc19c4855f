"""Fn::GetAZs of the stack's own region is bound to it; that of any other is not."""

from typing import Any

import pytest

from policies.engine import library
from policies.engine.template.template import Template

OWN = ["", {"Ref": "AWS::Region"}, {"Fn::Sub": "${AWS::Region}"}, "us-east-1"]
OTHERS: list[Any] = ["us-west-2", {"Ref": "Where"}, {"Fn::Join": ["-", ["us", "west", "2"]]}, ["us-east-1"]]


def found(zones: Any, **more: Any) -> list[str]:
    subnet = {"Type": "AWS::EC2::Subnet", "Properties": {"AvailabilityZone": {"Fn::Select": [0, zones]}}}
    bound = {"Type": "AWS::Lambda::Permission", "Properties": {"SourceArn": "arn:aws:sqs:us-east-1:123456789012:q"}}
    document = {
        "Metadata": {"Hallmark": {"Region": "us-east-1"}},
        "Parameters": {"Where": {"Type": "String", "Default": "us-east-1"}},
        "Resources": {"Subnet": subnet, "Bound": bound},
        **more,
    }
    policy = library.policy("environment/region")
    return [one.found for one in policy.findings(Template(document), {"region": "us-east-1", "stage": "dev"})]


@pytest.mark.parametrize("region", OWN)
def test_zones_of_the_own_region(region: Any) -> None:
    assert found({"Fn::GetAZs": region}) == []


@pytest.mark.parametrize("region", OTHERS)
def test_zones_of_another_region(region: Any) -> None:
    assert len(found({"Fn::GetAZs": region})) == 1
    assert len(found({"Fn::If": ["C", {"Fn::GetAZs": region}, {"Fn::GetAZs": ""}]})) == 1


def test_zones_in_an_output() -> None:
    outputs = {"Zones": {"Value": {"Fn::Join": [",", {"Fn::GetAZs": ""}]}}}
    assert found({"Fn::GetAZs": ""}, Outputs=outputs) == []
    outputs["Zones"]["Value"]["Fn::Join"][1] = {"Fn::GetAZs": "us-west-2"}
    assert found({"Fn::GetAZs": ""}, Outputs=outputs) == ["the zones of us-west-2"]


def test_the_region_beside_its_zones_is_still_loose() -> None:
    (text,) = found({"Fn::If": ["C", {"Fn::GetAZs": ""}, [{"Fn::Sub": "${AWS::Region}a"}]]})
    assert text.startswith("AWS::Region: wherever")


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("VPCEndpoint", "ServiceName", {"Fn::Sub": "com.amazonaws.${AWS::Region}.states"}),
        ("VPCEndpoint", "ServiceName", {"Fn::Join": ["", ["com.amazonaws.", {"Ref": "AWS::Region"}, ".s3"]]}),
        ("Subnet", "AvailabilityZone", {"Fn::Sub": "${AWS::Region}a"}),
    ],
)
def test_what_can_be_in_the_own_region_alone_may_say_it_by_its_pseudo_parameter(
    kind: str, path: str, value: Any
) -> None:
    def found_in(own: Any) -> list[str]:
        more = {"Resources": {"One": {"Type": f"AWS::EC2::{kind}", "Properties": {path: own}}}}
        return [one for one in found({"Fn::GetAZs": ""}, **more) if "nothing that binds" not in one]

    assert found_in(value) == []
    assert found_in({"Fn::Sub": "elsewhere.${AWS::Region}.x"}) != []
