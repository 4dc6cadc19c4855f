"""What `notification` asks of AWS: an upload's items, the topic of results."""

from collections.abc import Iterator, Mapping
from typing import Any, Optional

import boto3
from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError

from bank_upload.items import (
    ENDED,
    OPEN,
    RANGE_PARTS,
    Item,
    message_attributes,
    message_text,
    result_message,
    upload_key,
)
from bank_upload.task import CONFIG


class Store:
    """The status table and the topic."""

    def __init__(self, table: str, topic: str, stage: str) -> None:
        self._table: Any = boto3.resource("dynamodb", config=CONFIG).Table(table)
        self._sns: Any = boto3.client("sns", config=CONFIG)
        self._topic, self._stage = topic, stage

    def upload(self, upload_id: str) -> Optional[Item]:
        """Return the upload's item as it is now."""
        item: Optional[Item] = self._table.get_item(Key=upload_key(upload_id), ConsistentRead=True).get("Item")
        return item

    def ranges(self, upload_id: str) -> Iterator[Item]:
        """Return the items of its ranges as they are now, in their order."""
        own = Key("uploadId").eq(upload_id) & Key("part").begins_with(RANGE_PARTS)
        asked: dict[str, Any] = {"KeyConditionExpression": own, "ConsistentRead": True}
        while True:
            page = self._table.query(**asked)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def keep(self, upload: Item, results: Item, states: Item) -> bool:
        """Keep results and times of states; return whether the upload was still as it was read."""
        end = upload.get("finishedAt")
        unchanged = Attr("finishedAt").not_exists() if end is None else Attr("finishedAt").eq(end)
        return self._set(upload["uploadId"], results, states, _not_ended() & unchanged)

    def announce(self, upload: Item) -> None:
        """Publish the result of an upload."""
        message = result_message(self._stage, upload)
        said = {"Message": message_text(message), "MessageAttributes": message_attributes(message)}
        self._sns.publish(TopicArn=self._topic, **said)

    def end(self, upload: Item, states: Item) -> None:
        """End an upload, unless it has ended."""
        said = {name: upload[name] for name in ("status", "finishedAt", "messageId")}
        self._set(upload["uploadId"], said, states, _not_ended(), " REMOVE #open")

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


def _not_ended() -> ConditionBase:
    # An upload that another execution marked as failed is ended by the one that went through.
    return Attr("status").exists() & ~Attr("status").is_in(list(ENDED))
