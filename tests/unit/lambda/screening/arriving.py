"""`validation` over the state table in the test's own process."""

import importlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from tests.support.function_settings import give
from tests.support.local_dynamodb import LocalDynamoDb

STARTED = "2026-11-30T12:00:00.000Z"


class Killed(BaseException):
    """The process ends, as Lambda ends it."""


class Arriving:
    """The function; each call of AWS passes `around`, by its operation."""

    def __init__(self, module: Any, tables: LocalDynamoDb) -> None:
        self.module, self._tables = module, tables
        self.calls: list[str] = []
        self.around: Callable[[str, Callable[[], Any]], Any] = lambda operation, call: call()
        tables.around = self._counted

    def empty(self) -> None:
        """Begin with an empty table."""
        self._tables.empty()
        self.calls.clear()
        self.around = lambda operation, call: call()

    def take(self, transaction: Any, execution: str = "e-1", started: str = STARTED) -> Any:
        """Return the outcome of one execution's input."""
        event = {"transaction": transaction, "execution": execution, "startedAt": started}
        return self.module.handler(event, SimpleNamespace(aws_request_id="r-1"))

    def items(self) -> list[dict[str, Any]]:
        """Return the table's items, plain, in the order of their keys."""
        deserialize = TypeDeserializer().deserialize
        return [{name: deserialize(value) for name, value in item.items()} for item in self._tables.items()]

    def record(self) -> dict[str, Any]:
        """Return the only record."""
        (record,) = (item for item in self.items() if item["timestamp"] > 0)
        return record

    def update(self, expression: str, **values: Any) -> None:
        """Change the only record, as later states do."""
        record = self.record()
        self.module._STORE._table.update_item(
            Key={name: record[name] for name in ("transaction_id", "timestamp")},
            UpdateExpression=expression,
            ExpressionAttributeNames={f"#{word.strip(',')[1:]}": word.strip(",")[1:] for word in _names(expression)},
            ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
        )

    def _counted(self, operation: str, call: Callable[[], Any]) -> Any:
        self.calls.append(operation)
        return self.around(operation, call)


def _names(expression: str) -> list[str]:
    return [part for word in expression.replace(".", " ").split() for part in [word.strip(",")] if part[0] == "#"]


def build(monkeypatch: pytest.MonkeyPatch) -> Arriving:
    """Return the function over an empty table."""
    give(monkeypatch, STATE_TABLE="table")
    module = importlib.reload(importlib.import_module("screening.validation.index"))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    tables = LocalDynamoDb()
    tables.answer(module._STORE._table.client)
    return Arriving(module, tables)
