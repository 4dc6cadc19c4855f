"""Reads of a table: items by their keys, pages of a query or a scan, as Python values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from hallmark.parallel import each
from hallmark.stage import Stage

Item = dict[str, Any]
Key = tuple[Any, ...]
# BatchGetItem takes so many keys.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
_BATCH = 100
_plain, _typed = TypeDeserializer().deserialize, TypeSerializer().serialize


class Table:
    """One table of a stage; an item goes by the values of `key` in its order, texts or whole numbers."""

    def __init__(self, stage: Stage, name: str, key: Sequence[str]) -> None:
        self._client, self._name, self._key = stage.client("dynamodb"), name, key

    def items(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return the items that exist, by their keys, read consistently."""
        wanted = list(dict.fromkeys(keys))
        batches = [wanted[begin : begin + _BATCH] for begin in range(0, len(wanted), _BATCH)]
        return {key: item for found in each(self._batch, batches) for key, item in found.items()}

    def _batch(self, keys: Sequence[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        typed_keys = [typed(dict(zip(self._key, key, strict=True))) for key in keys]
        left: dict[str, Any] = {self._name: {"Keys": typed_keys, "ConsistentRead": True}}
        while left:
            answer = self._client.batch_get_item(RequestItems=left)
            found |= {self._key_of(item): item for item in map(plain, answer["Responses"].get(self._name, []))}
            left = answer.get("UnprocessedKeys") or {}
        return found

    def _key_of(self, item: Item) -> Key:
        values = (item[name] for name in self._key)
        return tuple(value if isinstance(value, str) else int(value) for value in values)

    def query(self, condition: str, values: Mapping[str, Any], index: str | None = None, **more: Any) -> Iterator[Item]:
        """Yield the items of a partition, consistently, or what an index has of one."""
        where = {"IndexName": index} if index else {"ConsistentRead": True}
        yield from self._pages("query", KeyConditionExpression=condition, values=values, **where, **more)

    def scan(self, condition: str, values: Mapping[str, Any]) -> Iterator[Item]:
        """Yield the items of the whole table that a filter lets through."""
        yield from self._pages("scan", FilterExpression=condition, values=values, ConsistentRead=True)

    def _pages(self, operation: str, values: Mapping[str, Any], **asked: Any) -> Iterator[Item]:
        pages = self._client.get_paginator(operation).paginate(
            TableName=self._name, ExpressionAttributeValues=typed(values), **asked
        )
        for page in pages:
            yield from map(plain, page["Items"])


def plain(raw: Mapping[str, Any]) -> Item:
    """Return an item, or an image of one, as Python values."""
    return {name: _plain(value) for name, value in raw.items()}


def typed(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item with DynamoDB's types."""
    return {name: _typed(value) for name, value in item.items()}
