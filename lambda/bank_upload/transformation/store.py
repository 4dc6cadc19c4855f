"""What `transformation` asks of AWS: a range of a version's bytes, conditional puts of rows, the range's item."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config
from shared_python.conditional_puts import put_all
from shared_python.task import CONFIG

from bank_upload.items import Item, Row, range_key, transaction_item
from bank_upload.transformation.logic import Tally, Task

# Rows are built in DynamoDB's own types; to judge them here as well would double the time of a row.
_ROWS = CONFIG.merge(Config(parameter_validation=False))
_IS_NEW = "attribute_not_exists(transactionKey)"


class Store:
    """The two tables and the bucket."""

    def __init__(self, transactions: str, status: str, bucket: str) -> None:
        self._transactions, self._bucket = transactions, bucket
        self._status: Any = boto3.resource("dynamodb", config=CONFIG).Table(status)
        self._dynamodb: Any = boto3.client("dynamodb", config=_ROWS)
        self._s3: Any = boto3.client("s3", config=CONFIG)

    def read(self, task: Task) -> bytes:
        """Return the bytes of a range of exactly the version that was validated.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        asked = f"bytes={task.start}-{task.end - 1}"
        found = self._s3.get_object(Bucket=self._bucket, Key=task.key, VersionId=task.version_id, Range=asked)
        content: bytes = found["Body"].read()
        return content

    def put(self, task: Task, part: Sequence[Row], now: str, in_time: Callable[[], None]) -> Mapping[str, Item]:
        """Store rows, all at once if none stands; return the items that stand, by transaction id."""
        puts = {row.transaction_id: [{"Put": self._put(task, row, now)}] for row in part}
        return put_all(self._dynamodb, puts, in_time)

    def keep(self, task: Task, tally: Tally, now: str) -> None:
        """Write the range's item; a repeat changes nothing but the version, of which the content is the same."""
        said = {
            "line": task.line,
            "rows": task.rows,
            **tally.counts(),
            "totals": tally.totals,
            "problems": tally.problems,
            "versionId": task.version_id,
        }
        names = {f"#a{place}": name for place, name in enumerate(said)}
        values = {f":a{place}": value for place, value in enumerate(said.values())}
        self._status.update_item(
            Key=range_key(task.upload_id, task.number),
            UpdateExpression="SET processedAt = if_not_exists(processedAt, :now), "
            + ", ".join(f"#a{place} = :a{place}" for place in range(len(said))),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":now": now, **values},
        )

    def _put(self, task: Task, row: Row, now: str) -> Item:
        item = transaction_item(row, task.bank, task.upload_id, now)
        typed = {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in item.items()}
        return {
            "TableName": self._transactions,
            "Item": typed,
            "ConditionExpression": _IS_NEW,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
