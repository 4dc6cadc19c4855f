"""Reachability: a right without a way, and a way without a right, name both."""

from typing import Any

import pytest

from tests.unit.policies.library.reaching import STATEMENTS, Change, Resources, allowed, gone, judged, put, together

SECRET = {"Fn::Sub": "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:other"}
WITHOUT = [
    ("sns:Publish", "arn:aws:sns:us-east-1:1:t", "sns"),
    ("s3:GetObject", "arn:aws:s3:::bucket/*", "s3"),
    ("states:StartExecution", "*", "states"),
    ("states:StartSyncExecution", "*", "sync-states"),
    ("kms:Decrypt", "arn:aws:kms:us-east-1:1:key/k", "kms"),
    ("secretsmanager:GetSecretValue", SECRET, "secretsmanager"),
    ("sts:AssumeRole", "arn:aws:iam::1:role/r", "sts"),
    ("cloudwatch:PutMetricData", "*", "monitoring"),
    ("bedrock:InvokeModel", "*", "bedrock-runtime"),
    ("logs:FilterLogEvents", "*", "logs"),
    ("ec2:DescribeRegions", "*", "ec2"),
    ("somethingnew:Ask", "*", "somethingnew"),
]


@pytest.mark.parametrize(("action", "resource", "service"), WITHOUT)
def test_a_right_without_an_endpoint_is_found(action: str, resource: Any, service: str) -> None:
    # The denial of EC2 is another test's.
    def change(resources: Resources) -> None:
        statements = resources["ReaderRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        statements[-1] = {"Effect": "Allow", "Action": action, "Resource": resource}

    (found,) = judged(change)
    assert found.resource == "Reader"
    assert f"function Reader: {action} on " in found.found
    assert f"has no endpoint {service}" in found.found


@pytest.mark.parametrize(
    "right",
    [
        {"Action": "*", "Resource": "*"},
        {"NotAction": "iam:*", "Resource": "*"},
        {"Action": {"Fn::ImportValue": "x"}, "Resource": "*"},
        {"Action": "dynamodb:*", "Resource": {"Fn::GetAtt": ["Orders", "Arn"]}},
        {"Action": "dynamodb:Query", "NotResource": "arn:aws:s3:::x"},
        {"Action": "dynamodb:Query", "Resource": "*"},
        {"Action": "dynamodb:Query", "Resource": "arn:aws:dynamodb:eu-west-1:1:table/t"},
        {"Action": "DynamoDB:Scan", "Resource": {"Fn::GetAtt": ["Orders", "Arn"]}},
    ],
)
def test_a_right_that_is_wider_than_its_way_is_found(right: Resources) -> None:
    assert any(
        "function Reader: " in one.found and "has no way" in one.found for one in judged(allowed("ReaderRole", **right))
    )


NO_RIGHT = [
    (
        allowed(
            "TablesA",
            Principal="*",
            Action="dynamodb:Scan",
            Resource="*",
            Condition={"ArnEquals": {"aws:PrincipalArn": {"Fn::GetAtt": ["ReaderRole", "Arn"]}}},
        ),
        "TablesA",
        "lets dynamodb:Scan on * through, for which function Reader has no right",
    ),
    (put("TablesA", f"{STATEMENTS}.0.Action", "dynamodb:*"), "TablesA", "lets dynamodb:* on Orders through"),
    (put("TablesA", f"{STATEMENTS}.0.Resource", "*"), "TablesA", "lets dynamodb:GetItem on * through"),
    (put("TablesA", f"{STATEMENTS}.0.Condition", None), "TablesA", "lets everybody through"),
    (
        allowed(
            "TablesA",
            Principal="*",
            Action="dynamodb:GetItem",
            Resource={"Fn::GetAtt": ["Orders", "Arn"]},
            Condition={"StringEquals": {"aws:PrincipalAccount": ["999999999999", {"Ref": "AWS::AccountId"}]}},
        ),
        "TablesA",
        "lets 999999999999 through, which no function of the network has",
    ),
    (
        put("Queues", f"{STATEMENTS}.Principal", {"AWS": ["*", {"Ref": "AWS::AccountId"}]}),
        "Queues",
        "the endpoint sqs lets everybody through",
    ),
    (
        put(
            "TablesA",
            f"{STATEMENTS}.0.Condition.StringEquals",
            {"aws:PrincipalArn": [{"Fn::GetAtt": ["ReaderRole", "Arn"]}, {"Fn::GetAtt": ["OpenerRole", "Arn"]}]},
        ),
        "TablesA",
        "role/${OpenerRole} through, which no function of the network has",
    ),
    (put("Queues", "PolicyDocument", None), "Queues", "the endpoint sqs lets everything through"),
    (put("Queues", f"{STATEMENTS}.NotAction", "sqs:DeleteQueue"), "Queues", "lets * on Jobs through"),
    (
        put("Queues", f"{STATEMENTS}.NotResource", "arn:aws:sqs:us-east-1:1:q"),
        "Queues",
        "lets sqs:SendMessage on * through",
    ),
    (
        put("Keys", "PolicyDocument.Statement.0.Resource", "*"),
        "Keys",
        "on * through, for which no function has a right",
    ),
    (
        put("Keys", "ServiceName", "com.amazonaws.vpce.us-east-1.vpce-svc-1"),
        "Keys",
        "a service that cannot be resolved",
    ),
    (put("Keys", "VpcId", {"Fn::ImportValue": "x"}), "Keys", "a network that cannot be resolved"),
    (
        put("MayQueue", "PolicyDocument.Statement.Action", "sqs:ReceiveMessage"),
        "Queues",
        "lets sqs:SendMessage on Jobs through",
    ),
    (gone("MayQueue"), "Queues", "the endpoint sqs is a way without a right: no function of the network may call sqs"),
]


@pytest.mark.parametrize(("change", "resource", "text"), NO_RIGHT)
def test_a_way_without_a_right_is_found(change: Change, resource: str, text: str) -> None:
    assert any(one.resource == resource and text in one.found for one in judged(change))


OWN = {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}, "aws:ResourceAccount": {"Ref": "AWS::AccountId"}}


@pytest.mark.parametrize(
    ("condition", "number"),
    [(OWN, 0), ({"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}, 1), ({**OWN, "aws:ResourceAccount": "1"}, 1)],
)
def test_an_endpoint_that_is_kept_without_a_right_is_for_this_account_alone(condition: Resources, number: int) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": condition},
    }
    change = together(gone("MayQueue"), put("Queues", STATEMENTS, [statement]))
    assert len(judged(change, kept=("sqs",))) == number
