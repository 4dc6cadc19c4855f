"""Checks of cells that several files share."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any, Callable

from shared_python.csv_file.schema import Broken, Check
from shared_python.iso_codes import COUNTRIES, MINOR_UNITS
from shared_python.time_zones import NAMES

# But for line breaks, which may stand inside quotes.
_CONTROL = re.compile("[\0-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_AMOUNT = r"(?=[0-9.]*[1-9])[0-9]{1,12}(?:\.[0-9]+)?"
# https://www.rfc-editor.org/rfc/rfc3339#section-5.6
_RFC_3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]+))?"
    r"(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
# One in UTC: such texts are in the order of their times.
_UTC = re.compile(r"[0-9-]{10}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?Z")
_DAY = 86_400_000
_1970 = date(1970, 1, 1).toordinal()


def pattern(expression: str, value: Callable[[str], Any] = str) -> Check:
    """Check that a whole cell matches, else `format`; what makes its value sees none that does not."""
    compiled = re.compile(expression)

    def check(cell: str) -> Any:
        if not compiled.fullmatch(cell):
            raise Broken("format")
        return value(cell)

    return Check(check, lambda cells: map(compiled.fullmatch, cells), value)


def one_of(values: Mapping[str, Any], rule: str) -> Check:
    """Check that a cell is one of the keys, whose value it then has, else `rule`."""

    def check(cell: str) -> Any:
        try:
            return values[cell]
        except KeyError:
            raise _broken(cell, rule) from None

    return Check(check, lambda cells: map(values.__contains__, cells), values.__getitem__)


def text() -> Check:
    """Check a text in any script: without spaces around it, and without control characters."""

    def check(cell: str) -> str:
        if not fits(cell):
            raise Broken("format")
        return cell

    def fits(cell: str) -> bool:
        return cell == cell.strip() and (cell.isprintable() or not _holds_control(cell))

    def all_fit(cells: Sequence[str]) -> Iterable[bool]:
        stripped = list(map(str.strip, cells)) == list(cells)
        together = "".join(cells).replace("\n", "").replace("\r", "")
        return [True] * len(cells) if stripped and together.isprintable() else map(fits, cells)

    return Check(check, all_fit, str)


def decimals(cells: Sequence[str]) -> list[int]:
    """Return how many decimals valid amounts have, as written."""
    return [len(cell.partition(".")[2]) for cell in cells]


def decimals_fit(count: int, code: str) -> bool:
    """Return whether an amount may have so many decimals in its currency (ISO 4217)."""
    return count <= MINOR_UNITS[code]


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

    def fits(cells: Sequence[str]) -> list[bool]:
        return [
            (first <= cell < last and is_utc(cell) is not None and _is_day(cell[:10])) or _passes(check, cell)
            for cell in cells
        ]

    # From here to there a text decides: whole seconds inside of the limits.
    first, last, is_utc = _second(earliest + 999), _second(latest), _UTC.fullmatch
    return Check(check, fits, check)


def _second(milliseconds: int) -> str:
    """Return the second in which a time in Unix ms is, as texts of times begin."""
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=milliseconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def _passes(check: Callable[[str], Any], cell: str) -> bool:
    try:
        check(cell)
    except Broken:
        return False
    return True


@lru_cache(maxsize=1_000)
def _is_day(day: str) -> bool:
    return _passes(_midnight, day)


@lru_cache(maxsize=1_000)
def _midnight(day: str) -> int:
    """Return the Unix milliseconds at which a day begins in UTC."""
    try:
        return (date.fromisoformat(day).toordinal() - _1970) * _DAY
    except ValueError:
        raise Broken("time") from None


def _broken(cell: str, rule: str) -> Broken:
    """Return what is broken by a cell that is no value: `format`, if it has spaces around it or control characters."""
    return Broken("format" if cell != cell.strip() or _holds_control(cell) else rule)


def _holds_control(cell: str) -> bool:
    return _CONTROL.search(cell) is not None


# Exactly as written, not zero. How many decimals an amount may have, its currency says.
amount, positive_amount = pattern(f"-?{_AMOUNT}", Decimal), pattern(_AMOUNT, Decimal)


boolean = one_of({"true": True, "false": False}, "format")
currency = one_of({code: code for code in MINOR_UNITS}, "currency")
country = one_of({code: code for code in COUNTRIES}, "country")
time_zone = one_of({name: name for name in NAMES}, "time-zone")
