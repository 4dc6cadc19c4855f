"""`transformation` and `notification` over tables, an object store and a topic in the test's own process."""

import importlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from bank_upload import items
from boto3.dynamodb.types import TypeDeserializer

from tests.support.function_settings import give
from tests.support.local_dynamodb import LocalDynamoDb

BANK, DATE = "first-bank", "2026-11-20"
COLUMNS = ("transaction_id", "timestamp", "account_token", "amount", "currency", "type", "bank_id", "description")
TABLES = {"transactions": (("transactionKey", "S"),), "status": (("uploadId", "S"), ("part", "S"))}
PLENTY = 60_000
# A name, and whatever makes contents differ.
Line = tuple[str, str]


class Killed(BaseException):
    """The process ends, as Lambda ends it."""


@dataclass
class Upload:
    """A valid file as validation has claimed it, cut into ranges of so many rows."""

    lines: Sequence[Line]
    rows_of_range: int = 3
    bank: str = BANK
    id: str = field(init=False)
    ranges: list[dict[str, int]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        records = [
            f"{name},{DATE}T10:00:00Z,account-1,{amount},EUR,{_type(amount)},{self.bank},"
            for name, amount in self.lines
        ]
        self.content = "\n".join([",".join(COLUMNS), *records, ""]).encode()
        self.file_hash = items.file_hash(self.content)
        self.id = items.upload_id(self.bank, DATE, self.file_hash)
        self.key = items.object_key(self.bank, DATE, self.id)
        start = len(self.content) - sum(len(record) + 1 for record in records)
        for first in range(0, len(records), self.rows_of_range):
            own = records[first : first + self.rows_of_range]
            end = start + sum(len(record) + 1 for record in own)
            said = {"line": first + 2, "rows": len(own), "start": start, "end": end}
            self.ranges.append({"number": len(self.ranges), **said})
            start = end

    def transform(self, number: int) -> dict[str, Any]:
        """Return the event for a range."""
        said = {"uploadId": self.id, "bank": self.bank, "reportDate": DATE, "key": self.key, "versionId": "v1"}
        return {"task": "transform", **said, "columns": list(COLUMNS), "range": self.ranges[number]}

    def notify(self, outcome: str = "accepted") -> dict[str, Any]:
        """Return the event that asks for the end."""
        return {"task": "notify", "uploadId": self.id, "outcome": outcome}

    def claimed(self) -> dict[str, Any]:
        """Return its item, in DynamoDB's own types."""
        said = {
            **{"uploadId": self.id, "part": "upload", "bank": self.bank, "reportDate": DATE, "objectKey": self.key},
            **{"contentHash": self.file_hash, "versionId": "v1", "status": "processing", "open": "open"},
            "receivedAt": f"{DATE}T12:00:00.000Z",
        }
        typed: dict[str, Any] = {name: {"S": value} for name, value in said.items()}
        states = {"M": {"received": {"S": f"{DATE}T12:00:00.000Z"}}}
        return {**typed, "rows": {"N": str(len(self.lines))}, "states": states}


class Stage:
    """The two functions; each call of AWS passes `around`, by its operation."""

    def __init__(self, transformation: Any, notification: Any, tables: LocalDynamoDb) -> None:
        self.transformation, self.notification, self.tables = transformation, notification, tables
        self.around: Callable[[str, Callable[[], Any]], Any] = lambda operation, call: call()
        self.calls: list[str] = []
        self.objects: dict[tuple[str, str], bytes] = {}
        self.heard: list[dict[str, Any]] = []
        tables.around = self._counted
        transformation._STORE._s3 = SimpleNamespace(get_object=self._get)
        notification._STORE._sns = SimpleNamespace(publish=self._publish)

    def empty(self) -> None:
        """Begin with nothing."""
        self.tables.empty()
        self.objects.clear()
        self.heard.clear()
        self.calls.clear()
        self.around = lambda operation, call: call()

    def claim(self, upload: Upload) -> None:
        """Let an upload be claimed, its file stored."""
        self.tables.put(upload.claimed(), "status")
        self.objects[upload.key, "v1"] = upload.content

    def do(self, event: dict[str, Any], left: int = PLENTY) -> Any:
        """Let a function do a task."""
        context = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: left)
        module = self.transformation if event["task"] == "transform" else self.notification
        return module.handler(event, context)

    def whole(self, upload: Upload) -> Any:
        """Do all tasks of an upload; return the last answer."""
        for number in range(len(upload.ranges)):
            self.do(upload.transform(number))
        return self.do(upload.notify())

    def rows(self) -> list[dict[str, Any]]:
        """Return the transactions as plain values."""
        return [plain(item) for item in self.tables.items("transactions")]

    def status(self, upload: Upload, part: str = "upload") -> dict[str, Any]:
        """Return a part of an upload as plain values."""
        (found,) = (
            item
            for item in self.tables.items("status")
            if item["uploadId"]["S"] == upload.id and item["part"]["S"] == part
        )
        return plain(found)

    def _counted(self, operation: str, call: Callable[[], Any]) -> Any:
        self.calls.append(operation)
        return self.around(operation, call)

    def _get(self, Bucket: str, Key: str, VersionId: str, Range: str) -> Any:
        start, end = (int(number) for number in Range.removeprefix("bytes=").split("-"))
        content = self.objects[Key, VersionId][start : end + 1]
        return self._counted("GetObject", lambda: {"Body": io.BytesIO(content)})

    def _publish(self, TopicArn: str, Message: str, MessageAttributes: Any) -> None:
        attributes = {name: one["StringValue"] for name, one in MessageAttributes.items()}
        message = {**json.loads(Message), "bytes": len(Message), "attributes": attributes}
        self._counted("Publish", lambda: self.heard.append(message))


def _type(amount: str) -> str:
    return "debit" if amount[0] in "13579" else "credit"


def build(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Return an empty stage."""
    given = {"TRANSACTIONS_TABLE": "transactions", "STATUS_TABLE": "status", "RESULTS_TOPIC_ARN": "topic"}
    give(monkeypatch, **given)
    names = ("transformation", "notification")
    transformation, notification = (
        importlib.reload(importlib.import_module(f"bank_upload.{name}.index")) for name in names
    )
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    tables = LocalDynamoDb(TABLES)
    for resource in (transformation._STORE._status, notification._STORE._table):
        tables.attach(resource.meta.client)
    tables.attach(transformation._STORE._dynamodb)
    return Stage(transformation, notification, tables)


def plain(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item of DynamoDB as plain values."""
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(value) for name, value in item.items()}
