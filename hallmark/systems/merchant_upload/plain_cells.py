"""A row's cells judged a second time: each rule of docs/merchant_upload.md as a plain condition."""

import string
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import iso4217
import pycountry

from hallmark.systems.merchant_upload.plain_card_numbers import holds_card_number

_IDS = ("transaction_id", "card_token")
OPTIONAL = ("time_zone",)
COLUMNS = (*_IDS, "timestamp", "amount", "currency", "country", "merchant_category", "card_present", *OPTIONAL)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LOWER, _DIGITS = string.ascii_lowercase, string.digits
_ALPHANUMERIC = string.ascii_letters + _DIGITS
_MOST = {"transaction_id": 64, "card_token": 64, "merchant_category": 32}
_SPECIAL = {"currency": "currency", "country": "country", "timestamp": "time", "time_zone": "time-zone"}


def judge(cells: dict[str, str], created: datetime) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values of a row by column, and the first broken rule of each cell that breaks one."""
    broken = {name: rule for name, cell in cells.items() if (rule := _broken(name, cell, created))}
    if not {"amount", "currency"} & broken.keys():
        _, _, decimals = cells["amount"].partition(".")
        if len(decimals) > _minor_units()[cells["currency"]]:
            broken["amount"] = "decimals"
    if broken:
        return {}, broken
    return {name: _value(name, cells.get(name, "")) for name in COLUMNS}, {}


def _broken(name: str, cell: str, created: datetime) -> str | None:
    """Return the first rule that a cell breaks."""
    if cell == "":
        return None if name in OPTIONAL else "required"
    if len(cell) > _MOST.get(name, 1_000):
        return "too-long"
    if name == "merchant_category" and cell.startswith(_FORMULA):
        return "formula"
    if name not in ("timestamp", "amount") and holds_card_number(cell, name in _IDS):
        return "card-number"
    if cell[0].isspace() or cell[-1].isspace() or any(map(_is_control, cell)):
        return "format"
    if not _is_valid(name, cell, created):
        return _SPECIAL.get(name, "format")
    return None


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character not in "\r\n"


def _is_valid(name: str, cell: str, created: datetime) -> bool:
    match name:
        case "transaction_id":
            return _is_identifier(cell) and len(cell) >= 8 and not cell.startswith("up_")
        case "card_token":
            return _is_identifier(cell) and len(cell) >= 6
        case "timestamp":
            moment = _moment(cell)
            earliest, latest = datetime(2000, 1, 1, tzinfo=UTC), created + timedelta(minutes=5)
            return moment is not None and earliest <= moment <= latest
        case "amount":
            return _is_amount(cell)
        case "currency":
            return cell in _minor_units()
        case "country":
            return len(cell) == 2 and pycountry.countries.get(alpha_2=cell) is not None and cell.isupper()
        case "merchant_category":
            return len(cell) >= 2 and cell[0] in _LOWER and all(one in _LOWER + _DIGITS + "-" for one in cell)
        case "card_present":
            return cell in ("true", "false")
        case _:
            return cell in _zones()


def _is_identifier(cell: str) -> bool:
    return cell[0] in _ALPHANUMERIC and all(character in _ALPHANUMERIC + "_-" for character in cell)


def _is_amount(cell: str) -> bool:
    whole, point, decimals = cell.removeprefix("-").partition(".")
    if not 1 <= len(whole) <= 12 or (point and not decimals):
        return False
    digits = whole + decimals
    return all(digit in _DIGITS for digit in digits) and digits.strip("0") != ""


def _moment(cell: str) -> datetime | None:
    """Return an RFC 3339 time, cut to milliseconds; None for any other text."""
    shape = "".join("0" if character in _DIGITS else character for character in cell[:19])
    if shape != "0000-00-00T00:00:00":
        return None
    rest = cell[19:]
    fraction = ""
    if rest.startswith("."):
        while rest[len(fraction) + 1 :][:1] in tuple(_DIGITS):
            fraction += rest[len(fraction) + 1]
        rest = rest[len(fraction) + 1 :]
        if not fraction:
            return None
    offset = _offset(rest)
    try:
        local = datetime.strptime(cell[:19], "%Y-%m-%dT%H:%M:%S")
        milliseconds = timedelta(milliseconds=int(f"{fraction}000"[:3]))
        return None if offset is None else local.replace(tzinfo=UTC) + milliseconds - offset
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta | None:
    """Return how far a zone, Z or such as +05:30, is ahead of UTC."""
    if zone == "Z":
        return timedelta(0)
    shape = "".join("0" if character in _DIGITS else character for character in zone)
    if shape not in ("+00:00", "-00:00") or zone[1:3] > "23" or zone[4:] > "59":
        return None
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:]))
    return ahead if zone[0] == "+" else -ahead


def _value(name: str, cell: str) -> Any:
    """Return the value of a valid cell: milliseconds since 1970, Decimal, bool or text; None if it is absent."""
    if name == "timestamp":
        moment = _moment(cell)
        return None if moment is None else (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    if name == "amount":
        return Decimal(cell)
    if name == "card_present":
        return cell == "true"
    return cell or None


@cache
def _minor_units() -> dict[str, int]:
    """Return the decimals of each currency that has minor units."""
    return {one.code: one.exponent for one in iso4217.Currency if one.exponent is not None}


@cache
def _zones() -> frozenset[str]:
    """Return the zones and links of the IANA database, by its source."""
    return frozenset(_zone_names()) - {"Factory"}


def _zone_names() -> Iterator[str]:
    for line in files("tzdata").joinpath("zoneinfo/tzdata.zi").read_text("utf-8").splitlines():
        words = line.split()
        if words[0] in ("Z", "L"):
            yield words[1] if words[0] == "Z" else words[2]
