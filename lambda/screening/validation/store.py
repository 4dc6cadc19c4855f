"""What `validation` asks of AWS: a claim with its record, other contents, and records that stand."""

from collections.abc import Collection
from typing import Callable, Optional

from botocore.exceptions import ClientError
from shared_python.conditional_puts import put_all
from shared_python.table import Table

from screening.items import Item
from screening.records import IS_ACCEPTED, update

_IS_NEW = "attribute_not_exists(transaction_id)"
_UNMET = "ConditionalCheckFailedException"
# By which a record is still as it was read: another execution adds an attempt, a decision has none before it, and who
# tells or fails takes it out of the unfinished.
_SAME = {f"#same_{name}": name for name in ("attempts", "decision", "open")}


class Store:
    """The state table."""

    def __init__(self, table: str) -> None:
        self._table = Table(table)
        # Raises when too little time is left.
        self.in_time: Callable[[], None] = lambda: None

    def claim(self, claim: Item, record: Item) -> Optional[str]:
        """Write both items, or neither; return the hash of the content whose claim stands in the way.

        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
        """
        standing = put_all(self._table, {"": [_put(claim), _put(record)]}, self.in_time)
        # An error's items are in DynamoDB's own types.
        return standing[""]["content_hash"]["S"] if standing else None

    def keep(self, item: Item) -> None:
        """Write an item, unless it is there."""
        self.in_time()
        try:
            self._table.put_item(Item=item, ConditionExpression=_IS_NEW)
        except ClientError as error:
            if error.response["Error"]["Code"] != _UNMET:
                raise

    def record(self, key: Item) -> Optional[Item]:
        """Return an item, or None."""
        self.in_time()
        return self._table.get_item(Key=key, ConsistentRead=True)

    def change(self, before: Item, said: Item, remove: Collection[str] = ()) -> bool:
        """Set and remove attributes; return whether the record was as it was read."""
        self.in_time()
        condition, known = _as_read(before)
        names = [*said, *remove]
        placed = {name: f"#a{place}" for place, name in enumerate(names)}
        changes = "SET " + ", ".join(f"{placed[name]} = :{placed[name][1:]}" for name in said)
        if remove:
            changes += " REMOVE " + ", ".join(placed[name] for name in remove)
        standing = update(
            self._table,
            condition,
            Key={name: before[name] for name in ("transaction_id", "timestamp")},
            UpdateExpression=changes,
            ExpressionAttributeNames={**_SAME, **{place: name for name, place in placed.items()}},
            ExpressionAttributeValues={
                **known,
                **{f":{placed[name][1:]}": value for name, value in said.items()},
            },
        )
        return standing is None


def _put(item: Item) -> Item:
    return {
        "Put": {
            "Item": item,
            "ConditionExpression": _IS_NEW,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def _as_read(before: Item) -> tuple[str, Item]:
    """Return the condition that a record is as it was read, and the condition's values."""
    known = {f":same_{name}": before[name] for name in _SAME.values() if name in before}
    same = [
        f"{place} = :same_{name}" if name in before else f"attribute_not_exists({place})"
        for place, name in _SAME.items()
    ]
    return " AND ".join([IS_ACCEPTED, *same]), known
