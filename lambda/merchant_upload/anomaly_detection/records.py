"""Rows as the stream and the table have them, read strictly. Pure: no clock, no AWS."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Optional

from boto3.dynamodb.types import TypeDeserializer

from merchant_upload import items
from merchant_upload.anomaly_detection.logic import Row, Shown, alone
from merchant_upload.anomaly_detection.rules import Rules

Item = dict[str, Any]
_PLAIN = TypeDeserializer()
# What one row of the index is read from, if it is a neighbour.
SEEN = ("transaction_id", "timestamp", "amount", "currency", "country", "anomalies", "judgedAt")
# What is wrong with an unreadable record shows as one of these, depending on where reading stops.
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError)


class Unreadable(ValueError):
    """A record that is no row of this system; the text names no value."""


@dataclass(frozen=True)
class Arrival:
    """A row whose insertion the stream tells; `item` is the whole row as it was stored."""

    row: Row
    card_key: str
    upload: items.Key
    item: Item


@dataclass(frozen=True)
class Seen:
    """A row as it is or was: its anomalies, with the rows whose arrivals showed them, and whether it has a verdict."""

    row: Row
    anomalies: Shown
    judged: bool


def plain(typed: Mapping[str, Any]) -> Item:
    """Return an item of DynamoDB's JSON as plain Python values."""
    return {name: _PLAIN.deserialize(value) for name, value in typed.items()}


def sequence_number(record: Any) -> str:
    """Return by what a record is reported; empty if it has none: then Lambda tries the whole batch again, in parts.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    try:
        return str(record["dynamodb"]["SequenceNumber"])
    except _UNREADABLE:
        return ""


def arrival(record: Any, rules: Rules) -> Optional[Arrival]:
    """Return the row that a record of the stream tells of, None if it tells of something else.

    Unreadable if it tells of a row that cannot be judged.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
    """
    try:
        if record["eventName"] in ("MODIFY", "REMOVE"):
            return None
        item = plain(record["dynamodb"]["NewImage"])
        if item["kind"] in (items.CLAIM, items.UPLOAD, items.REJECTIONS, items.ALERT):
            return None
        return _arrival(item, rules)
    except _UNREADABLE as error:
        raise Unreadable(type(error).__name__) from None


def _arrival(item: Item, rules: Rules) -> Arrival:
    merchant, bare = item["transaction_id"].split("#")
    row = Row(
        id=item["transaction_id"],
        time=int(item["timestamp"]),
        amount=item["amount"],
        currency=item["currency"],
        country=item["country"],
        category=item["merchantCategory"],
        zone=item.get("timeZone"),
    )
    texts = (bare, item["uploadId"], item["country"], item["merchantCategory"], item["cardToken"])
    good = (
        (item["kind"], item["merchant"]) == (items.TRANSACTION, merchant)
        and all(isinstance(text, str) and text for text in texts)
        and item["cardKey"] == items.card_key(merchant, item["cardToken"])
        and isinstance(row.amount, Decimal)
        and row.time == item["timestamp"]
        and row.time > 0
        and int(item["line"]) > 0
    )
    if not good:
        raise ValueError("not of a row's shape")
    # A currency without a rate and an unknown zone show here, and not when the whole card is judged.
    list(alone(row, rules))
    return Arrival(row, item["cardKey"], items.upload_key(merchant, item["uploadId"]), item)


def seen(typed: Any) -> Optional[Seen]:
    """Return a row from DynamoDB's JSON; None if it has not a row's shape: its own record reports it."""
    try:
        row = Row(
            id=typed["transaction_id"]["S"],
            time=int(typed["timestamp"]["N"]),
            amount=Decimal(typed["amount"]["N"]),
            currency=typed["currency"]["S"],
            country=typed["country"]["S"],
        )
        anomalies = {rule: what["M"]["by"]["S"] for rule, what in typed["anomalies"]["M"].items()}
        return Seen(row, anomalies, "judgedAt" in typed)
    except _UNREADABLE:
        return None
