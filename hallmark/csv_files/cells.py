"""Cells judged a second time: each rule of docs/csv_files.md as a plain condition."""

import string
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

import iso4217
import pycountry

from hallmark.csv_files.card_numbers import holds_card_number

LOWER, DIGITS = string.ascii_lowercase, string.digits
_ALPHANUMERIC = string.ascii_letters + DIGITS
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST = 1_000
_NO_CARD_NUMBERS = ("timestamp", "amount")


@dataclass(frozen=True)
class Columns:
    """A system's columns: which are optional, identifiers and free texts, the most characters where they are fewer.

    `is_valid` says whether a cell is a value of its column, and `rules` what one is called that is none, if not
    `format`.
    """

    names: tuple[str, ...]
    optional: tuple[str, ...]
    identifiers: tuple[str, ...]
    free: tuple[str, ...]
    most: Mapping[str, int]
    rules: Mapping[str, str]
    is_valid: Callable[[str, str], bool]

    def judge(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Return the first broken rule of each cell of a row that breaks one."""
        broken = {name: rule for name, cell in cells.items() if (rule := self._broken(name, cell))}
        if not {"amount", "currency"} & broken.keys():
            _, _, decimals = cells["amount"].partition(".")
            if len(decimals) > minor_units()[cells["currency"]]:
                broken["amount"] = "decimals"
        return broken

    def _broken(self, name: str, cell: str) -> str | None:
        if cell == "":
            return None if name in self.optional else "required"
        if len(cell) > self.most.get(name, _MOST):
            return "too-long"
        if name in self.free and cell.startswith(_FORMULA):
            return "formula"
        if name not in _NO_CARD_NUMBERS and holds_card_number(cell, name in self.identifiers):
            return "card-number"
        if cell[0].isspace() or cell[-1].isspace() or any(map(_is_control, cell)):
            return "format"
        if not self.is_valid(name, cell):
            return self.rules.get(name, "format")
        return None


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character not in "\r\n"


def is_identifier(cell: str) -> bool:
    """Return whether a cell has letters, digits, hyphens and underscores only, and begins with one of the first two."""
    return cell[0] in _ALPHANUMERIC and all(character in _ALPHANUMERIC + "_-" for character in cell)


def is_amount(cell: str) -> bool:
    """Return whether a cell is a decimal number that is not zero, negative ones included."""
    whole, point, decimals = cell.removeprefix("-").partition(".")
    if not 1 <= len(whole) <= 12 or (point and not decimals):
        return False
    digits = whole + decimals
    return all(digit in DIGITS for digit in digits) and digits.strip("0") != ""


def is_country(cell: str) -> bool:
    """Return whether a cell is a code of ISO 3166-1 alpha-2."""
    return len(cell) == 2 and pycountry.countries.get(alpha_2=cell) is not None and cell.isupper()


def is_within(cell: str, latest: datetime) -> bool:
    """Return whether a cell is a time from 2000 on to five minutes after an aware time."""
    found = moment(cell)
    return found is not None and datetime(2000, 1, 1, tzinfo=UTC) <= found <= latest + timedelta(minutes=5)


def moment(cell: str) -> datetime | None:
    """Return an RFC 3339 time, cut to milliseconds; None for any other text."""
    shape = "".join("0" if character in DIGITS else character for character in cell[:19])
    if shape != "0000-00-00T00:00:00":
        return None
    rest = cell[19:]
    fraction = ""
    if rest.startswith("."):
        while rest[len(fraction) + 1 :][:1] in tuple(DIGITS):
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
    shape = "".join("0" if character in DIGITS else character for character in zone)
    if shape not in ("+00:00", "-00:00") or zone[1:3] > "23" or zone[4:] > "59":
        return None
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:]))
    return ahead if zone[0] == "+" else -ahead


@cache
def minor_units() -> dict[str, int]:
    """Return the decimals of each currency that has minor units."""
    return {one.code: one.exponent for one in iso4217.Currency if one.exponent is not None}


@cache
def zones() -> frozenset[str]:
    """Return the zones and links of the IANA database, by its source."""
    return frozenset(_zone_names()) - {"Factory"}


def _zone_names() -> Iterator[str]:
    for line in files("tzdata").joinpath("zoneinfo/tzdata.zi").read_text("utf-8").splitlines():
        words = line.split()
        if words[0] in ("Z", "L"):
            yield words[1] if words[0] == "Z" else words[2]
