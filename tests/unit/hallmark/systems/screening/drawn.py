"""Transactions for tests of the wing, and executions of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hallmark import clock
from hallmark.systems.screening.expectation import Sent
from hallmark.systems.screening.machine import Execution
from hallmark.systems.screening.transaction import Transaction

Json = dict[str, Any]
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def at(seconds: float) -> str:
    """Return a time so many seconds after NOW."""
    return clock.to_text(NOW + timedelta(seconds=seconds))


def valid(**values: Any) -> Json:
    """Return a transaction that sets nothing off, with other values; None leaves one out."""
    plain = {
        "transaction_id": "txn-plain",
        "timestamp": at(0),
        "amount": 12.5,
        "currency": "USD",
        "merchant_id": "merchant",
        "customer_id": "customer",
        "merchant_country": "US",
        "customer_country": "US",
        "kyc": {"status": "verified", "verified_at": at(-86_400)},
    }
    return {name: value for name, value in (plain | values).items() if value is not None}


def sent(number: int, value: Any, status: str = "", output: Any = None) -> Sent:
    """Return the `number`-th of a run, started at NOW."""
    execution = Execution(f"execution-{number}", at(0), status, output)
    return Sent(Transaction(number, "", value), execution, NOW, at(0))
