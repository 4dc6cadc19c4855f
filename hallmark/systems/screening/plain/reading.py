"""Which transactions are valid, a second time: the first rule that one breaks, in the order of the requirements."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import isinf
from typing import Any

import pycountry

from hallmark.csv_files.cells import is_country, minor_units
from hallmark.systems.screening.plain.content import (
    has_card_data,
    is_identifier,
    is_in_range,
    is_too_large,
    number_of,
    time_of,
    verified_of,
)

REQUIRED = (
    *("transaction_id", "timestamp", "amount", "currency", "merchant_id", "customer_id"),
    *("merchant_country", "customer_country"),
)
OPTIONAL = ("channel", "kyc", "lawful_basis", "originator", "beneficiary", "region")
FIELDS = (*REQUIRED, *OPTIONAL)
CHANNELS = ("card", "cash", "transfer")
KYC_STATUSES = ("verified", "pending", "failed")
LAWFUL_BASES = ("consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests")
PARTS: Mapping[str, tuple[str, ...]] = {
    "kyc": ("status", "verified_at"),
    "originator": ("name_present", "address_present"),
    "beneficiary": ("name_present", "address_present"),
}
MOST_USD = 1_000_000
CONFLICT, UNKNOWN_FIELD = "conflict", "unknown-field"
LETTERS, DIGITS = string.ascii_letters, string.digits


@dataclass(frozen=True)
class Refusal:
    """Why a transaction is refused: the field, and the rule that it breaks."""

    field: str
    rule: str


def refusal(value: Any, now: datetime, rates: Mapping[str, Decimal]) -> Refusal | None:
    """Return the first reason to refuse a transaction that is started at an aware time; None for a valid one.

    `rates` are USD per unit, by currency.
    """
    return next(_refusals(value, now, rates), None)


def _refusals(value: Any, now: datetime, rates: Mapping[str, Decimal]) -> Iterator[Refusal]:
    if is_too_large(value):
        yield Refusal("transaction", "too-large")
        return
    if not isinstance(value, Mapping):
        yield Refusal("transaction", "not-an-object")
        return
    unknown = sorted(value.keys() - set(FIELDS))
    for name in (*(name for name in FIELDS if name in value), *unknown):
        if has_card_data({name: value[name]}):
            yield Refusal(_shown(name), "card-number")
    yield from (Refusal(_shown(name), UNKNOWN_FIELD) for name in unknown)
    for name, inner in PARTS.items():
        found = value.get(name)
        for one in sorted(found.keys() - set(inner)) if isinstance(found, Mapping) else ():
            yield Refusal(f"{name}.{_shown(one)}", UNKNOWN_FIELD)
    for name in FIELDS:
        if name in value:
            yield from (Refusal(field, rule) for field, rule in _broken(name, value, now, rates))
        elif name in REQUIRED:
            yield Refusal(name, "required")


def _shown(name: str) -> str:
    """Return a name as an answer shows it: a short word, with two digits at most, or not at all."""
    word = name.rstrip(DIGITS)
    is_word = word[:1] in LETTERS and all(character in f"{LETTERS}_" for character in word)
    return name if word and is_word and len(name) <= 32 and len(name) - len(word) <= 2 else "(unknown)"


def _broken(
    name: str, value: Mapping[str, Any], now: datetime, rates: Mapping[str, Decimal]
) -> Iterator[tuple[str, str]]:
    found = value[name]
    if name in PARTS:
        yield from _broken_part(name, found)
    elif name == "amount":
        yield from (("amount", rule) for rule in _amount(found, value.get("currency"), rates))
    elif not isinstance(found, str):
        yield name, "type"
    elif rule := _text(name, found, value, now, rates):
        yield name, rule


def _text(name: str, found: str, value: Mapping[str, Any], now: datetime, rates: Mapping[str, Decimal]) -> str | None:
    match name:
        case "transaction_id":
            return None if is_identifier(found, 8, 64) else "format"
        case "merchant_id" | "customer_id":
            return None if is_identifier(found, 3, 64) else "format"
        case "timestamp":
            return _time(found, now)
        case "currency" if found not in minor_units():
            return "currency"
        case "currency":
            return None if found in rates else "no-rate"
        case "merchant_country" | "customer_country":
            return None if is_country(found) else "country"
        case "region":
            return _region(found, value.get("customer_country"))
        case "channel":
            return None if found in CHANNELS else "format"
    return None if found in LAWFUL_BASES else "format"


def _time(found: str, now: datetime) -> str | None:
    time = time_of(found)
    if time is None:
        return "format"
    return None if is_in_range(time, now) else "timestamp-range"


def _region(found: str, country: Any) -> str | None:
    if pycountry.subdivisions.get(code=found) is None or found != found.upper():
        return "region"
    return None if found.partition("-")[0] == country else "region-country"


def _amount(found: Any, currency: Any, rates: Mapping[str, Decimal]) -> Iterator[str]:
    amount = number_of(found)
    if isinstance(found, float) and isinf(found):
        # Written with an exponent beyond all floats, such as 1e400.
        yield "amount-limit" if found > 0 else "amount-positive"
    elif amount is None:
        yield "type"
    elif amount <= 0:
        yield "amount-positive"
    elif isinstance(currency, str) and currency in minor_units():
        if len(f"{amount.normalize():f}".partition(".")[2]) > minor_units()[currency]:
            yield "amount-decimals"
        if currency in rates and amount * rates[currency] > MOST_USD:
            yield "amount-limit"


def _broken_part(name: str, found: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(found, Mapping):
        yield name, "type"
        return
    if name != "kyc":
        for inner in PARTS[name]:
            if inner in found and not isinstance(found[inner], bool):
                yield f"{name}.{inner}", "type"
        return
    if "status" not in found:
        yield "kyc.status", "required"
    elif not isinstance(found["status"], str):
        yield "kyc.status", "type"
    elif found["status"] not in KYC_STATUSES:
        yield "kyc.status", "format"
    if "verified_at" in found:
        if not isinstance(found["verified_at"], str):
            yield "kyc.verified_at", "type"
        elif verified_of(found["verified_at"]) is None:
            yield "kyc.verified_at", "format"
