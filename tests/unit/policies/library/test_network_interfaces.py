"""Rights on network interfaces: Lambda has them, the function's own code has not."""

from typing import Any

import pytest

from tests.unit.policies.library.reaching import Resources, judged

BY_CODE = {"Fn::Sub": "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:opener-dev"}


def _denial(**changed: Any) -> Any:
    """The denial of the second function's role, changed."""

    def change(resources: Resources) -> None:
        statement = resources["OpenerRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][-1]
        statement.update(changed)

    return change


@pytest.mark.parametrize(
    "changed",
    [
        {"Action": "*"},
        {"Action": "ec2:*"},
        {"Action": ["EC2:*NetworkInterface*", "ec2:*PrivateIpAddresses", "ec2:DescribeSubnets"]},
        {"NotAction": "secretsmanager:*", "Action": None},
        {"Condition": {"StringEquals": {"lambda:SourceFunctionArn": BY_CODE}}},
        {"Condition": {"ArnLike": {"lambda:SourceFunctionArn": ["arn:aws:lambda:*:*:function:opener-*"]}}},
        {"Condition": {"Null": {"lambda:SourceFunctionArn": "false"}}},
    ],
)
def test_a_denial_to_the_code_alone_has_no_finding(changed: Resources) -> None:
    assert judged(_denial(**changed), "iam/network_interfaces") == []


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"Effect": "Allow"}, "its own code may use ec2:CreateNetworkInterface on *"),
        ({"Action": "ec2:CreateNetworkInterface"}, "its own code may use ec2:DescribeSubnets on *"),
        ({"Resource": "arn:aws:ec2:*:*:subnet/*"}, "its own code may use ec2:DescribeSubnets on *"),
        (
            {"Condition": {"ArnEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda:us-east-1:1:function:x"}}},
            "its own",
        ),
        ({"Condition": {"ArnNotEquals": {"lambda:SourceFunctionArn": BY_CODE}}}, "may be denied to Lambda, too"),
        ({"Condition": {"ArnEqualsIfExists": {"lambda:SourceFunctionArn": BY_CODE}}}, "may be denied to Lambda, too"),
        ({"Condition": {"Fn::ImportValue": "x"}}, "its own code may use"),
        ({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, "its own code may use"),
        ({"Condition": {}}, "ec2:CreateNetworkInterface may be denied to Lambda, too"),
    ],
)
def test_a_denial_that_is_too_little_or_too_much_is_found(changed: Resources, text: str) -> None:
    found = judged(_denial(**changed), "iam/network_interfaces")
    assert {one.resource for one in found} == {"OpenerRole"}
    assert any(one.found.startswith("function Opener: ") and text in one.found for one in found)


def test_lambda_must_have_each_right() -> None:
    def change(resources: Resources) -> None:
        statement = resources["OpenerRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][1]
        statement["Action"].remove("ec2:DescribeSubnets")

    (found,) = judged(change, "iam/network_interfaces")
    assert found.found == "function Opener: no right to ec2:DescribeSubnets"
