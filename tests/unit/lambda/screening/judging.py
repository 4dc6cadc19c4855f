"""`fraud_detection` and `compliance_checking` over the state table in the test's own process."""

import importlib
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from screening.transaction import content_hash, decimal_of, epoch_milliseconds

from tests.support.function_settings import give
from tests.support.local_dynamodb import LocalDynamoDb

NOON = "2026-11-30T12:00:00Z"
# Nothing indicates fraud, no rule fires.
CLEAN: dict[str, Any] = {
    "transaction_id": "txn-0000001",
    "timestamp": NOON,
    "amount": 12.5,
    "currency": "USD",
    "merchant_id": "merchant-7",
    "customer_id": "customer-1",
    "merchant_country": "US",
    "customer_country": "US",
    "channel": "card",
    "kyc": {"status": "verified", "verified_at": "2026-11-01T00:00:00Z"},
}
INDEXES = {"customer-time": (("customer_id", "S"), ("timestamp", "N"))}
Json = dict[str, Any]
plain, typed = TypeDeserializer().deserialize, TypeSerializer().serialize


class Killed(BaseException):
    """The process ends, as Lambda ends it."""


def at(seconds: float) -> str:
    """Return a time so many seconds after noon."""
    return importlib.import_module("shared_python.iso_times").iso_of(epoch_milliseconds(NOON) + round(seconds * 1000))


class Judging:
    """The two functions; each call of AWS passes `around`, by its operation."""

    def __init__(self, fraud: Any, compliance: Any, tables: LocalDynamoDb) -> None:
        self.fraud, self.compliance, self._tables = fraud, compliance, tables
        tables.around = self._counted
        self.empty()

    def empty(self) -> None:
        """Begin with an empty table."""
        self._tables.empty()
        self.calls: list[str] = []
        self.around: Callable[[str, Callable[[], Any]], Any] = lambda operation, call: call()

    def accept(self, transaction: Json, usd: str | None = None) -> Json:
        """Record a transaction as validation does; return what the next states are given."""
        time, exact = epoch_milliseconds(transaction["timestamp"]), usd or str(decimal_of(transaction["amount"]))
        record = {
            **{"transaction_id": transaction["transaction_id"], "timestamp": time, "status": "screening"},
            **{name: transaction[name] for name in ("customer_id", "merchant_id", "channel") if name in transaction},
            **{"usd": Decimal(exact), "states": {"validated": NOON}, "content_hash": content_hash(transaction)},
            **{"open": f"open#{content_hash(transaction)[0]}", "opened_at": NOON},
        }
        self._tables.put({name: typed(value) for name, value in record.items()})
        key = {"id": transaction["transaction_id"], "time": str(time)}
        return {"transaction": transaction, "key": key, "usd": exact}

    def score(self, accepted: Json, execution: str = "e-1") -> Any:
        """Return the risk."""
        return self.fraud.handler({**accepted, "execution": execution}, SimpleNamespace(aws_request_id="r-1"))

    def check(self, accepted: Json, risk: Any, execution: str = "e-1") -> Any:
        """Return the answer and the alerts."""
        event = {**accepted, "risk": risk, "execution": execution}
        return self.compliance.handler(event, SimpleNamespace(aws_request_id="r-1"))

    def whole(self, transaction: Json, usd: str | None = None, execution: str = "e-1") -> Any:
        """Return what becomes of a transaction in one execution."""
        accepted = self.accept(transaction, usd)
        return self.check(accepted, self.score(accepted, execution), execution)

    def record(self, transaction_id: str = CLEAN["transaction_id"]) -> Json:
        """Return a record, plain."""
        (found,) = (item for item in self._tables.items() if item["transaction_id"]["S"] == transaction_id)
        return {name: plain(value) for name, value in found.items()}

    def change(self, transaction_id: str = CLEAN["transaction_id"], *, without: str = "", **more: Any) -> None:
        """Change a record, as others do."""
        record = {**self.record(transaction_id), **more}
        self._tables.put({name: typed(value) for name, value in record.items() if name != without})

    def _counted(self, operation: str, call: Callable[[], Any]) -> Any:
        self.calls.append(operation)
        return self.around(operation, call)


def build(monkeypatch: pytest.MonkeyPatch) -> Judging:
    """Return the functions over an empty table."""
    give(monkeypatch, STATE_TABLE="table")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    fraud, compliance = (
        importlib.reload(importlib.import_module(f"screening.{name}.index"))
        for name in ("fraud_detection", "compliance_checking")
    )
    tables = LocalDynamoDb(indexes=INDEXES)
    for module in (fraud, compliance):
        tables.answer(module._STORE._table.client)
    return Judging(fraud, compliance, tables)
