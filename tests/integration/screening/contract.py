"""screening's contract, written a second time: what a sender and an auditor rely on, not what the code says."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from hallmark import clock

Json = dict[str, Any]
# Transactions that are taken: with the fields that must be there, and with all.
VALID: dict[str, Any] = {
    "transaction_id": "txn-0000001",
    "timestamp": "2026-11-30T11:59:58.250Z",
    "amount": 12.5,
    "currency": "EUR",
    "merchant_id": "merchant-7",
    "customer_id": "customer-1",
    "merchant_country": "DE",
    "customer_country": "UA",
}
WHOLE: dict[str, Any] = {
    **VALID,
    "channel": "transfer",
    "kyc": {"status": "verified", "verified_at": "2026-01-31T00:00:00Z"},
    "lawful_basis": "contract",
    "originator": {"name_present": True, "address_present": False},
    "beneficiary": {"name_present": True, "address_present": True},
    "region": "UA-43",
}
DECISIONS = ("approved", "review", "blocked", "rejected")
# Of what is refused, nothing but these may be kept.
REFUSED = {
    *("transaction_id", "timestamp", "status", "content_hash", "transaction_time", "received_at", "execution"),
    *("attempts", "states", "decision", "field", "rule"),
}
# All that an alert may say.
ALERT = {"alertId", "kind", "stage", "transactionId", "customerId", "merchantId", "decision"}
SCORE, VERDICT = {"score", "level", "reasons"}, {"verdict", "rules"}


def new_id(prefix: str = "txn") -> str:
    """Return an id that no other test uses; letters alone never are a card number."""
    return f"{prefix}-{uuid.uuid4().hex[:16].translate(str.maketrans('0123456789', 'ghijklmnop'))}"


def text(moment: datetime) -> str:
    """Return a time as a sender writes it."""
    return clock.to_text(moment)


def transaction(**values: Any) -> Json:
    """Return a valid transaction of a new customer that sets nothing off, with other values; None leaves one out."""
    now = clock.now()
    plain = {
        "transaction_id": new_id(),
        "timestamp": text(now),
        "amount": 12.5,
        "currency": "USD",
        "merchant_id": "merchant-one",
        "customer_id": new_id("customer"),
        "merchant_country": "US",
        "customer_country": "US",
        "kyc": {"status": "verified", "verified_at": text(now - timedelta(days=30))},
    }
    return {name: value for name, value in (plain | values).items() if value is not None}
