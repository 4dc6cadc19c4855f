"""The Transactions table, read once: a 202 comes after the write, and the read is consistent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hallmark import clock
from hallmark.parallel import each
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.outputs import Output

_FIELDS = ("transactionId", "accountId", "transactionTs", "receivedAt", "recentTxnCount", "localHour")


@dataclass(frozen=True, slots=True)
class StoredTransaction:
    """The fields of a record that the ledger judges; times as their texts."""

    transaction_id: str
    account_id: str
    transaction_ts: str
    received_at: str
    recent_txn_count: int
    local_hour: int


def read_stored(
    stage: Stage, accounts: Mapping[str, Sequence[Transaction]], window_seconds: int
) -> list[StoredTransaction]:
    """Return the accounts' records from one window before their first transaction to their last one."""

    def of_account(account: str) -> list[StoredTransaction]:
        times = [transaction.ts for transaction in accounts[account]]
        low = clock.to_text(min(times) - timedelta(seconds=window_seconds))
        high = clock.to_text(max(times)) + "~"
        return [_stored(item) for item in _query(stage, account, low, high)]

    return [record for records in each(of_account, accounts) for record in records]


def _query(stage: Stage, account: str, low: str, high: str) -> list[dict[str, Any]]:
    names = {f"#{field}": field for field in _FIELDS}
    query = stage.client("dynamodb").get_paginator("query")
    pages = query.paginate(
        TableName=stage.outputs[Output.TRANSACTIONS_TABLE],
        KeyConditionExpression="#accountId = :account AND #ts BETWEEN :low AND :high",
        ProjectionExpression=",".join(names),
        ExpressionAttributeNames={**names, "#ts": "ts"},
        ExpressionAttributeValues={":account": {"S": account}, ":low": {"S": low}, ":high": {"S": high}},
        ConsistentRead=True,
    )
    return [item for page in pages for item in page["Items"]]


def _stored(item: dict[str, Any]) -> StoredTransaction:
    return StoredTransaction(
        transaction_id=item["transactionId"]["S"],
        account_id=item["accountId"]["S"],
        transaction_ts=item["transactionTs"]["S"],
        received_at=item["receivedAt"]["S"],
        recent_txn_count=int(item["recentTxnCount"]["N"]),
        local_hour=int(item["localHour"]["N"]),
    )
