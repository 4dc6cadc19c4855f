"""What `anomaly_detection` asks of AWS: each method one call, repeated where a repeat is known to help."""

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Optional

import boto3
from boto3.dynamodb.types import TypeSerializer
from botocore.config import Config
from botocore.exceptions import ClientError

from merchant_upload import items
from merchant_upload.anomaly_detection.logic import Row, Shown
from merchant_upload.anomaly_detection.records import SEEN, Item, Seen, plain, seen

# The function has 60 s: a call that hangs must leave time for the others.
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})
_TYPED = TypeSerializer()
_NAMES = {f"#n{place}": name for place, name in enumerate(SEEN)}
_EXISTS = "attribute_exists(transaction_id)"
# Anomalies are only ever added: if there are as many, they are the same.
_UNJUDGED = f"{_EXISTS} AND attribute_not_exists(judgedAt) AND size(anomalies) = :known"
CONFLICT = "TransactionConflict"
_PATIENCE = 6


def backoff(attempt: int) -> float:
    """Return how long to wait before another attempt, in seconds: up to 20 ms at first, then doubled, at random.

    https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    return random.uniform(0.3, 1) * min(1.0, 0.02 * 2**attempt)


class Verdict(NamedTuple):
    """A row's first verdict, and its anomalies as far as they are known: it is only written if there are no others."""

    row: Row
    shown: Shown
    known: Shown


class Hindrance(NamedTuple):
    """What hindered a part of a transaction, as DynamoDB names it, and the row as it stands if that was why."""

    code: str
    row: Optional[Seen]


