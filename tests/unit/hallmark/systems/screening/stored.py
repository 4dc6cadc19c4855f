"""What the state table has of a plain transaction that is decided, for tests to change."""

from decimal import Decimal
from typing import Any

from hallmark.systems.screening.plain.content import hash_of, time_of
from tests.unit.hallmark.systems.screening.drawn import at, valid

Item = dict[str, Any]
VALUE = valid()
HASH = hash_of(VALUE) or ""
TIME = time_of(VALUE["timestamp"]) or 0
VERSION = "2026-11-30"


def claim(**more: Any) -> Item:
    """Return the claim of the id."""
    return {"transaction_id": "txn-plain", "timestamp": 0, "content_hash": HASH, "transaction_time": TIME, **more}


def record(**more: Any) -> Item:
    """Return the record as it must be, with other values; None leaves one out."""
    plain: Item = {
        "transaction_id": "txn-plain",
        "timestamp": TIME,
        "status": "decided",
        "content_hash": HASH,
        "transaction_time": TIME,
        "received_at": at(0),
        "execution": "execution-1",
        "attempts": 1,
        "states": {name: at(0.01) for name in ("validated", "scored", "decided")},
        "customer_id": "customer",
        "merchant_id": "merchant",
        "usd": Decimal("12.5"),
        "rates_version": VERSION,
        "transaction": {**VALUE, "amount": Decimal("12.5")},
        "risk": {"score": 0, "level": "LOW", "reasons": [], "version": VERSION},
        "compliance": {"verdict": "PASS", "rules": [], "version": VERSION},
        "decision": "approved",
        "decided_by": "execution-1",
    }
    return {name: value for name, value in (plain | more).items() if value is not None}


def unfinished(**more: Any) -> Item:
    """Return the record before it is decided."""
    gone = dict.fromkeys(("risk", "compliance", "decision", "decided_by"))
    states = {"validated": at(0)}
    opened = {"open": f"open#{HASH[0]}", "opened_at": at(0)}
    return record(**{"status": "screening", "states": states, **opened, **gone, **more})


def failed(**more: Any) -> Item:
    """Return the record of what failed in Score."""
    error = {"state": "Score", "name": "States.Timeout"}
    states = {"validated": at(0), "failed": at(1)}
    return unfinished(**{"status": "failed", "error": error, "states": states, "open": None, **more})
