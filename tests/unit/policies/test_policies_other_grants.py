"""Rights and refusals may be written in other ways than ours: what lets nobody in, and takes nothing away."""

from typing import Any

import pytest

from tests.unit.policies.edited import Edited

NOBODY: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
IN_CLEAR = {"Bool": {"aws:SecureTransport": "false"}}


@pytest.fixture
def edited() -> Edited:
    return Edited("dev")


@pytest.mark.control("RT_IAM_LEAST")
@pytest.mark.parametrize(
    "policy",
    [
        {"Ref": "AWS::NoValue"},
        {"PolicyDocument": {"Statement": []}},
        {"PolicyDocument": {"Statement": {**NOBODY, "Condition": IN_CLEAR}}},
    ],
)
def test_a_table_may_have_a_policy_that_lets_nobody_in(edited: Edited, policy: dict[str, Any]) -> None:
    edited.find("AWS::DynamoDB::Table")["ResourcePolicy"] = policy
    assert edited.findings("RT_IAM_LEAST") == []
