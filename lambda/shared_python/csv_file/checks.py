"""Checks of cells that several files share: each returns the value, or raises Broken."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Callable

from shared_python.csv_file.schema import Broken
from shared_python.iso_codes import COUNTRIES, MINOR_UNITS
from shared_python.time_zones import NAMES

Check = Callable[[str], Any]
# But for line breaks, which may stand inside quotes.
_CONTROL = re.compile("[\0-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]+)?")
_NOT_ZERO = re.compile("[1-9]")
# https://www.rfc-editor.org/rfc/rfc3339#section-5.6
_RFC_3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]+))?"
    r"(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_DAY = 86_400_000
_1970 = date(1970, 1, 1).toordinal()


def pattern(expression: str) -> Check:
    """Check that a whole cell matches, else `format`."""
    compiled = re.compile(expression)

    def check(cell: str) -> str:
        if not compiled.fullmatch(cell):
            raise Broken("format")
        return cell

    return check


def one_of(values: Mapping[str, Any], rule: str) -> Check:
    """Check that a cell is one of the keys, whose value it then has, else `rule`."""

    def check(cell: str) -> Any:
        try:
            return values[cell]
        except KeyError:
            raise _broken(cell, rule) from None

    return check


def amount(cell: str) -> Decimal:
    """Return an amount, exactly as written; it is not zero. How many decimals it may have, its currency says."""
    if not _AMOUNT.fullmatch(cell) or not _NOT_ZERO.search(cell):
        raise Broken("format")
    return Decimal(cell)


def decimals_fit(value: Decimal, code: str) -> bool:
    """Return whether an amount has no more decimals, as written, than its currency (ISO 4217)."""
    return -int(value.as_tuple().exponent) <= MINOR_UNITS[code]


def moment(earliest: int, latest: int) -> Check:
    """Check an RFC 3339 time with capital T and Z, cut to milliseconds, between two in Unix ms, both included."""

    def check(cell: str) -> int:
        found = _RFC_3339.fullmatch(cell)
        if not found:
            raise _broken(cell, "time")
        day, hour, minute, second, fraction, sign, zone_hour, zone_minute = found.groups()
        since = _midnight(day) + int(hour) * 3_600_000 + int(minute) * 60_000 + int(second) * 1_000
        if fraction:
            since += int(fraction[:3].ljust(3, "0"))
        if sign:
            offset = int(zone_hour) * 3_600_000 + int(zone_minute) * 60_000
            since += offset if sign == "-" else -offset
        if not earliest <= since <= latest:
            raise Broken("time")
        return since

    return check


@lru_cache(maxsize=1_000)
def _midnight(day: str) -> int:
    """Return the Unix milliseconds at which a day begins in UTC."""
    try:
        return (date.fromisoformat(day).toordinal() - _1970) * _DAY
    except ValueError:
        raise Broken("time") from None


def _broken(cell: str, rule: str) -> Broken:
    """Return what is broken by a cell that is no value: `format`, if it has spaces around it or control characters."""
    return Broken("format" if cell != cell.strip() or _CONTROL.search(cell) else rule)


boolean = one_of({"true": True, "false": False}, "format")
currency = one_of({code: code for code in MINOR_UNITS}, "currency")
country = one_of({code: code for code in COUNTRIES}, "country")
time_zone = one_of({name: name for name in NAMES}, "time-zone")
