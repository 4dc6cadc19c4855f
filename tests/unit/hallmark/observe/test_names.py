"""Who may mean something of a stage, by IAM's patterns: in doubt, he does."""

from typing import Any

import pytest

from hallmark.observe.names import may_mean_ours

TABLE, BUCKET = "arn:aws:dynamodb:eu-central-1:1:table/realtime-rules-dev", "arn:aws:s3:::realtime-a-dev"
ROLE, GROUP = "arn:aws:iam::1:role/realtime-a-dev", "arn:aws:logs:eu-central-1:1:log-group:/aws/lambda/realtime-a-dev"
ARNS = (TABLE, BUCKET, ROLE, GROUP)


def _document(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Statement": {"Effect": "Allow", "Action": action, "Resource": resource, **more}}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("*", "*"),
        ("dynamodb:*", TABLE),
        ("DynamoDB:GetItem", f"{TABLE}/index/*"),
        ("dynamodb:GetItem", ["arn:aws:s3:::b", "arn:aws:dynamodb:*:*:table/*"]),
        ("dynamodb:GetItem", "arn:aws:dynamodb:eu-central-1:1:table/realtime-?????-dev"),
        (["sqs:SendMessage", "s3:GetObject"], f"{BUCKET}/secret/*"),
        ("s3:*", "arn:aws:s3:::*"),
        ("sts:AssumeRole", ROLE),
        ("iam:PassRole", "arn:aws:iam::*:role/*"),
        ("logs:GetLogEvents", f"{GROUP}:*"),
    ],
)
def test_a_right_on_something_of_ours(action: Any, resource: Any) -> None:
    assert may_mean_ours(_document(action, resource), ARNS)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:*", "arn:aws:dynamodb:eu-central-1:1:table/other"),
        ("dynamodb:*", "arn:aws:dynamodb:eu-central-1:1:table/realtime-rules-prod"),
        ("dynamodb:*", "arn:aws:dynamodb:*:*:table/other-*"),
        ("ec2:DescribeInstances", "*"),
        ("s3:GetObject", "arn:aws:s3:::realtime-a-dev-other/*"),
        ("sqs:SendMessage", TABLE),
    ],
)
def test_a_right_on_what_is_others(action: Any, resource: Any) -> None:
    assert not may_mean_ours(_document(action, resource), ARNS)


def test_what_is_not_named_is_everything() -> None:
    assert may_mean_ours({"Statement": [{"Effect": "Allow", "NotAction": "s3:*", "NotResource": "a"}]}, ARNS)


def test_a_refusal_is_no_right() -> None:
    assert not may_mean_ours(_document("*", "*", Effect="Deny"), ARNS)
