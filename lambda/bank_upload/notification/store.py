"""What `notification` asks of AWS: an upload's items, the topic of results."""

from collections.abc import Mapping
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError
from shared_python.task import CONFIG

from bank_upload.items import (
    OPEN,
    Item,
    message_attributes,
    message_text,
    result_message,
    upload_key,
)

# Whatever the status: an upload that another execution marked as failed is ended by the one that went through.
_NOT_ENDED = Attr("part").exists() & Attr("messageId").not_exists()


class Store:
    """The status table and the topic."""

    def __init__(self, table: str, topic: str, stage: str) -> None:
        self._table: Any = boto3.resource("dynamodb", config=CONFIG).Table(table)
        self._sns: Any = boto3.client("sns", config=CONFIG)
        self._topic, self._stage = topic, stage

    def read(self, upload_id: str) -> list[Item]:
        """Return the items of an upload as they are now: those of its ranges in their order, then its own."""
        asked: dict[str, Any] = {"KeyConditionExpression": Key("uploadId").eq(upload_id), "ConsistentRead": True}
        found: list[Item] = []
        while True:
            page = self._table.query(**asked)
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                return found
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def keep(self, upload: Item, results: Item, states: Item) -> bool:
        """Keep results and times of states; return whether the upload was still as it was read."""
        end = upload.get("finishedAt")
        unchanged = Attr("finishedAt").not_exists() if end is None else Attr("finishedAt").eq(end)
        return self._set(upload["uploadId"], results, states, _NOT_ENDED & unchanged)

    def announce(self, upload: Item) -> None:
        """Publish the result of an upload."""
        message = result_message(self._stage, upload)
        said = {"Message": message_text(message), "MessageAttributes": message_attributes(message)}
        self._sns.publish(TopicArn=self._topic, **said)

    def end(self, upload: Item, results: Item, states: Item) -> None:
        """End an upload with its results, unless it has ended."""
        self._set(upload["uploadId"], results, states, _NOT_ENDED, " REMOVE #open")

    def _set(
        self, upload_id: str, said: Mapping[str, Any], states: Item, condition: ConditionBase, also: str = ""
    ) -> bool:
        names = {"#states": "states", **({"#open": OPEN} if also else {})}
        values: Item = {}
        changes: list[str] = []
        for path, changed in (("", said), ("#states.", states)):
            for name, value in changed.items():
                place = len(changes)
                names[f"#a{place}"], values[f":a{place}"] = name, value
                changes.append(f"{path}#a{place} = :a{place}")
        try:
            self._table.update_item(
                Key=upload_key(upload_id),
                UpdateExpression="SET " + ", ".join(changes) + also,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True
