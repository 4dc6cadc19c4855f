"""Who is named for rights on what a stage has, and who is known in every account."""

from types import SimpleNamespace
from typing import Any

import pytest

from hallmark.observe.readers import principals
from hallmark.observe.readers.elsewhere import canonical, declared_rights
from hallmark.observe.readers.roles import ROLE
from hallmark.synthesized import templates
from tests.unit.hallmark.observe.canned import NAME, Canned, Json, read
from tests.unit.hallmark.observe.stages import ACCOUNT, fake_stage


def _user(name: str, action: str, path: str = "/", **more: Any) -> Json:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    policy = {"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}
    return {
        "UserName": name,
        "RoleName": name,
        "Path": path,
        "UserPolicyList": [policy],
        "RolePolicyList": [policy],
        **more,
    }


def _principals(kind: str, *found: Json, **answers: Any) -> list[str]:
    details = {f"{kind}DetailList": list(found) for kind in ("User", "Role")}
    return [one.physical for one in read(kind, get_account_authorization_details=details, **answers)]


def test_users_with_rights_are_named_and_others_are_not() -> None:
    found = _principals("AWS::IAM::User", _user("eve", "dynamodb:*"), _user("bob", "ec2:*"))
    assert found == ["eve"]


def test_roles_of_the_account_itself_are_known() -> None:
    known = [
        _user("cdk-hnb659fds-deploy-role-1", "*"),
        _user("AWSServiceRoleForBackup", "*", "/aws-service-role/backup.amazonaws.com/"),
        _user("AWSReservedSSO_Admin", "*", "/aws-reserved/sso.amazonaws.com/"),
    ]
    assert _principals("AWS::IAM::Role", *known, _user("cdk-other", "*")) == ["cdk-other"]


def test_rights_that_another_stage_declares_are_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {"Effect": "Allow", "Action": ["dynamodb:ListTables", "dynamodb:ListBackups"], "Resource": "*"}
    monkeypatch.setattr(principals, "declared_rights", lambda deployment: {"other": {canonical(listed)}})
    more = {**listed, "Action": [*listed["Action"], "dynamodb:DeleteTable"]}
    harmless = {**listed, "Action": "ec2:*"}

    def named(*statements: Json, name: str = "other", **more: Any) -> list[str]:
        policy = {"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}
        return _principals(ROLE, {"RoleName": name, "Path": "/", "RolePolicyList": [policy], **more})

    assert named({**listed, "Action": listed["Action"][::-1], "Resource": ["*"]}, harmless) == []
    attached = {"AttachedManagedPolicies": [{"PolicyName": "a", "PolicyArn": "arn:aws:iam::aws:policy/A"}]}
    assert named(more) == named(listed, more) == named(listed, **attached) == ["other"]
    assert named(listed, name="stranger") == ["stranger"]


def test_an_id_that_is_made_up_stands_for_a_reference_but_not_one_of_the_stages_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def inside(network: str) -> Json:
        of = {"ArnEquals": {"ec2:Vpc": f"arn:aws:ec2:eu-central-1:{ACCOUNT}:vpc/{network}"}}
        return {"Effect": "Allow", "Action": "ec2:DeleteNetworkInterface", "Resource": "*", "Condition": of}

    own, other = "vpc-0123456789abcdef0", "vpc-0fedcba9876543210"
    assert (
        canonical(inside(other)) == canonical(inside("${Network}")) != canonical({**inside(other), "Action": "ec2:*"})
    )
    monkeypatch.setattr(principals, "declared_rights", lambda deployment: {"other": {canonical(inside("${Network}"))}})
    listed = [{"ResourceType": "AWS::EC2::VPC", "PhysicalResourceId": own, "LogicalResourceId": "Network"}]

    def named(network: str) -> bool:
        policy = {"PolicyName": "p", "PolicyDocument": {"Statement": inside(network)}}
        details = {"RoleDetailList": [{"RoleName": "other", "Path": "/", "RolePolicyList": [policy]}]}
        arns = (f"arn:aws:ec2:eu-central-1:{ACCOUNT}:vpc/{own}",)
        deployment = Canned(get_account_authorization_details=details, list_stack_resources=listed)
        monkeypatch.setattr(type(deployment), "arns", arns)
        return bool(list(principals.roles(deployment)))

    assert not named(other)
    assert named(own)


def test_the_rights_that_other_stages_declare_are_those_of_their_templates() -> None:
    deployment: Any = SimpleNamespace(stage=fake_stage(system="bank_upload", region="us-east-1"), account=ACCOUNT)
    found = declared_rights(deployment)
    roles = {one["Properties"]["RoleName"] for one in _roles("bank_upload", "prod")}
    assert roles and roles <= found.keys()
    assert not found.keys() & {one["Properties"]["RoleName"] for one in _roles("bank_upload", "dev")}
    assert any("logs:CreateLogDelivery" in one for one in found["role-bank-upload-uploads-prod"])
    assert any(f":{ACCOUNT}:" in one for one in found["role-bank-upload-uploads-prod"])


def _roles(system: str, stage: str) -> list[Json]:
    bodies = [body for one in templates(system, stage) for body in one.body["Resources"].values()]
    return [body for body in bodies if body["Type"] == ROLE]


def test_a_policy_whose_text_cannot_be_read_may_allow_anything() -> None:
    attached = {"PolicyName": "a", "PolicyArn": "arn:aws:iam::aws:policy/A"}
    user = {"UserName": "eve", "UserPolicyList": [], "AttachedManagedPolicies": [attached]}
    assert _principals("AWS::IAM::User", user) == ["eve"]
    policy = {"get_policy": {"Policy": {"DefaultVersionId": "v1"}}}
    harmless = {"PolicyVersion": {"Document": {"Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]}}}
    assert _principals("AWS::IAM::User", user, **policy, get_policy_version=harmless) == []


def test_a_machines_profile_with_a_role_of_ours() -> None:
    role = {"RoleName": NAME, "InstanceProfileList": [{"InstanceProfileName": "machine"}]}
    assert _principals("AWS::IAM::InstanceProfile", role) == ["machine"]
