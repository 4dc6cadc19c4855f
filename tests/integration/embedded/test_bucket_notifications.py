"""S3 notifies a function by the function's policy alone, with a record of S3's; versions have rights of their own."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.sessions import session
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

Client = Callable[[str], Any]
REGION = "eu-central-1"
KEY = "uploads/a b+ü/1.csv"
HANDLER = "exports.handler = async (event) => { console.log(JSON.stringify(event.Records[0])); };"
UNREACHABLE = "Unable to validate the following destination configurations"


@pytest.fixture
def bucket(client: Client, unique: str) -> str:
    client("s3").create_bucket(Bucket=unique, CreateBucketConfiguration={"LocationConstraint": REGION})
    client("s3").put_bucket_versioning(Bucket=unique, VersioningConfiguration={"Status": "Enabled"})
    return unique


@pytest.fixture
def permit(client: Client, unique: str, create: Callable[..., None]) -> Callable[..., None]:
    """Create the test's function; the result lets S3 call it, for a bucket and an account."""
    create(HANDLER)

    def add(bucket: str = unique, account: str = ACCOUNT, principal: str = "s3.amazonaws.com") -> None:
        client("lambda").add_permission(
            FunctionName=unique,
            StatementId="s3",
            Action="lambda:InvokeFunction",
            Principal=principal,
            SourceArn=f"arn:aws:s3:::{bucket}",
            SourceAccount=account,
        )

    return add


def _arn(function: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"


@pytest.fixture
def notify(client: Client, unique: str) -> Callable[..., None]:
    """Set the bucket's notification of its function."""

    def put(**settings: Any) -> None:
        names = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".csv"}]
        one = {
            "LambdaFunctionArn": _arn(unique),
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": names}},
        }
        client("s3").put_bucket_notification_configuration(
            Bucket=unique, NotificationConfiguration={"LambdaFunctionConfigurations": [one]}, **settings
        )

    return put


@pytest.mark.parametrize(
    "wrong", [{"bucket": "another"}, {"account": "111122223333"}, {"principal": "sns.amazonaws.com"}, None]
)
def test_a_function_that_s3_may_not_call_is_no_destination(
    permit: Callable[..., None], bucket: str, notify: Callable[..., None], wrong: dict[str, str] | None
) -> None:
    if wrong:
        permit(**wrong)
    with pytest.raises(ClientError, match=f"InvalidArgument.*{UNREACHABLE}"):
        notify()


def test_a_function_that_is_missing_is_no_destination(bucket: str, notify: Callable[..., None]) -> None:
    with pytest.raises(ClientError, match=UNREACHABLE):
        notify()
    notify(SkipDestinationValidation=True)


def test_a_stack_whose_bucket_may_not_call_its_function_fails(client: Client, unique: str, permit: Any) -> None:
    setting = {"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": _arn(unique)}]}
    properties = {"BucketName": unique, "NotificationConfiguration": setting}
    template = json.dumps({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}}})
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName=unique, TemplateBody=template)

    def state() -> str:
        found: str = cloudformation.describe_stacks(StackName=unique)["Stacks"][0]["StackStatus"]
        return "" if found.endswith("IN_PROGRESS") else found

    assert wait_for(state, "the stack") in ("ROLLBACK_COMPLETE", "CREATE_FAILED")
    events = cloudformation.describe_stack_events(StackName=unique)["StackEvents"]
    assert any(UNREACHABLE in event.get("ResourceStatusReason", "") for event in events)


def test_the_record_names_the_version_and_its_key_is_encoded(
    client: Client, permit: Callable[..., None], bucket: str, notify: Callable[..., None], function_logs: Any
) -> None:
    permit()
    notify()
    began = datetime.now(UTC)
    versions = [client("s3").put_object(Bucket=bucket, Key=KEY, Body=body)["VersionId"] for body in (b"one", b"three")]
    for other in ("uploads/1.txt", "other/1.csv"):
        client("s3").put_object(Bucket=bucket, Key=other, Body=b"x")
    records = wait_for(lambda: found if len(found := function_logs(bucket)) == 2 else None, "two records")
    records.sort(key=lambda record: record["s3"]["object"]["sequencer"])
    objects = [record["s3"]["object"] for record in records]
    assert [one["versionId"] for one in objects] == versions and [one["size"] for one in objects] == [3, 5]
    assert {one["key"] for one in objects} == {"uploads/a+b%2B%C3%BC/1.csv"}
    assert {(record["eventSource"], record["eventName"]) for record in records} == {("aws:s3", "ObjectCreated:Put")}
    assert {record["s3"]["bucket"]["arn"] for record in records} == {f"arn:aws:s3:::{bucket}"}
    for record in records:
        assert abs(datetime.fromisoformat(record["eventTime"]) - began) < timedelta(minutes=1)


def test_a_permission_that_is_taken_away_ends_the_calls(
    client: Client, permit: Callable[..., None], bucket: str, notify: Callable[..., None], function_logs: Any
) -> None:
    permit()
    notify()
    client("lambda").remove_permission(FunctionName=bucket, StatementId="s3")
    client("s3").put_object(Bucket=bucket, Key="uploads/lost.csv", Body=b"x")
    permit()
    client("s3").put_object(Bucket=bucket, Key="uploads/seen.csv", Body=b"x")
    records = wait_for(lambda: function_logs(bucket), "a record")
    assert [record["s3"]["object"]["key"] for record in records] == ["uploads/seen.csv"]


@pytest.fixture
def caller(client: Client, unique: str) -> Callable[..., Any]:
    """Return S3's client of a role that may do some actions on the objects of the bucket."""

    def make(*actions: str) -> Any:
        trust = {"Statement": [allow("sts:AssumeRole", Principal={"AWS": "*"})]}
        role = client("iam").create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        rights = {"Statement": [allow(list(actions), f"arn:aws:s3:::{unique}/*")]}
        client("iam").put_role_policy(RoleName=unique, PolicyName="own", PolicyDocument=json.dumps(rights))
        given = client("sts").assume_role(RoleArn=role, RoleSessionName=unique)["Credentials"]
        keys = given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
        return session(*keys, region=REGION).client("s3", endpoint_url=client("s3").meta.endpoint_url)

    return make


def test_a_version_needs_the_rights_on_versions(client: Client, bucket: str, caller: Callable[..., Any]) -> None:
    versions = [client("s3").put_object(Bucket=bucket, Key="k", Body=body)["VersionId"] for body in (b"1", b"2")]
    own = caller("s3:GetObjectVersion", "s3:DeleteObjectVersion")
    assert own.get_object(Bucket=bucket, Key="k", VersionId=versions[0])["Body"].read() == b"1"
    for refused in (own.get_object, own.delete_object):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused(Bucket=bucket, Key="k")
    own.delete_object(Bucket=bucket, Key="k", VersionId=versions[1])
    assert client("s3").get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


def test_rights_on_objects_are_none_on_versions(client: Client, bucket: str, caller: Callable[..., Any]) -> None:
    version = client("s3").put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    own = caller("s3:GetObject", "s3:DeleteObject")
    for refused in (own.get_object, own.delete_object):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused(Bucket=bucket, Key="k", VersionId=version)
