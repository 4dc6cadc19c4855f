"""A transaction as a client sends it: its fields, its time, and the hash by which two are the same. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Optional

from shared_python.card_numbers import holds_card_number, id_holds_card_number, names_card_data

# Fields in the order in which they are judged.
REQUIRED = (
    *("transaction_id", "timestamp", "amount", "currency", "merchant_id", "customer_id"),
    *("merchant_country", "customer_country"),
)
OPTIONAL = ("channel", "kyc", "lawful_basis", "originator", "beneficiary", "region")
FIELDS = REQUIRED + OPTIONAL
CARD, CASH, TRANSFER = "card", "cash", "transfer"
CHANNELS = (CARD, CASH, TRANSFER)
VERIFIED, PENDING, KYC_FAILED = "verified", "pending", "failed"
KYC_STATUSES = (VERIFIED, PENDING, KYC_FAILED)
LAWFUL_BASES = (*("consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"),)
# The objects among the fields, each with its fields.
PARTY = ("name_present", "address_present")
OBJECTS: Mapping[str, tuple[str, ...]] = {
    "kyc": ("status", "verified_at"),
    "originator": PARTY,
    "beneficiary": PARTY,
}
# What an object needs if it is there.
REQUIRED_WITHIN = ("kyc.status",)
TRANSACTION_ID = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{7,63}")
PARTY_ID = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{2,63}")
IDS = ("transaction_id", "merchant_id", "customer_id")
TIMES = ("timestamp", "verified_at")

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECOND = timedelta(milliseconds=1)
# What dates of UTC can be, years 1 to 9999.
_FIRST, _LAST = (
    (moment.replace(tzinfo=timezone.utc) - _EPOCH) // _MILLISECOND for moment in (datetime.min, datetime.max)
)
# https://www.rfc-editor.org/rfc/rfc3339#section-5.6; without leap seconds, which epoch milliseconds do not have.
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])(?:\.([0-9]{1,32}))?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What stands in the place of card data when content is hashed: the hash of a card number would betray it.
_MASKED = "(card data)"
# No valid transaction is as deep; what is below does not count.
_DEEPEST = 16


def epoch_milliseconds(text: str) -> Optional[int]:
    """Return the Unix milliseconds of an RFC 3339 time with a zone, cut below; None for anything else."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    day, time, fraction, sign, hours, minutes = found.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    offset = (int(hours) * 60 + int(minutes)) * (-60_000 if sign == "-" else 60_000) if sign else 0
    time = (local - _EPOCH) // _MILLISECOND + int(((fraction or "") + "000")[:3]) - offset
    return time if _FIRST <= time <= _LAST else None


def verified_milliseconds(text: str) -> Optional[int]:
    """Return the same of what may be a date alone, which is its first moment in UTC."""
    return epoch_milliseconds(f"{text}T00:00:00Z" if _DATE.fullmatch(text) else text)


def time_of(text: str) -> int:
    """Return the milliseconds of a time that is known to be one; ValueError for anything else."""
    time = epoch_milliseconds(text)
    if time is None:
        raise ValueError("not a time")
    return time


def decimal_of(number: Any) -> Decimal:
    """Return a number of JSON by its value: of a float, the shortest decimal that is read as it."""
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number of JSON, or one as boto3 reads it."""
    if isinstance(value, float):
        return value - value == 0
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def decimal_text(number: Any) -> str:
    """Return a finite number as text by its value alone, such as `12.5` for 12.50 and `100` for 1e2."""
    value = decimal_of(number)
    text = format(value, "f") if value else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def content_hash(transaction: Mapping[str, Any]) -> str:
    """Return the SHA-256 by which two transactions are the same, in hex: of sorted keys, the amount and times by value.

    Values and keys with a card number, and what is named after card data, are replaced before.
    """
    said = {name: _of_field(name, value) for name, value in transaction.items() if not holds_card_number(name)}
    masked = len(transaction) - len(said)
    text = json.dumps([said, masked], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def holds_card(value: Any, field: str = "") -> bool:
    """Return whether a text or a number has a card number; of a field that is an identifier, or a time, by its rule."""
    if isinstance(value, str):
        if field in IDS:
            return id_holds_card_number(value)
        time = _TIME.fullmatch(value) if field in TIMES else None
        return holds_card_number((time[3] or "") if time else value)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return holds_card_number(str(value)) or (is_number(value) and holds_card_number(decimal_text(value)))
    return False


def _of_field(name: str, value: Any) -> Any:
    if names_card_data(name) or holds_card(value, name):
        return _MASKED
    if name == "amount" and is_number(value):
        return decimal_text(value)
    return _masked(value, name, 0)


def _masked(value: Any, name: str, depth: int) -> Any:
    if depth > _DEEPEST or names_card_data(name) or holds_card(value, name):
        return _MASKED
    if isinstance(value, Mapping):
        return {key: _masked(inner, key, depth + 1) for key, inner in value.items() if not holds_card_number(key)}
    if isinstance(value, list):
        return [_masked(inner, "", depth + 1) for inner in value]
    if name in TIMES and isinstance(value, str):
        time = verified_milliseconds(value)
        return value if time is None else time
    return float(value) if isinstance(value, Decimal) else value
