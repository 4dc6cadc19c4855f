"""bank_upload's contract, written a second time: what a bank and an auditor rely on, not what the code says."""

import hashlib
import uuid
from datetime import timedelta

from hallmark import clock

BANKS = ("alpine-savings", "baltic-trust")
TODAY = f"{clock.now():%Y-%m-%d}"
KEY = "uploads/{bank}/{day}/{upload}.csv"
COLUMNS = ("transaction_id", "timestamp", "account_token", "amount", "currency", "type", "bank_id", "description")
ANSWER = {"uploadId", "status", "rows", "contentHash", "receivedAt"}
COUNTS = ("rows", "stored", "duplicates", "conflicts")


def days_ago(days: int) -> str:
    """Return a day in UTC, before today or after it."""
    return f"{clock.now() - timedelta(days=days):%Y-%m-%d}"


def new_id(prefix: str = "txn") -> str:
    """Return an id that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def upload_id(bank: str, day: str, content: bytes) -> str:
    """Return the id of an upload."""
    file_hash = hashlib.sha256(content).hexdigest()
    return hashlib.sha256(f"{bank}|{day}|{file_hash}".encode()).hexdigest()[:32]


def row(transaction_id: str, bank: str = BANKS[0], **cells: str) -> list[str]:
    """Return the cells of a good row of today, but for those given."""
    own = {"transaction_id": transaction_id, "bank_id": bank}
    good = {"timestamp": f"{TODAY}T00:00:01Z", "account_token": "acct_000001", "amount": "12.50", "currency": "EUR"}
    rest = {"type": "debit", "description": "rent"}
    return [{**good, **rest, **own, **cells}[name] for name in COLUMNS]


def file(rows: list[list[str]], header: str = ",".join(COLUMNS)) -> bytes:
    """Return a file of rows whose cells need no quotes."""
    return "\n".join([header, *(",".join(cells) for cells in rows), ""]).encode()
