"""What `validation` asks of AWS: an upload's item, and its file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Callable, NamedTuple, Optional

import boto3
from boto3.dynamodb.conditions import Attr, ConditionBase
from botocore.config import Config
from botocore.exceptions import ClientError

from bank_upload.items import Item, upload_key

# A call with its repeat takes 5 s at most; the function has 10.
CONFIG = Config(connect_timeout=0.5, read_timeout=1.5, retries={"mode": "standard", "total_max_attempts": 2})
RESERVE_MILLISECONDS = 5_500
# Something is there already, or is being written in this moment.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
_UNREADABLE = ("NoSuchVersion", "NoSuchKey", "AccessDenied", "MethodNotAllowed")
_UNMET = "ConditionalCheckFailedException"


class StoredFile(NamedTuple):
    """One version of an object: its creation, its size in bytes, and how to read it."""

    created: datetime
    size: int
    read: Callable[[], bytes]


class Unreadable(Exception):
    """A version is gone, or is not to be read: without the right to list, S3 does not say which."""


class Store:
    """The status table and the bucket; `in_time` raises before a call that could take longer than is left."""

    def __init__(self, table: str, bucket: str) -> None:
        self._bucket = bucket
        self._table: Any = boto3.resource("dynamodb", config=CONFIG).Table(table)
        self._s3: Any = boto3.client("s3", config=CONFIG)
        self.in_time: Callable[[], None] = lambda: None

    def upload(self, upload_id: str) -> Optional[Item]:
        """Return an upload's item as it is now, or None."""
        self.in_time()
        item: Optional[Item] = self._table.get_item(Key=upload_key(upload_id), ConsistentRead=True).get("Item")
        return item

    def write(self, item: Item, before: Optional[Item]) -> bool:
        """Write an upload's item in the place of another or of none; return whether that was still as it was read."""
        return self._done(self._table.put_item, Item=item, ConditionExpression=_as_read(before))

    def change(self, before: Item, said: Mapping[str, Any], remove: Sequence[str] = ()) -> bool:
        """Set attributes, such as `states.stored`, and remove others; return whether the item was as it was read."""
        names: dict[str, str] = {}
        # boto3 gives the values of its conditions names that begin with `:v`.
        values = {f":a{place}": value for place, value in enumerate(said.values())}
        sets = [f"{_path(path, names)} = :a{place}" for place, path in enumerate(said)]
        removes = [_path(path, names) for path in remove]
        return self._done(
            self._table.update_item,
            Key=upload_key(before["uploadId"]),
            UpdateExpression="SET " + ", ".join(sets) + (f" REMOVE {', '.join(removes)}" if removes else ""),
            ConditionExpression=_as_read(before),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )

    def note_version(self, upload_id: str, version_id: str) -> None:
        """Note another version of an upload's object, which is not processed; noted again, it changes nothing."""
        self.in_time()
        self._table.update_item(
            Key=upload_key(upload_id),
            UpdateExpression="ADD otherVersions :version",
            ExpressionAttributeValues={":version": {version_id}},
        )

    def keep(self, key: str, content: bytes, *, again: bool = False) -> str:
        """Store a file once; return the id of the version that has its content, whoever stored it.

        `again` stores it in any case, so that the workflow starts for the new version. Something else under its key,
        which nobody but an operator can put there, does not keep it from being stored.
        """
        self.in_time()
        # The bucket takes nothing that is encrypted otherwise.
        how = {"ContentType": "text/csv", "ServerSideEncryption": "aws:kms"}
        said = {"Bucket": self._bucket, "Key": key, "Body": content, **how}
        if again:
            return str(self._s3.put_object(**said)["VersionId"])
        try:
            return str(self._s3.put_object(**said, IfNoneMatch="*")["VersionId"])
        except ClientError as error:
            if error.response["Error"]["Code"] not in _TAKEN:
                raise
        self.in_time()
        found = self._s3.get_object(Bucket=self._bucket, Key=key)
        if found["ContentLength"] == len(content) and found["Body"].read() == content:
            return str(found["VersionId"])
        self.in_time()
        return str(self._s3.put_object(**said)["VersionId"])

    def open(self, key: str, version_id: str) -> StoredFile:
        """Return exactly a version of an object; its content is not read yet. Unreadable.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        self.in_time()
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=key, VersionId=version_id)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _UNREADABLE:
                raise
            raise Unreadable from error
        return StoredFile(found["LastModified"], found["ContentLength"], found["Body"].read)

    def _done(self, call: Callable[..., Any], **arguments: Any) -> bool:
        self.in_time()
        try:
            call(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] != _UNMET:
                raise
            return False
        return True


def _as_read(before: Optional[Item]) -> ConditionBase:
    """Return the condition that an upload's item is as it was read, as far as its way goes."""
    if before is None:
        return Attr("uploadId").not_exists()
    condition: ConditionBase = Attr("status").eq(before["status"])
    for name in ("versionId", "receivedAt", "via"):
        condition &= Attr(name).eq(before[name]) if name in before else Attr(name).not_exists()
    return condition


def _path(path: str, names: dict[str, str]) -> str:
    """Return the path of an attribute in an expression, and give it names there."""
    steps = [f"#{step}" for step in path.split(".")]
    names.update({step: step[1:] for step in steps})
    return ".".join(steps)
