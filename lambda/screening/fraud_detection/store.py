"""What `fraud_detection` asks of AWS: a customer's newest transactions, and the record's risk."""

from collections.abc import Callable, Iterable
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from shared_python.task import CONFIG

from screening.fraud_detection.logic import Task
from screening.items import CUSTOMER_TIME, SCORED, Item, key, plain
from screening.records import IS_OPEN, update


class Store:
    """The state table; `now` returns the time of a state as text."""

    def __init__(self, table: str, now: Callable[[], str]) -> None:
        self._table: Any = boto3.resource("dynamodb", config=CONFIG).Table(table)
        self._now = now

    def newest(self, customer: str, after: int, until: int, most: int) -> Iterable[tuple[str, int]]:
        """Return ids and times of a customer's newest transactions within (after, until], at most so many.

        The index has accepted transactions only, and is eventually consistent.
        """
        found = self._table.query(
            IndexName=CUSTOMER_TIME,
            KeyConditionExpression=Key("customer_id").eq(customer) & Key("timestamp").between(after + 1, until),
            ScanIndexForward=False,
            Limit=most,
        )
        return [(one["transaction_id"], int(one["timestamp"])) for one in found["Items"]]

    def keep(self, task: Task, risk: Item, digest: str) -> Item:
        """Keep a transaction's risk, unless one by the same file, or a decision, stands; return what stands.

        So each attempt says the same, also when transactions came between them.
        """
        standing = update(
            self._table,
            IS_OPEN & (Attr("risk").not_exists() | _is_by_others(risk["version"], digest)),
            Key=key(task.id, task.time),
            UpdateExpression="SET risk = :risk, risk_digest = :digest, #states.#scored = :now",
            ExpressionAttributeNames={"#states": "states", "#scored": SCORED},
            ExpressionAttributeValues={":risk": risk, ":digest": digest, ":now": self._now()},
        )
        return risk if standing is None else plain(standing["risk"])


def _is_by_others(version: str, digest: str) -> ConditionBase:
    """Return the condition that a risk is by other rules: of another version, or changed without raising it."""
    return Attr("risk.version").ne(version) | Attr("risk_digest").ne(digest)
