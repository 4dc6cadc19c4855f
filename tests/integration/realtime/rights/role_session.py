"""A session of a stage's role, as a stranger would hold it who took the function over."""

import json
from typing import Any

from botocore.exceptions import ClientError

from hallmark.stage import Stage
from hallmark.stage.sessions import session
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

REGION = "eu-central-1"

OTHER = {"ingest_processor": "notifier", "fraud_detector": "ingest_processor", "notifier": "fraud_detector"}
SESSION = "trial"


def account_of(stage: Stage) -> str:
    """The account that a stage is in."""
    return str(stage.client("sts").get_caller_identity()["Account"])


def arn_of(stage: Stage, role: str) -> str:
    """The ARN of a stage's role."""
    return f"arn:aws:iam::{account_of(stage)}:role/realtime-{role}-{stage.name}"


def names_for(stage: Stage, role: str) -> dict[str, str]:
    """What the texts of a call are filled with: the stack's outputs, and names that follow from the stage's."""
    account = account_of(stage)
    return {
        **stage.outputs,
        "account": account,
        "stage": stage.name,
        "role": role,
        "other": OTHER.get(role, role),
        "AlarmTopic": f"arn:aws:sns:{REGION}:{account}:realtime-alarms-{stage.name}",
    }


def assume(stage: Stage, role: str) -> Stage:
    """Return the stage as a role sees it.

    No principal may take a function's role, so the account's administrator lets it be taken for a moment.
    """
    iam, name = stage.client("iam"), f"realtime-{role}-{stage.name}"
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    opened = {"Version": "2012-10-17", "Statement": [allow("sts:AssumeRole", Principal={"AWS": account_of(stage)})]}
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(opened))
    try:
        given = wait_for(lambda: _credentials(stage, role), f"a session of {name}")
    finally:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
    keys = given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
    return stage.acting_as(session(*keys, region=REGION))


def _credentials(stage: Stage, role: str) -> dict[str, Any] | None:
    """The credentials of a new session; None while IAM does not know of the trust everywhere."""
    try:
        answer = stage.client("sts").assume_role(RoleArn=arn_of(stage, role), RoleSessionName=SESSION)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied"
        return None
    credentials: dict[str, Any] = answer["Credentials"]
    return credentials
