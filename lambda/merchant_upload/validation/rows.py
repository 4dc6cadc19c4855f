"""Writing rows: a row and the claim of its id in one transaction, many at a time, until each is decided."""

import random
import time
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from botocore.exceptions import ClientError

from merchant_upload.validation.records import Claim, Entry, Item, Origin, claim_item, row_item

_IS_NEW = "attribute_not_exists(transaction_id)"
_CANCELLED = "TransactionCanceledException"
# What passes by itself, as a reason or as an error of the whole call; the SDK repeats throttled calls before.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
_PASSING = {
    *("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"),
    *("ThrottlingException", "ProvisionedThroughputExceededException", "TransactionInProgressException"),
}
_MOST_WAITS = 12
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 3.0


class RowsNotWritten(Exception):
    """A transaction was refused for a reason that does not pass, or for too long."""


class Rows:
    """The rows of one file; `now` is the time that they get, and `in_time` raises when too little is left."""

    def __init__(self, client: Any, table: str, origin: Origin, now: str, in_time: Callable[[], None]) -> None:
        self._client, self._table, self._origin, self._now = client, table, origin, now
        self._in_time = in_time

    def write(self, rows: Sequence[Entry]) -> Mapping[str, Claim]:
        """Store all that can be stored; return the claims of ids that were claimed before.

        One claim that exists cancels a transaction, so the others are written again without it.
        """
        held: dict[str, Claim] = {}
        waits = 0
        while rows:
            self._in_time()
            claimed = self._transact(rows)
            if claimed is None:
                break
            if not claimed:
                waits += 1
                if waits > _MOST_WAITS:
                    raise RowsNotWritten("for too long")
                time.sleep(random.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2**waits)))
            held.update(claimed)
            rows = [row for row in rows if row.transaction_id not in claimed]
        return held

    def _transact(self, rows: Sequence[Entry]) -> Any:
        """Try one transaction; return None if it was done, else the claims that cancelled it: none if it may pass."""
        try:
            self._client.transact_write_items(TransactItems=[put for row in rows for put in self._puts(row)])
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _PASSING:
                return {}
            if code != _CANCELLED:
                raise
            return _claims(rows, error.response["CancellationReasons"])
        return None

    def _puts(self, row: Entry) -> tuple[Item, Item]:
        claim = {
            "TableName": self._table,
            "Item": claim_item(row, self._origin, self._now),
            "ConditionExpression": _IS_NEW,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        item = row_item(row, self._origin, self._now)
        return {"Put": claim}, {"Put": {"TableName": self._table, "Item": item, "ConditionExpression": _IS_NEW}}


def _claims(rows: Sequence[Entry], reasons: Sequence[Item]) -> dict[str, Claim]:
    """Return the claims among a cancelled transaction's reasons, two of which belong to each row."""
    held: dict[str, Claim] = {}
    for row, of_claim, of_row in zip(rows, reasons[::2], reasons[1::2]):
        if "Item" in of_claim:
            held[row.transaction_id] = Claim.of(of_claim["Item"])
            continue
        for code in (of_claim["Code"], of_row["Code"]):
            if code != "None" and code not in _PASSING:
                raise RowsNotWritten(code)
    return held
