"""What `validation` asks of AWS: one version of an object, an upload's item, its rejections, its rows."""

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, Callable, NamedTuple, Optional

import boto3
from boto3.dynamodb.conditions import Attr, ConditionBase
from botocore.config import Config
from botocore.exceptions import ClientError

from merchant_upload.items import PROCESSING, REFUSED, REJECTIONS, finishing, iso, rejections_key, upload_key
from merchant_upload.validation.records import Item, Origin
from merchant_upload.validation.rows import Rows

_CONFIG = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4})
# Rows are built in DynamoDB's own types and judged there; to judge them here as well takes a third of all time.
_ROWS = _CONFIG.merge(Config(parameter_validation=False))

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_GONE = ("NoSuchVersion", "NoSuchKey")


class StoredFile(NamedTuple):
    """One version of an object: its creation, its size in bytes, and how to read it."""

    created: datetime
    size: int
    read: Callable[[], bytes]


class Gone(Exception):
    """A version that somebody deleted."""


class Store:
    """The bucket and the table."""

    def __init__(self, table: str, bucket: str) -> None:
        self._bucket = bucket
        self._table: Any = boto3.resource("dynamodb", config=_CONFIG).Table(table)
        self._dynamodb: Any = boto3.client("dynamodb", config=_ROWS)
        self._s3: Any = boto3.client("s3", config=_CONFIG)

    def open(self, origin: Origin) -> StoredFile:
        """Return exactly the version that an event names, or raise Gone; its content is not read yet."""
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=origin.key, VersionId=origin.version_id)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
            raise Gone from None
        return StoredFile(found["LastModified"], found["ContentLength"], found["Body"].read)

    def delete(self, origin: Origin) -> None:
        """Delete one version for good; one that is gone is no error."""
        self._s3.delete_object(Bucket=self._bucket, Key=origin.key, VersionId=origin.version_id)

    def rows(self, origin: Origin, in_time: Callable[[], None]) -> Rows:
        """Return what writes the rows of a file."""
        return Rows(self._dynamodb, self._table.name, origin, iso(_now()), in_time)

    def upload(self, origin: Origin) -> Optional[Item]:
        """Return the upload's item as it is now, or None."""
        item: Optional[Item] = self._table.get_item(Key=_key(origin), ConsistentRead=True).get("Item")
        return item

    def claim(self, origin: Origin, created: datetime) -> bool:
        """Bind an upload to the first version that comes; return whether this call did."""
        said = {
            "status": PROCESSING,
            "versionId": origin.version_id,
            "uploadedAt": iso(created),
            "startedAt": iso(_now()),
            "judged": 0,
        }
        unbound = Attr("transaction_id").exists() & Attr("versionId").not_exists()
        return self._set(origin, said, unbound) is not None

    def note_later(self, origin: Origin, name: str) -> None:
        """Add a later version to a set of the upload; added again, it changes nothing."""
        self._table.update_item(
            Key=_key(origin),
            UpdateExpression="ADD #name :version",
            ConditionExpression=Attr("versionId").exists(),
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":version": {origin.version_id}},
        )

    def reject(self, origin: Origin, chunk: int, problems: Item) -> None:
        """Keep a chunk of a file's problems, in DynamoDB's own types; written again, it is the same."""
        key = rejections_key(origin.merchant, origin.upload_id, chunk)
        item = {
            "transaction_id": {"S": key["transaction_id"]},
            "timestamp": {"N": str(key["timestamp"])},
            "kind": {"S": REJECTIONS},
            "problems": problems,
        }
        self._dynamodb.put_item(TableName=self._table.name, Item=item)

    def count(self, origin: Origin, results: Mapping[str, Any]) -> bool:
        """Write what became of a file's rows, all of which are stored; return whether this call did."""
        return self._set(origin, {**results, "validatedAt": iso(_now())}, _uncounted()) is not None

    def refuse(self, origin: Origin, results: Mapping[str, Any]) -> Optional[Item]:
        """Write why a file is refused, which ends it; return its item if this call did."""
        said = {**results, "status": REFUSED, "finishedAt": iso(_now())}
        return self._set(origin, said, _uncounted(), " REMOVE cardKey")

    def finish(self, origin: Origin) -> Optional[Item]:
        """End a file all of whose rows are judged; return its item if this call did."""
        return self._if_it_holds(Key=_key(origin), **finishing(_now()))

    def removed(self, origin: Origin) -> None:
        """Note when the version was deleted, the first time."""
        self._set(origin, {"removedAt": iso(_now())}, Attr("removedAt").not_exists())

    def _set(self, origin: Origin, said: Mapping[str, Any], condition: ConditionBase, also: str = "") -> Optional[Item]:
        names = list(said)
        return self._if_it_holds(
            Key=_key(origin),
            UpdateExpression="SET " + ", ".join(f"#a{place} = :a{place}" for place in range(len(names))) + also,
            ConditionExpression=condition,
            ExpressionAttributeNames={f"#a{place}": name for place, name in enumerate(names)},
            ExpressionAttributeValues={f":a{place}": said[name] for place, name in enumerate(names)},
            ReturnValues="ALL_NEW",
        )

    def _if_it_holds(self, **arguments: Any) -> Optional[Item]:
        try:
            item: Item = self._table.update_item(**arguments)["Attributes"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return None
        return item


def _uncounted() -> ConditionBase:
    return Attr("status").eq(PROCESSING) & Attr("validatedAt").not_exists()


def _key(origin: Origin) -> Item:
    return upload_key(origin.merchant, origin.upload_id)


def _now() -> datetime:
    return datetime.now(timezone.utc)
