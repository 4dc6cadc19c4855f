"""DynamoDB in the test's own process: a client's requests are answered by the emulator's code, without a server."""

import asyncio
import atexit
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import botocore.awsrequest
from ministack.services import dynamodb

Item = dict[str, Any]
# The attributes of a table's key, each with its type.
Keys = Sequence[tuple[str, str]]
TABLE = "table"
KEYS: Keys = (("transaction_id", "S"), ("timestamp", "N"))


class LocalDynamoDb:
    """Tables, by name; `around` gets each call's operation and the call, and may do it, refuse it or do more.

    `indexes` are every table's, by their names, and project all attributes.
    """

    def __init__(self, tables: Mapping[str, Keys] | None = None, indexes: Mapping[str, Keys] | None = None) -> None:
        self._tables, self._indexes = tables or {TABLE: KEYS}, indexes or {}
        self.around: Callable[[str, Callable[[], Any]], Any] = lambda operation, call: call()
        self.empty()

    def empty(self) -> None:
        """Begin with empty tables."""
        dynamodb.reset()
        for table, keys in self._tables.items():
            defined = dict([*keys, *(one for own in self._indexes.values() for one in own)])
            indexes = [
                {"IndexName": name, "KeySchema": _schema(own), "Projection": {"ProjectionType": "ALL"}}
                for name, own in self._indexes.items()
            ]
            self._answer(
                "CreateTable",
                {
                    "TableName": table,
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [
                        {"AttributeName": name, "AttributeType": kind} for name, kind in defined.items()
                    ],
                    "KeySchema": _schema(keys),
                    **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
                },
            )

    def attach(self, client: Any) -> None:
        """Answer all that a client of boto3 asks."""
        client.meta.events.register("before-send.dynamodb.*", self._send)

    def answer(self, client: Any) -> None:
        """Answer all that a client of signed requests asks."""

        def exchange(headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
            operation = headers["X-Amz-Target"].partition(".")[2]
            answered = self.around(operation, lambda: self._answer(operation, json.loads(body)))
            return answered.status_code, answered.headers, answered.content

        client.exchange = exchange

    def put(self, item: Item, table: str = TABLE) -> None:
        """Write an item, in DynamoDB's own types, unconditionally."""
        self._answer("PutItem", {"TableName": table, "Item": item})

    def items(self, table: str = TABLE) -> list[Item]:
        """Return all items, in DynamoDB's own types, in the order of their keys."""
        found = json.loads(self._answer("Scan", {"TableName": table}).content)["Items"]
        return sorted(found, key=lambda item: [_sortable(item[name]) for name, _ in self._tables[table]])

    def _send(self, request: Any, **_: Any) -> Any:
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        return self.around(operation, lambda: self._answer(operation, json.loads(request.body)))

    @staticmethod
    def _answer(operation: str, body: Item) -> Any:
        headers = {"x-amz-target": f"DynamoDB_20120810.{operation}"}
        asked = dynamodb.handle_request("POST", "/", headers, json.dumps(body).encode(), {})
        status, answered, content = _runner().run(asked)
        return response(status, content, answered)


@cache
def _runner() -> asyncio.Runner:
    """Return what runs every call: a loop of its own for each takes as long as the call."""
    runner = asyncio.Runner()
    atexit.register(runner.close)
    return runner


def _schema(keys: Keys) -> list[Item]:
    kinds = zip(keys, ("HASH", "RANGE"), strict=False)
    return [{"AttributeName": name, "KeyType": kind} for (name, _), kind in kinds]


def response(status: int, content: bytes, headers: dict[str, str] | None = None) -> Any:
    """Return an answer of AWS as botocore's HTTP session does."""
    return botocore.awsrequest.AWSResponse("https://dynamodb", status, headers or {}, _Raw(content))


def refusal(code: str, **more: Any) -> Any:
    """Return a refusal of DynamoDB with a code."""
    return response(400, json.dumps({"__type": code, "message": code, **more}).encode())


class _Raw:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._content


def _sortable(value: Item) -> Any:
    return int(value["N"]) if "N" in value else value["S"]
