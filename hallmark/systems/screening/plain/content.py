"""When two transactions are the same, and by which id and time the table knows one."""

import hashlib
import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any

from hallmark.csv_files.card_numbers import holds_card_number, is_card_data_name
from hallmark.csv_files.cells import moment

_ALPHANUMERIC = string.ascii_letters + string.digits
_IDENTIFIERS = ("transaction_id", "merchant_id", "customer_id")
_TIMES = ("timestamp", "verified_at")
_EPOCH, _OLDEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)
_MOST_DIGITS = 32
_AHEAD = timedelta(minutes=5)
_MOST_CHARACTERS = 60_000


@dataclass(frozen=True)
class Identity:
    """A well-formed id, and the time in epoch milliseconds."""

    id: str
    time: int


def identity_of(value: Any, now: datetime) -> Identity | None:
    """Return the identity of a transaction that is started at an aware time; None if its id or its time is refused.

    What is too large has none: nothing of it is read.
    """
    if is_too_large(value):
        return None
    known, time = id_of(value), time_of(value.get("timestamp")) if isinstance(value, Mapping) else None
    if known is None or time is None or not is_in_range(time, now) or has_card_data(value["timestamp"], "timestamp"):
        return None
    return Identity(known, time)


def id_of(value: Any) -> str | None:
    """Return the id of a transaction; None if it is ill-formed, or holds a card number."""
    known = value.get("transaction_id") if isinstance(value, Mapping) and not is_too_large(value) else None
    return known if is_identifier(known, 8, 64) and not has_card_data(known, "transaction_id") else None


def is_too_large(value: Any) -> bool:
    """Return whether a value of JSON has too many characters for the workflow, without white space."""
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False)) > _MOST_CHARACTERS


def is_in_range(time: int, now: datetime) -> bool:
    """Return whether epoch milliseconds are from 2000 on, to five minutes after an aware time."""
    return _OLDEST <= _EPOCH + timedelta(milliseconds=time) <= now + _AHEAD


def is_identifier(value: Any, least: int, most: int) -> bool:
    """Return whether a value is an identifier of so many characters, the first of which is a letter or a digit."""
    return (
        isinstance(value, str)
        and least <= len(value) <= most
        and value[0] in _ALPHANUMERIC
        and all(character in f"{_ALPHANUMERIC}_-" for character in value)
    )


def time_of(value: Any) -> int | None:
    """Return the epoch milliseconds of an RFC 3339 time with a zone; None for anything else."""
    is_text = isinstance(value, str) and value.isascii() and len(_fraction(value)) <= _MOST_DIGITS
    found = moment(value.upper()) if is_text else None
    return (found - _EPOCH) // timedelta(milliseconds=1) if found else None


def verified_of(value: Any) -> int | None:
    """Return the epoch milliseconds of a time, or of the day's beginning in UTC where a date stands alone."""
    is_date = isinstance(value, str) and len(value) == len("2026-01-31")
    return time_of(f"{value}T00:00:00Z" if is_date else value)


def number_of(value: Any) -> Decimal | None:
    """Return a number of JSON by its value; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    found = Decimal(repr(value))
    return found if found.is_finite() else None


def has_card_data(value: Any, name: str = "") -> bool:
    """Return whether a card number stands anywhere in a value of JSON, be it in a name; `name` is the value's own."""
    if isinstance(value, Mapping):
        return any(holds_card_number(key) or has_card_data(inner, key) for key, inner in value.items())
    if isinstance(value, list):
        beside = " ".join(str(one) for one in value if not isinstance(one, (Mapping, list)))
        return holds_card_number(beside) or any(map(has_card_data, value))
    if isinstance(value, str):
        return holds_card_number(_judged(value, name), name in _IDENTIFIERS)
    number = number_of(value)
    return number is not None and any(holds_card_number(text) for text in (str(value), _text_of(number)))


def _judged(value: str, name: str) -> str:
    """Return what of a text may be a card number: of a time only its fraction."""
    if name not in _TIMES or time_of(value) is None:
        return value
    return _fraction(value)


def _fraction(time: str) -> str:
    return "".join(takewhile(str.isdigit, time[20:])) if time[19:20] == "." else ""


def hash_of(value: Any) -> str | None:
    """Return the hash by which the table knows a content; None with card data, which is replaced before hashing."""
    if not isinstance(value, Mapping) or has_card_data(value) or _names_card_data(value):
        return None
    text = json.dumps([by_value(value), 0], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def by_value(transaction: Mapping[str, Any]) -> dict[str, Any]:
    """Return a transaction with its amount and its times by value, however they are spelled."""
    said, amount = _timed(transaction), number_of(transaction.get("amount"))
    return said if amount is None else {**said, "amount": _text_of(amount)}


def _timed(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _timed(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_timed(inner) for inner in value]
    time = verified_of(value) if name in _TIMES else None
    return value if time is None else time


def _names_card_data(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(is_card_data_name(name) or _names_card_data(inner) for name, inner in value.items())
    return isinstance(value, list) and any(map(_names_card_data, value))


def _text_of(amount: Decimal) -> str:
    return "0" if amount == 0 else f"{amount.normalize():f}"
