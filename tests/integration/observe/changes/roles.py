"""Changes to roles."""

import json
from collections.abc import Iterator

from hallmark.stage import Stage
from hallmark.stage.embedded import ACCOUNT
from tests.integration.observe.changes.names import BUCKET, ROLE, TABLE
from tests.integration.observe.changes.table import by_hand


@by_hand(
    "FunctionsnotifierRole", "Policies[least-privilege].PolicyDocument.Statement[Allow s3:GetObject]", "RT_IAM_LEAST"
)
def a_role_gets_another_statement(stage: Stage) -> Iterator[None]:
    iam, by = stage.client("iam"), {"RoleName": ROLE, "PolicyName": "least-privilege"}
    before = iam.get_role_policy(**by)["PolicyDocument"]
    more = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    document = {**before, "Statement": [*before["Statement"], more]}
    iam.put_role_policy(**by, PolicyDocument=json.dumps(document))
    yield
    iam.put_role_policy(**by, PolicyDocument=json.dumps(before))


@by_hand("FunctionsnotifierRole", "Policies[more]", "RT_IAM_LEAST")
def a_role_gets_another_policy(stage: Stage) -> Iterator[None]:
    iam, by = stage.client("iam"), {"RoleName": ROLE, "PolicyName": "more"}
    statement = {
        "Effect": "Allow",
        "Action": "dynamodb:Scan",
        "Resource": f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/{TABLE}",
    }
    iam.put_role_policy(**by, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    yield
    iam.delete_role_policy(**by)


@by_hand("FunctionsnotifierRole", "ManagedPolicyArns", "RT_FN_LOGS", "RT_IAM_LEAST")
def a_managed_policy_is_attached(stage: Stage) -> Iterator[None]:
    by = {"RoleName": ROLE, "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    stage.client("iam").attach_role_policy(**by)
    yield
    stage.client("iam").detach_role_policy(**by)
