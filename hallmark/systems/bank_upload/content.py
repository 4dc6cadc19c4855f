"""What a row says, as its file has it and as the table has it; the ids that follow from contents."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from hallmark.csv_files.problems import Problem


@dataclass(frozen=True, slots=True)
class Content:
    """A valid row's values: `timestamp` as UTC text with milliseconds, `amount` in signed minor units."""

    transaction_id: str
    timestamp: str
    account_token: str
    amount: int
    currency: str
    type: str
    description: str | None

    @property
    def sha256(self) -> str:
        """The content hash of the row's item."""
        return hashlib.sha256(json.dumps(astuple(self), separators=(",", ":")).encode()).hexdigest()

    @classmethod
    def of_item(cls, item: Mapping[str, Any]) -> "Content":
        """Return what an item says."""
        return cls(
            transaction_id=item["transactionId"],
            timestamp=item["timestamp"],
            account_token=item["accountToken"],
            amount=int(item["amount"]),
            currency=item["currency"],
            type=item["type"],
            description=item.get("description"),
        )


# Of a valid file the rows by their lines, of a refused one all its problems.
Rows = Mapping[int, Content]
Reading = Rows | list[Problem]


def upload_id(bank: str, report_date: str, content_hash: str) -> str:
    """Return the id of the upload of a bank's file for a date."""
    return hashlib.sha256(f"{bank}|{report_date}|{content_hash}".encode()).hexdigest()[:32]


def object_key(bank: str, report_date: str, upload_id: str) -> str:
    """Return where the file of an upload is."""
    return f"uploads/{bank}/{report_date}/{upload_id}.csv"


def upload_of(key: str) -> str:
    """Return the upload of an object's key; an object that is no upload's is one by itself."""
    parts = key.removesuffix(".csv").split("/")
    return parts[3] if len(parts) == 4 and len(parts[3]) == 32 and key.endswith(".csv") else key


def foreign_ids(key: str) -> frozenset[str]:
    """Return under which ids an object's version may be refused that is no upload's: its key, or that key's hash."""
    return frozenset({key, f"key-{hashlib.sha256(key.encode()).hexdigest()[:32]}"})


def message_id(upload_id: str, status: str) -> str:
    """Return the id of the announcement of an upload's end."""
    return str(uuid5(NAMESPACE_OID, f"{upload_id}|{status}"))