class Store:
    """The table, its index of cards, and the topic of alerts."""

    def __init__(self, table: str, index: str, topic: str, rules_version: int) -> None:
        self._dynamodb = boto3.client("dynamodb", config=_CONFIG)
        self._sns = boto3.client("sns", config=_CONFIG)
        self._table, self._index, self._topic, self._version = table, index, topic, rules_version

    def neighbours(self, card_key: str, first: int, last: int) -> tuple[list[Seen], bool]:
        """Return the rows of a card from `first` to `last` (both included), and whether one page held them."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=self._index,
            KeyConditionExpression="cardKey = :card AND #n1 BETWEEN :first AND :last",
            ProjectionExpression=", ".join(_NAMES),
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=_typed({":card": card_key, ":first": first, ":last": last}),
        )
        read = [page["Items"] for page in pages]
        rows = (seen(item) for page in read for item in page)
        return [row for row in rows if row is not None], len(read) == 1

    def judge(self, upload: items.Key, verdicts: Sequence[Verdict], at: datetime) -> list[Hindrance]:
        """Write the first verdicts of up to 99 rows of one upload and count them, all or nothing.

        Return nothing if it is done; else what hindered each row, and last the upload.
        """
        actions = [{"Update": self._verdict(verdict, at)} for verdict in verdicts]
        count = {
            "TableName": self._table,
            "Key": _typed(upload),
            "UpdateExpression": "ADD judged :n",
            "ConditionExpression": _EXISTS,
            "ExpressionAttributeValues": _typed({":n": len(verdicts)}),
        }
        try:
            self._dynamodb.transact_write_items(TransactItems=[*actions, {"Update": count}])
        except ClientError as error:
            if _code(error) != "TransactionCanceledException":
                raise
            reasons = error.response["CancellationReasons"]
            return [Hindrance(reason.get("Code", "None"), seen(reason.get("Item"))) for reason in reasons]
        return []

    def add_anomalies(self, row: Row, shown: Shown, at: datetime) -> Item:
        """Add to a row's anomalies what it does not have yet, and return the whole row as it then is."""
        names, values, sets = self._anomalies(shown, at)
        answer = _patiently(
            self._dynamodb.update_item,
            TableName=self._table,
            Key=_key(row),
            UpdateExpression=f"SET {', '.join(sets)}",
            ConditionExpression=_EXISTS,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
        )
        return plain(answer["Attributes"])

    def rows(self, rows: Sequence[Row]) -> dict[str, Item]:
        """Return up to 100 whole rows as the table has them, by id; those that are throttled are left out."""
        asked = {"Keys": [_key(row) for row in rows], "ConsistentRead": True}
        answer = self._dynamodb.batch_get_item(RequestItems={self._table: asked})
        return {item["transaction_id"]: item for item in map(plain, answer["Responses"][self._table])}

    def finish(self, upload: items.Key, at: datetime) -> Item:
        """Finish an upload whose rows are all judged, and return it; empty if it is not so far, or finished."""
        update = items.finishing(at)
        update["ExpressionAttributeValues"] = _typed(update["ExpressionAttributeValues"])
        try:
            answer = _patiently(self._dynamodb.update_item, TableName=self._table, Key=_typed(upload), **update)
        except ClientError as error:
            if _code(error) == "ConditionalCheckFailedException":
                return {}
            raise
        return plain(answer["Attributes"])

    def put_alert(self, alert: Item) -> Item:
        """Record an alert; return it, or the one that is there already."""
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=_typed(alert),
                ConditionExpression="attribute_not_exists(transaction_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if _code(error) != "ConditionalCheckFailedException":
                raise
            return plain(error.response["Item"])
        return alert

    def publish(self, subject: str, message: Mapping[str, Any], attributes: Mapping[str, str]) -> str:
        """Publish an alert and return the message's id."""
        answer = self._sns.publish(
            TopicArn=self._topic,
            Subject=subject,
            Message=json.dumps(message),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )
        return str(answer["MessageId"])

    def published(self, transaction_id: str, message_id: str, at: datetime) -> bool:
        """Record that a row's alert is published."""
        _patiently(
            self._dynamodb.update_item,
            TableName=self._table,
            Key=_typed(items.alert_key(transaction_id)),
            UpdateExpression="SET publishedAt = :at, messageId = :id",
            ConditionExpression=_EXISTS,
            ExpressionAttributeValues=_typed({":at": items.iso(at), ":id": message_id}),
        )
        return True

    def _verdict(self, verdict: Verdict, at: datetime) -> dict[str, Any]:
        names, values, sets = self._anomalies(verdict.shown, at)
        known = str(len(verdict.known))
        first = {":judged": {"S": items.iso(at)}, ":version": {"N": str(self._version)}, ":known": {"N": known}}
        update = {
            "TableName": self._table,
            "Key": _key(verdict.row),
            "UpdateExpression": "SET " + ", ".join(("judgedAt = :judged", "rulesVersion = :version", *sets)),
            "ConditionExpression": _UNJUDGED,
            "ExpressionAttributeValues": {**first, **values},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        return {**update, "ExpressionAttributeNames": names} if names else update

    def _anomalies(self, shown: Shown, at: datetime) -> tuple[dict[str, str], dict[str, Any], list[str]]:
        """Return names, values and assignments that add anomalies: whatever the order of writes, the first stays."""
        names, values, sets = {}, {}, []
        for place, (rule, by) in enumerate(sorted(shown.items())):
            names[f"#r{place}"] = rule
            values[f":r{place}"] = {"M": _typed({"at": items.iso(at), "version": self._version, "by": by})}
            sets.append(f"anomalies.#r{place} = if_not_exists(anomalies.#r{place}, :r{place})")
        return names, values, sets


def _patiently(call: Callable[..., Any], **arguments: Any) -> Any:
    """Call again while a transaction of others holds the item, for about a second."""
    for attempt in range(_PATIENCE):
        try:
            return call(**arguments)
        except ClientError as error:
            if _code(error) != "TransactionConflictException":
                raise
        time.sleep(backoff(attempt))
    return call(**arguments)


def _code(error: ClientError) -> str:
    return str(error.response["Error"].get("Code"))


def _key(row: Row) -> dict[str, Any]:
    return {"transaction_id": {"S": row.id}, "timestamp": {"N": str(row.time)}}


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _TYPED.serialize(value) for name, value in values.items()}
