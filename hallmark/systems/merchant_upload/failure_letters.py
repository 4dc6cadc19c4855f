"""Messages of failed invocations: whose work they are, and the stream's records that they name.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from hallmark import clock
from hallmark.ledger.messages import Message
from hallmark.stage import Stage
from hallmark.systems.merchant_upload.expectation import Sent
from hallmark.systems.merchant_upload.table import TransactionsTable
from hallmark.tables import Item, plain, typed

Json = dict[str, Any]
# The stream's own words for records that are gone.
_TRIMMED = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"})
# Rows are stored before the stream has them.
_EARLIER, _LATER = timedelta(minutes=5), timedelta(minutes=1)


class Trimmed(Exception):
    """The stream no longer has the records: it keeps them for 24 hours."""


def batch_of(body: Mapping[str, Any]) -> Json | None:
    """Return where a failed batch stands in the stream; None for another message."""
    batch = body.get("DDBStreamBatchInfo")
    return batch if isinstance(batch, dict) else None


def keys_of(body: Mapping[str, Any]) -> list[str]:
    """Return the keys of the objects of a notification that failed."""
    payload = body.get("requestPayload")
    records = payload.get("Records", []) if isinstance(payload, dict) else []
    return [unquote_plus(record["s3"]["object"]["key"]) for record in records]


def stream_records(stage: Stage, batch: Mapping[str, Any]) -> list[Json]:
    """Return the batch's records of new rows, as the function gets them; Trimmed when the stream lacks the first."""
    client = stage.client("dynamodbstreams")
    first, last = int(batch["startSequenceNumber"]), int(batch["endSequenceNumber"])
    found: list[Json] = []
    try:
        iterator = client.get_shard_iterator(
            StreamArn=batch["streamArn"],
            ShardId=batch["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch["startSequenceNumber"],
        )["ShardIterator"]
        while iterator:
            answer = client.get_records(ShardIterator=iterator)
            numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in answer["Records"]]
            pairs = zip(numbers, answer["Records"], strict=True)
            found += [record for number, record in pairs if first <= number <= last]
            is_last = not numbers or max(numbers) >= last
            iterator = None if is_last else answer.get("NextShardIterator")
    except ClientError as error:
        if error.response["Error"]["Code"] in _TRIMMED:
            raise Trimmed from None
        raise
    if not found:
        raise Trimmed
    return [_event(stage, batch, record) for record in found if _is_new_row(record)]


def _is_new_row(record: Mapping[str, Any]) -> bool:
    kind = record["dynamodb"].get("NewImage", {}).get("kind", {}).get("S")
    return bool(record["eventName"] == "INSERT" and kind == "transaction")


def _event(stage: Stage, batch: Mapping[str, Any], record: Json) -> Json:
    created = record["dynamodb"].get("ApproximateCreationDateTime")
    moment = created.timestamp() if isinstance(created, datetime) else created
    return {
        **record,
        "eventSource": "aws:dynamodb",
        "awsRegion": stage.region,
        "eventSourceARN": batch["streamArn"],
        "dynamodb": {**record["dynamodb"], "ApproximateCreationDateTime": moment},
    }


def rebuilt_records(stage: Stage, batch: Mapping[str, Any]) -> list[Json]:
    """Return records made from the rows that were stored about when the batch arrived, for the stream has none."""
    first, last = (clock.from_text(str(batch[f"approximateArrivalOf{which}Record"])) for which in ("First", "Last"))
    earliest, latest = clock.to_text(first - _EARLIER), clock.to_text(last + _LATER)
    rows = TransactionsTable(stage).stored_between(earliest, latest)
    return [_rebuilt(stage, batch, number, row) for number, row in enumerate(rows, 1)]


def _rebuilt(stage: Stage, batch: Mapping[str, Any], number: int, row: Item) -> Json:
    image = typed(row)
    return {
        "eventID": f"rebuilt-{number}",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": stage.region,
        "eventSourceARN": batch["streamArn"],
        "dynamodb": {
            "Keys": {name: image[name] for name in ("transaction_id", "timestamp")},
            "NewImage": image,
            "SequenceNumber": str(number),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


@dataclass
class Owner:
    """Whose messages are: `item_of` knows a run's, and `covered` are the rows' ids that they stand for."""

    stage: Stage
    sent: Mapping[str, Sent]  # by the object's key
    names: frozenset[str]
    covered: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)

    def item_of(self, message: Message) -> str | None:
        """Return an item of the run that a message is about; None for another run's, or an unknown format."""
        try:
            body = json.loads(message.body)
        except ValueError:
            return None
        if not isinstance(body, dict):
            return None
        found = list(self._rows(batch)) if (batch := batch_of(body)) else list(self._files(body))
        return found[0] if found else None

    def _files(self, body: Mapping[str, Any]) -> Iterator[str]:
        for one in (self.sent[key] for key in keys_of(body) if key in self.sent):
            self.files.add(one.file.id)
            self.covered |= {one.stored_id(content) for _, content in one.valid}
            yield one.file.id

    def _rows(self, batch: Mapping[str, Any]) -> Iterator[str]:
        try:
            records = stream_records(self.stage, batch)
        except Trimmed:
            records = rebuilt_records(self.stage, batch)
        names = {plain(record["dynamodb"]["Keys"])["transaction_id"] for record in records}
        self.covered |= names & self.names
        yield from sorted(names & self.names)
