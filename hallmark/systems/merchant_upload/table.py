"""Reads of the table: items by their keys, a card's rows, all that stands under one id."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from hallmark.parallel import each
from hallmark.stage import Stage
from infra.merchant_upload.outputs import Output

Item = dict[str, Any]
Key = tuple[str, int]
# BatchGetItem takes so many keys.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
_BATCH = 100
# What the index has of every upload that is not finished, in place of a card.
OPEN = "open"
_plain, _typed = TypeDeserializer().deserialize, TypeSerializer().serialize


class TransactionsTable:
    """The table of one stage; reads are consistent but for those of the index."""

    def __init__(self, stage: Stage) -> None:
        self._client = stage.client("dynamodb")
        self._name = stage.outputs[Output.TRANSACTIONS_TABLE]
        self._index = stage.outputs[Output.CARD_INDEX]

    def items(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return the items that exist, by their keys."""
        wanted = list(dict.fromkeys(keys))
        batches = [wanted[begin : begin + _BATCH] for begin in range(0, len(wanted), _BATCH)]
        return {key: item for found in each(self._batch, batches) for key, item in found.items()}

    def _batch(self, keys: Sequence[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        left: dict[str, Any] = {
            self._name: {
                "Keys": [{"transaction_id": {"S": name}, "timestamp": {"N": str(time)}} for name, time in keys],
                "ConsistentRead": True,
            }
        }
        while left:
            answer = self._client.batch_get_item(RequestItems=left)
            for raw in answer["Responses"].get(self._name, []):
                item = plain(raw)
                found[item["transaction_id"], int(item["timestamp"])] = item
            left = answer.get("UnprocessedKeys") or {}
        return found

    def under(self, transaction_id: str) -> list[Item]:
        """Return all items of a partition: a claim and its row, or an upload."""
        return list(
            self._pages(
                KeyConditionExpression="transaction_id = :id",
                ExpressionAttributeValues={":id": {"S": transaction_id}},
                ConsistentRead=True,
            )
        )

    def of_card(self, card_key: str) -> list[Item]:
        """Return what the index has of a card, or of the uploads that are open."""
        return list(
            self._pages(
                IndexName=self._index,
                KeyConditionExpression="cardKey = :card",
                ExpressionAttributeValues={":card": {"S": card_key}},
            )
        )

    def of_cards(self, card_keys: Iterable[str]) -> list[Item]:
        """Return what the index has of several cards."""
        return [item for found in each(self.of_card, card_keys) for item in found]

    def stored_between(self, earliest: str, latest: str) -> list[Item]:
        """Return the rows stored within a time; reads the whole table, for no index has this order."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._name,
            FilterExpression="kind = :kind AND storedAt BETWEEN :earliest AND :latest",
            ExpressionAttributeValues=typed({":kind": "transaction", ":earliest": earliest, ":latest": latest}),
            ConsistentRead=True,
        )
        return [plain(raw) for page in pages for raw in page["Items"]]

    def _pages(self, **query: Any) -> Iterator[Item]:
        for page in self._client.get_paginator("query").paginate(TableName=self._name, **query):
            yield from map(plain, page["Items"])


def plain(raw: dict[str, Any]) -> Item:
    """Return an item, or an image of one, as Python values."""
    return {name: _plain(value) for name, value in raw.items()}


def typed(item: Item) -> dict[str, Any]:
    """Return an item with DynamoDB's types."""
    return {name: _typed(value) for name, value in item.items()}
