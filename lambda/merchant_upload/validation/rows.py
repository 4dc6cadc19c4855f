"""Writing rows: a row and the claim of its id in one transaction, many at a time, until each is decided."""

from collections.abc import Mapping, Sequence
from typing import Any, Callable

from shared_python.conditional_puts import put_all

from merchant_upload.validation.records import Claim, Entry, Item, Origin, claim_item, row_item

_IS_NEW = "attribute_not_exists(transaction_id)"


class Rows:
    """The rows of one file; `now` is the time that they get, and `in_time` raises when too little is left."""

    def __init__(self, client: Any, table: str, origin: Origin, now: str, in_time: Callable[[], None]) -> None:
        self._client, self._table, self._origin, self._now = client, table, origin, now
        self._in_time = in_time

    def write(self, rows: Sequence[Entry]) -> Mapping[str, Claim]:
        """Store all that can be stored; return the claims of ids that were claimed before."""
        standing = put_all(self._client, {row.transaction_id: self._puts(row) for row in rows}, self._in_time)
        return {transaction_id: Claim.of(item) for transaction_id, item in standing.items()}

    def _puts(self, row: Entry) -> tuple[Item, Item]:
        claim = {
            "TableName": self._table,
            "Item": claim_item(row, self._origin, self._now),
            "ConditionExpression": _IS_NEW,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        item = row_item(row, self._origin, self._now)
        return {"Put": claim}, {"Put": {"TableName": self._table, "Item": item, "ConditionExpression": _IS_NEW}}
