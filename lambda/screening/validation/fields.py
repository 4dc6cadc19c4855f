"""What each field of a transaction may be: docs/screening.md has the table. Pure: no clock, no AWS."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Callable, NamedTuple, Optional, Union

from shared_python.iso_codes import COUNTRIES, MINOR_UNITS

from screening import transaction as form
from screening.rules import Rates
from screening.transaction import (
    FIELDS,
    OBJECTS,
    REQUIRED,
    REQUIRED_WITHIN,
    decimal_of,
    decimal_text,
    epoch_milliseconds,
    time_of,
    verified_milliseconds,
)
from screening.validation.cards import field_with_card
from screening.validation.regions import REGIONS

Transaction = Mapping[str, Any]
# The earliest time, 2000-01-01, and how far one may be ahead of the execution that brings it, in milliseconds.
EARLIEST, MOST_AHEAD = 946_684_800_000, 300_000
MOST_USD = 1_000_000
# What stands for a transaction as a whole, and for a name that may say more than a name.
WHOLE, UNKNOWN = "transaction", "(unknown)"
_HARMLESS = re.compile("(?=.{1,32}$)[A-Za-z][A-Za-z_]*[0-9]{0,2}")


class Problem(NamedTuple):
    """The first field that breaks a rule, and the rule's name."""

    field: str
    rule: str


class Refused(NamedTuple):
    """What is wrong with a transaction; its id and time where they are valid."""

    problem: Problem
    transaction_id: Optional[str] = None
    time: Optional[int] = None


class Valid(NamedTuple):
    """A transaction's id, its time in epoch milliseconds, and what it is worth in US dollars."""

    transaction_id: str
    time: int
    usd: Decimal


class Around(NamedTuple):
    """What the checks of a field need beside its value; `started` in epoch milliseconds."""

    transaction: Transaction
    started: int
    rates: Rates


Check = Callable[[Any, Around], Optional[str]]


def judge(transaction: Any, started: int, rates: Rates) -> Union[Valid, Refused]:
    """Judge any JSON; `started` is when its execution began, so that no clock is in a verdict."""
    if not isinstance(transaction, Mapping):
        return Refused(Problem(WHOLE, "not-an-object"))
    around = Around(transaction, started, rates)
    problem = _problem(around)
    if problem:
        transaction_id = transaction["transaction_id"] if _is_valid("transaction_id", around) else None
        time = time_of(transaction["timestamp"]) if _is_valid("timestamp", around) else None
        return Refused(problem, transaction_id, time)
    return Valid(
        transaction["transaction_id"],
        time_of(transaction["timestamp"]),
        rates.usd(decimal_of(transaction["amount"]), transaction["currency"]),
    )


def _is_valid(name: str, around: Around) -> bool:
    value = around.transaction.get(name)
    return _CHECKS[name](value, around) is None and not form.holds_card(value, name)


def _problem(around: Around) -> Optional[Problem]:
    with_card = field_with_card(around.transaction)
    if with_card is not None:
        return Problem(_shown(with_card), "card-number")
    unknown = _unknown(around.transaction)
    if unknown:
        return Problem(unknown, "unknown-field")
    for name in FIELDS:
        if name in around.transaction:
            found = _of_field(name, around)
        else:
            found = Problem(name, "required") if name in REQUIRED else None
        if found:
            return found
    return None


def _shown(name: str) -> str:
    return name if name in FIELDS or _HARMLESS.fullmatch(name) else UNKNOWN


def _unknown(transaction: Transaction) -> Optional[str]:
    """Return the first field that is none, by name; then the first in one of the objects."""
    for name in sorted(transaction.keys() - FIELDS):
        return _shown(name)
    for name, fields in OBJECTS.items():
        inner = transaction.get(name)
        for one in sorted(inner.keys() - fields) if isinstance(inner, Mapping) else ():
            return f"{name}.{_shown(one)}"
    return None


def _of_field(name: str, around: Around) -> Optional[Problem]:
    value = around.transaction[name]
    if name not in OBJECTS:
        rule = _CHECKS[name](value, around)
        return Problem(name, rule) if rule else None
    if not isinstance(value, Mapping):
        return Problem(name, "type")
    for inner in OBJECTS[name]:
        path = f"{name}.{inner}"
        if inner not in value and path not in REQUIRED_WITHIN:
            continue
        rule = _CHECKS[inner](value[inner], around) if inner in value else "required"
        if rule:
            return Problem(path, rule)
    return None


def _text(fits: Callable[[str], bool], rule: str = "format") -> Check:
    def check(value: Any, around: Around) -> Optional[str]:
        if not isinstance(value, str):
            return "type"
        return None if fits(value) else rule

    return check


def _pattern(pattern: "re.Pattern[str]") -> Check:
    return _text(lambda value: bool(pattern.fullmatch(value)))


def _one_of(values: Collection[str], rule: str = "format") -> Check:
    return _text(lambda value: value in values, rule)


_IS_TIME = _text(lambda value: epoch_milliseconds(value) is not None)
_IS_TIME_OR_DATE = _text(lambda value: verified_milliseconds(value) is not None)
_IS_REGION = _one_of(REGIONS, "region")
_IS_CURRENCY = _one_of(MINOR_UNITS, "currency")


def _timestamp(value: Any, around: Around) -> Optional[str]:
    time = epoch_milliseconds(value) if isinstance(value, str) else None
    if time is None:
        return _IS_TIME(value, around)
    return None if EARLIEST <= time <= around.started + MOST_AHEAD else "timestamp-range"


def _amount(value: Any, around: Around) -> Optional[str]:
    """Judge an amount alone, then by its currency's decimals and rate; the currency is judged in its turn."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return "type"
    if value <= 0:
        return "amount-positive"
    if not form.is_number(value):
        # Written with an exponent beyond all floats.
        return "amount-limit"
    currency = around.transaction.get("currency")
    if _IS_CURRENCY(currency, around):
        return None
    if len(decimal_text(value).partition(".")[2]) > MINOR_UNITS[currency]:
        return "amount-decimals"
    if currency not in around.rates.dollars:
        return None
    return "amount-limit" if around.rates.usd(decimal_of(value), currency) > MOST_USD else None


def _currency(value: Any, around: Around) -> Optional[str]:
    return _IS_CURRENCY(value, around) or (None if value in around.rates.dollars else "no-rate")


def _region(value: Any, around: Around) -> Optional[str]:
    rule = _IS_REGION(value, around)
    if rule is None and value[:2] != around.transaction["customer_country"]:
        return "region-country"
    return rule


def _flag(value: Any, around: Around) -> Optional[str]:
    return None if isinstance(value, bool) else "type"


_CHECKS: Mapping[str, Check] = {
    "transaction_id": _pattern(form.TRANSACTION_ID),
    "timestamp": _timestamp,
    "amount": _amount,
    "currency": _currency,
    "merchant_id": _pattern(form.PARTY_ID),
    "customer_id": _pattern(form.PARTY_ID),
    "merchant_country": _one_of(COUNTRIES, "country"),
    "customer_country": _one_of(COUNTRIES, "country"),
    "channel": _one_of(form.CHANNELS),
    "status": _one_of(form.KYC_STATUSES),
    "verified_at": _IS_TIME_OR_DATE,
    "lawful_basis": _one_of(form.LAWFUL_BASES),
    "name_present": _flag,
    "address_present": _flag,
    "region": _region,
}
