"""Calls to the services as a role's session makes them: tables say what each role may do, and what it may not.

None of them leaves anything behind: conditional writes whose condition fails, and what no consumer can read. Services
judge the caller before they look at either. Names in braces are filled in.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.naming import physical
from hallmark.stage import Stage
from hallmark.stage.sessions import session
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

Json = dict[str, Any]
# The last is EC2's.
REFUSED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
CONDITION_FAILS, CANCELLED = "ConditionalCheckFailedException", "TransactionCanceledException"
SESSION = "trial"


@dataclass(frozen=True)
class Call:
    """An operation of boto3, the IAM action that it is, and the error code of a call that is allowed but fails.

    `api` is boto3's name of the service, if it is not IAM's.
    """

    action: str
    operation: str
    arguments: Json = field(hash=False)
    code: str | None = None
    clear: bool = False
    api: str = ""

    def __str__(self) -> str:
        return self.action

    @property
    def service(self) -> str:
        """The name of the service for boto3."""
        return self.api or self.action.split(":")[0]


def query(table: str, key: str, index: str = "") -> Call:
    """Read the items of one partition, of the table or of an index."""
    values = {":key": {"S": "trial"}}
    request = {"TableName": table, "KeyConditionExpression": f"{key} = :key", "ExpressionAttributeValues": values}
    return Call("dynamodb:Query", "query", {**request, **({"IndexName": index} if index else {})})


def get(table: str, key: Json) -> Call:
    """Read one item."""
    return Call("dynamodb:GetItem", "get_item", {"TableName": table, "Key": key})


def get_together(table: str, key: Json) -> Call:
    """Read several items."""
    return Call("dynamodb:BatchGetItem", "batch_get_item", {"RequestItems": {table: {"Keys": [key]}}})


def _put(table: str, item: Json) -> Json:
    name = next(iter(item))
    return {"TableName": table, "Item": item, "ConditionExpression": f"attribute_exists({name})"}


def update(table: str, key: Json) -> Call:
    """Change an item that is not there."""
    request = {"TableName": table, "Key": key, "UpdateExpression": "SET trial = :key"}
    condition = f"attribute_exists({next(iter(key))})"
    values = {":key": {"S": "trial"}}
    return Call(
        "dynamodb:UpdateItem",
        "update_item",
        {**request, "ConditionExpression": condition, "ExpressionAttributeValues": values},
        CONDITION_FAILS,
    )


def put(table: str, item: Json) -> Call:
    """Replace an item that is not there."""
    return Call("dynamodb:PutItem", "put_item", _put(table, item), CONDITION_FAILS)


def put_together(*puts: tuple[str, Json]) -> Call:
    """Replace items that are not there, in one transaction."""
    items = [{"Put": _put(table, item)} for table, item in puts]
    return Call("dynamodb:PutItem", "transact_write_items", {"TransactItems": items}, CANCELLED)


def delete(table: str, key: Json) -> Call:
    """Delete an item that is not there."""
    return Call("dynamodb:DeleteItem", "delete_item", {"TableName": table, "Key": key})


def at_once(table: str, key: Json) -> dict[str, Call]:
    """What nobody needs: all items, many at once, their end and the table's."""
    deletion = {"RequestItems": {table: [{"DeleteRequest": {"Key": key}}]}}
    return {
        f"all items of {table}": Call("dynamodb:Scan", "scan", {"TableName": table}),
        f"an item's end in {table}": delete(table, key),
        f"many items of {table} at once": Call("dynamodb:BatchWriteItem", "batch_write_item", deletion),
        f"the end of {table}": Call("dynamodb:DeleteTable", "delete_table", {"TableName": table}),
    }


def send(queue: str, clear: bool = False) -> Call:
    """Put a message into a queue."""
    return Call("sqs:SendMessage", "send_message", {"QueueUrl": queue, "MessageBody": "trial"}, clear=clear)


def alert(topic: str, clear: bool = False) -> Call:
    """Publish to a topic."""
    return Call("sns:Publish", "publish", {"TopicArn": topic, "Message": "trial"}, clear=clear)


def open_stream(group: str) -> Call:
    """Open a log stream, or find it open."""
    request = {"logGroupName": group, "logStreamName": "trial"}
    return Call("logs:CreateLogStream", "create_log_stream", request, "ResourceAlreadyExistsException")


def write_log(group: str) -> Call:
    """Write a line to a log stream."""
    events = [{"timestamp": 0, "message": "{}"}]
    request = {"logGroupName": group, "logStreamName": "trial", "logEvents": events}
    return Call("logs:PutLogEvents", "put_log_events", request)


def make_group(group: str) -> Call:
    """Make a log group."""
    return Call("logs:CreateLogGroup", "create_log_group", {"logGroupName": group})


