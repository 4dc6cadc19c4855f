"""Who is named for rights on what a stage has, and who is known in every account."""

from typing import Any

from tests.unit.hallmark.observe.canned import NAME, Json, read


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
