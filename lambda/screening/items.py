"""The shapes of the items of `transaction-state`, which all functions of the system share. Pure: no clock, no AWS.

Keys and values are plain Python values, as boto3's resource takes them.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, uuid5

Item = dict[str, Any]

# Statuses of a transaction, in the attribute `status`.
SCREENING, DECIDED, FAILED = "screening", "decided", "failed"
# What a transaction went through, each with its time in the map `states`; `decided` and `failed` are statuses, too.
VALIDATED, SCORED, TOLD = "validated", "scored", "told"
STATES = (VALIDATED, SCORED, DECIDED, TOLD, FAILED)
# Decisions; of the last three, the first that fits.
REJECTED, BLOCKED, REVIEW, APPROVED = "rejected", "blocked", "review", "approved"
DECISIONS = (REJECTED, BLOCKED, REVIEW, APPROVED)
# Outcomes of validation, by which the workflow goes on. DECIDED is the third.
ACCEPTED = "accepted"
# Kinds of alerts.
FRAUD, COMPLIANCE = "fraud", "compliance"
# Indexes of the table.
CUSTOMER_TIME, OPEN_TIME = "customer-time", "open-time"
# Sort keys that are no times: of the claim of an id, of a validation that failed, and the first of other contents.
CLAIM, UNCHECKED, FIRST_OTHER = 0, -1, -2
# So long after its decision a transaction whose alerts are still due is left by the execution that decided it: an
# Express execution ends by then. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
RELEASED_AFTER_SECONDS = 300


def key(transaction_id: str, time: int) -> Item:
    """Return the key of an item: of a record by its time in epoch milliseconds, of others by a number below 1."""
    return {"transaction_id": transaction_id, "timestamp": time}


def other_time(content_hash: str) -> int:
    """Return the sort key of a content whose id belongs to another one: below that of any time."""
    return FIRST_OTHER - int(content_hash[:12], 16)


def open_part(content_hash: str) -> str:
    """Return the part of the index of unfinished transactions that one is in, such as `open#f`: one of 16."""
    return f"open#{content_hash[0]}"


def alert_id(transaction_id: str, kind: str) -> str:
    """Return the id of a transaction's alert of a kind: the same in every attempt (UUIDv5)."""
    return str(uuid5(NAMESPACE_OID, f"{transaction_id}|{kind}"))


def answer_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer that a decided record stands for, in JSON's types."""
    said = {"transactionId": record["transaction_id"], "decision": record["decision"]}
    names = ("field", "rule") if record["decision"] == REJECTED else ("risk", "compliance")
    return {**said, **{name: plain(record[name]) for name in names}}


def plain(value: Any) -> Any:
    """Return a value as boto3 reads it in JSON's types."""
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
