"""The shapes of items and messages, which all functions of the system share. Pure: no clock, no AWS.

Keys and values are plain Python values, as boto3's resource takes them.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional
from uuid import NAMESPACE_OID, uuid5

Item = dict[str, Any]

# Statuses of an upload, in the attribute `status`.
RECEIVING, ACCEPTED, PROCESSING, DONE, REFUSED, FAILED = (
    *("receiving", "accepted", "processing"),
    *("done", "refused", "failed"),
)
FINISHED = (DONE, REFUSED, FAILED)
# What no later run changes.
ENDED = (DONE, REFUSED)
# What an upload went through, each with its time in the map `states`; `refused` and `failed` are statuses, too.
RECEIVED, STORED, VALIDATED, PROCESSED, ANNOUNCED = "received", "stored", "validated", "processed", "announced"
STATES = (RECEIVED, STORED, VALIDATED, PROCESSED, ANNOUNCED, FAILED, REFUSED)
# The attribute and the value of an upload that is not finished: the index finds it.
OPEN = "open"
# How an upload came, in the attribute `via`.
API, OBJECT = "api", "object"
# Outcomes of the workflow's validation.
OUTCOME_ACCEPTED, OUTCOME_REFUSED, OUTCOME_FINISHED = "accepted", "refused", "finished"
# Rules of problems that are not of the CSV format.
CONFLICT, BANK, OBJECT_KEY = "conflict", "bank", "object-key"
# How many problems an item, and an answer, has.
MOST_PROBLEMS = 100
# Ranges of an upload and rows of a range: all ranges run at once within one task's time.
MOST_RANGES, RANGE_ROWS = 10, 4_000
DEBIT, CREDIT = "debit", "credit"

# Sort keys of `processing-status`: of the upload itself, and how those of its ranges begin.
UPLOAD_PART, RANGE_PARTS = "upload", "range#"
# The form of keys; dates are judged where clocks are.
_OBJECT_KEY = re.compile(
    r"uploads/(?P<bank>[a-z][a-z0-9-]{2,31})/(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})/(?P<id>[0-9a-f]{32})\.csv"
)


class Row(NamedTuple):
    """A valid row: the physical line where it begins, its time as ISO text, its amount in signed minor units."""

    line: int
    transaction_id: str
    timestamp: str
    account_token: str
    amount: int
    currency: str
    type: str
    description: Optional[str]


class ObjectKey(NamedTuple):
    """What an upload's object key says."""

    bank: str
    report_date: str
    upload_id: str


def upload_id(bank: str, report_date: str, file_hash: str) -> str:
    """Return the id of an upload, 32 hex digits: the same for the same file of the same bank and date."""
    return hashlib.sha256(f"{bank}|{report_date}|{file_hash}".encode()).hexdigest()[:32]


def file_hash(content: bytes) -> str:
    """Return the `contentHash` of a file: the SHA-256 of its bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def object_key(bank: str, report_date: str, upload_id: str) -> str:
    """Return where an upload's file is stored."""
    return f"uploads/{bank}/{report_date}/{upload_id}.csv"


def parse_object_key(key: str) -> Optional[ObjectKey]:
    """Return what an object's key says, or None if it has not the form of an upload's."""
    found = _OBJECT_KEY.fullmatch(key)
    return ObjectKey(found["bank"], found["date"], found["id"]) if found else None


def upload_key(upload_id: str) -> Item:
    """Return the key of an upload's item in `processing-status`; an object that is no upload's is its own id."""
    return {"uploadId": upload_id, "part": UPLOAD_PART}


def range_key(upload_id: str, number: int) -> Item:
    """Return the key of a range's item in `processing-status`."""
    return {"uploadId": upload_id, "part": range_part(number)}


def range_part(number: int) -> str:
    """Return the part that a range's item is, such as `range#07`."""
    return f"{RANGE_PARTS}{number:02d}"


def transaction_key(bank: str, transaction_id: str) -> str:
    """Return the key of a row in `transactions`; no part contains `#`."""
    return f"{bank}#{transaction_id}"


def bank_day(bank: str, day: str) -> str:
    """Return a row's key in the index of banks and days."""
    return f"{bank}#{day}"


def minor_units(amount: str, decimals: int, type: str) -> int:
    """Return a valid amount in minor units of its currency, which has so many decimals; a debit is negative."""
    whole, _, fraction = amount.partition(".")
    units = int(whole + fraction.ljust(decimals, "0"))
    return -units if type == DEBIT else units


def content_hash(row: Row) -> str:
    """Return the SHA-256 by which two rows of a bank are identical: of all values, amounts by what they are worth."""
    content = [row.transaction_id, row.timestamp, row.account_token, row.amount, row.currency, row.type]
    return hashlib.sha256(_compact([*content, row.description]).encode("ascii")).hexdigest()


def transaction_item(row: Row, bank: str, upload_id: str, stored_at: str) -> Item:
    """Return a row as `transactions` has it."""
    day = row.timestamp[:10]
    item = {
        "transactionKey": transaction_key(bank, row.transaction_id),
        "transactionId": row.transaction_id,
        "bank": bank,
        "bankDay": bank_day(bank, day),
        "timestamp": row.timestamp,
        "accountToken": row.account_token,
        "amount": row.amount,
        "currency": row.currency,
        "type": row.type,
        "day": day,
        "month": day[:7],
        "uploadId": upload_id,
        "line": row.line,
        "contentHash": content_hash(row),
        "storedAt": stored_at,
    }
    if row.description is not None:
        item["description"] = row.description
    return item


def message_id(upload_id: str, status: str) -> str:
    """Return the id of the message that an upload is done or refused: the same in every attempt (UUIDv5)."""
    return str(uuid5(NAMESPACE_OID, f"{upload_id}|{status}"))


def result_message(stage: str, upload: Mapping[str, Any]) -> Item:
    """Return what the topic hears of an upload that is done or refused; never a value of a row.

    `upload` is its item with `status` and `finishedAt` as they will be. `totals` are of the rows that the upload
    stored, by currency: how many, and the sums of debits and of credits in minor units, both positive.
    """
    said: Item = {
        "messageId": message_id(upload["uploadId"], upload["status"]),
        "stage": stage,
        "uploadId": upload["uploadId"],
    }
    said |= {name: upload[name] for name in ("bank", "reportDate") if name in upload}
    said["status"] = upload["status"]
    said |= {name: int(upload.get(name, 0)) for name in ("rows", "stored", "duplicates", "conflicts", "problemCount")}
    said["totals"] = {
        currency: {name: int(total[name]) for name in ("rows", "debit", "credit")}
        for currency, total in sorted(upload.get("totals", {}).items())
    }
    said |= {name: upload[name] for name in ("contentHash", "receivedAt", "finishedAt") if name in upload}
    return said


def message_attributes(message: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return by what subscribers filter messages; an attribute cannot be empty.

    https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
    """
    names = ("status", "bank", "reportDate", "messageId")
    return {name: {"DataType": "String", "StringValue": message[name]} for name in names if message.get(name)}


def message_text(message: Mapping[str, Any]) -> str:
    """Return a message as JSON."""
    return _compact(message)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