@dataclass(frozen=True)
class Files:
    """Calls on a bucket, on an object of a key, or of another."""

    bucket: str
    key: str

    def put(self, key: str = "", clear: bool = False, **more: str) -> Call:
        """Replace an object that is not there."""
        request = {"Bucket": self.bucket, "Key": key or self.key, "Body": b"", "IfMatch": '"0"', **more}
        return Call("s3:PutObject", "put_object", request, "NoSuchKey", clear)

    def version(self, action: str, key: str = "", clear: bool = False) -> Call:
        """Read or delete a version that is not there."""
        operation, code = ("get_object", "NoSuchVersion") if action == "GetObject" else ("delete_object", None)
        request = {"Bucket": self.bucket, "Key": key or self.key, "VersionId": "00000000-0000-0000-0000-000000000000"}
        return Call(f"s3:{action}Version", operation, request, code, clear)

    def current(self, action: str) -> Call:
        """Read or delete an object, whichever version it has; there is none."""
        operation, code = ("get_object", "NoSuchKey") if action == "GetObject" else ("delete_object", None)
        return Call(f"s3:{action}", operation, {"Bucket": self.bucket, "Key": self.key}, code)

    def listed(self) -> dict[str, Call]:
        """List its objects, and their versions."""
        return {
            "the objects' names": Call("s3:ListBucket", "list_objects_v2", {"Bucket": self.bucket}),
            "the versions' names": Call("s3:ListBucketVersions", "list_object_versions", {"Bucket": self.bucket}),
        }


def role_name(stage: Stage, role: str) -> str:
    """The physical name of a stage's role."""
    return physical(stage, role, "role")


@pytest.fixture(scope="module")
def as_role(stage: Stage) -> Callable[[str], Stage]:
    """The stage as a role sees it; of each file, because the stages of one process are of several systems."""
    return cache(lambda role: assume(stage, role_name(stage, role)))


@pytest.fixture(scope="module")
def names(request: pytest.FixtureRequest, stage: Stage) -> Callable[[str, str], dict[str, str]]:
    """What the texts of a role's call are filled with; `other` is another role, whose things it tries to take.

    A room's own `more_names` adds to it.
    """
    more = request.getfixturevalue("more_names")
    same = {**stage.outputs, "account": account_of(stage), "stage": stage.name, **more}
    return lambda role, other: {**same, "role": role, "other": other}


@pytest.fixture(scope="module")
def more_names() -> dict[str, str]:
    """Nothing more than all rooms have."""
    return {}


def take_back(stage: Stage, queue: str) -> None:
    """Delete what `send` has put into a queue."""
    sqs = stage.client("sqs")

    def message() -> Any:
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
        return next((one for one in found if one["Body"] == "trial"), None)

    sqs.delete_message(QueueUrl=queue, ReceiptHandle=wait_for(message, "the message")["ReceiptHandle"])


def refuses_to_be_taken(stage: Stage, role: str, *callers: Stage) -> None:
    """Assert that none of these callers may take a role."""
    for caller in callers:
        with pytest.raises(ClientError, match="is not authorized to perform: sts:AssumeRole on resource") as refusal:
            caller.client("sts").assume_role(RoleArn=role_arn(stage, role), RoleSessionName=SESSION)
        assert refusal.value.response["Error"]["Code"] == "AccessDenied"


def outcome(stage: Stage, call: Call, names: Mapping[str, str]) -> dict[str, str]:
    """Make a call as whoever the stage is seen by; returns the service's error, or nothing when it went well."""
    client = (stage.in_clear() if call.clear else stage).client(call.service)
    try:
        getattr(client, call.operation)(**_filled(call.arguments, names))
    except ClientError as error:
        return dict(error.response["Error"])
    return {}


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {_filled(key, names): _filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, names) for item in value]
    return value.format_map(names) if isinstance(value, str) and value != "{}" else value


def is_refusal(error: Mapping[str, str], call: Call, stage: Stage, role: str) -> bool:
    """Return whether IAM refused a call of a role's session."""
    caller = f"User: arn:aws:sts::{account_of(stage)}:assumed-role/{role}/{SESSION}"
    said = f"{caller} is not authorized to perform: {call.action} on resource: ".lower()
    return error.get("Code") in REFUSED and said in error["Message"].lower()


def account_of(stage: Stage) -> str:
    """The account that a stage is in."""
    return str(stage.client("sts").get_caller_identity()["Account"])


def role_arn(stage: Stage, role: str) -> str:
    """The ARN of a role of the stage's account."""
    return f"arn:aws:iam::{account_of(stage)}:role/{role}"


def assume(stage: Stage, role: str) -> Stage:
    """Return the stage as a role sees it, as a stranger would hold it who took the function over.

    No principal may take a function's role, so the account's administrator lets it be taken for a moment.
    """
    iam = stage.client("iam")
    trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    opened = {"Version": "2012-10-17", "Statement": [allow("sts:AssumeRole", Principal={"AWS": account_of(stage)})]}
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(opened))
    try:
        given = wait_for(lambda: _credentials(stage, role), f"a session of {role}")
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    keys = given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
    return stage.acting_as(session(*keys, region=stage.region))


def _credentials(stage: Stage, role: str) -> Json | None:
    """The credentials of a new session; None while IAM does not know of the trust everywhere."""
    try:
        answer = stage.client("sts").assume_role(RoleArn=role_arn(stage, role), RoleSessionName=SESSION)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied"
        return None
    credentials: Json = answer["Credentials"]
    return credentials
