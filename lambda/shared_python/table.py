"""A table of DynamoDB whose items are plain Python values, as boto3's resource takes and gives them."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from shared_python.signed_requests import DynamoDb

Item = dict[str, Any]

_typed, _plain = TypeSerializer().serialize, TypeDeserializer().deserialize
# What of a request holds attributes.
_GIVEN = ("Key", "Item", "ExpressionAttributeValues", "ExclusiveStartKey")


def typed(item: Mapping[str, Any]) -> Item:
    """Return an item in DynamoDB's own types."""
    return {name: _typed(value) for name, value in item.items()}


def plain(item: Mapping[str, Any]) -> Item:
    """Return an item in DynamoDB's own types as plain values; numbers are decimals."""
    return {name: _plain(value) for name, value in item.items()}


class Table:
    """A table; what AWS refuses is the SDK's ClientError, whose items stay in DynamoDB's own types."""

    def __init__(self, name: str) -> None:
        self.name, self.client = name, DynamoDb()

    def get_item(self, **asked: Any) -> Optional[Item]:
        """Return an item, or None."""
        found = self._call("GetItem", asked).get("Item")
        return None if found is None else plain(found)

    def put_item(self, **asked: Any) -> None:
        """Write an item."""
        self._call("PutItem", asked)

    def update_item(self, **asked: Any) -> None:
        """Change an item."""
        self._call("UpdateItem", asked)

    def query(self, **asked: Any) -> tuple[list[Item], Optional[Item]]:
        """Return a page of items, and where the next one starts, if there is one."""
        page = self._call("Query", asked)
        last = page.get("LastEvaluatedKey")
        return [plain(item) for item in page["Items"]], None if last is None else plain(last)

    def transact_write_items(self, TransactItems: Sequence[Item]) -> None:
        """Do writes of this table together or not at all; a repeat of the call by itself is the same transaction.

        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
        """
        items = [{kind: self.asked(**asked) for kind, asked in item.items()} for item in TransactItems]
        self.client.call("TransactWriteItems", {"TransactItems": items, "ClientRequestToken": str(uuid.uuid4())})

    def _call(self, action: str, asked: Mapping[str, Any]) -> Item:
        return self.client.call(action, self.asked(**asked))

    def asked(self, **asked: Any) -> Item:
        return {"TableName": self.name, **{name: typed(v) if name in _GIVEN else v for name, v in asked.items()}}
