"""The rules file: read and checked as a whole, so that a function with a wrong one judges nothing."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("rules.json")
_DAY = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")
_CATEGORY = re.compile("[a-z][a-z0-9-]{1,31}")
# An amount has up to 16 digits; with 12 of a rate, the product stays exact within decimal's 28.
_RATE_DIGITS = 12


class RulesError(ValueError):
    """The rules file is wrong; the text says where and how."""


@dataclass(frozen=True)
class Rules:
    """One version of the rules: amounts in USD, windows in milliseconds, hours of the local day."""

    version: int
    high_above: Decimal
    testing_above: Decimal
    testing_below: Decimal
    velocity_rows: int
    velocity_window: int
    geography_countries: int
    geography_window: int
    duplicate_rows: int
    duplicate_window: int
    risky_categories: frozenset[str]
    night_from: int
    night_before: int
    usd_for: Mapping[str, Decimal]

    @property
    def longest_window(self) -> int:
        """How far back a row's verdict looks, in milliseconds."""
        return max(self.velocity_window, self.geography_window, self.duplicate_window)


def read(text: str) -> Rules:
    """Return the rules of a file's text; RulesError names the first field that is wrong."""
    try:
        data = json.loads(text, object_pairs_hook=_no_name_twice)
    except ValueError as error:
        raise RulesError(f"rules.json is no JSON: {error}") from None
    _exactly(data, "the file", _FIELDS)
    for name, fields in _FIELDS.items():
        if fields:
            _exactly(data[name], name, fields)
    _must(_DAY.fullmatch(str(data["validFrom"])), "validFrom", "a day such as 2026-11-30")
    _must(_DAY.fullmatch(str(data["rates"]["asOf"])), "rates.asOf", "a day such as 2026-11-30")
    low, high = (_decimal(data, "cardTesting", name) for name in ("aboveUsd", "belowUsd"))
    _must(low < high, "cardTesting", "above less than below")
    first, end = (_whole(data, "nightHours", name, 0, 24) for name in ("fromHour", "beforeHour"))
    _must(first < end, "nightHours", "hours of one day, the first before the end")
    return Rules(
        version=_whole(data, "version", None, 1, 10**6),
        high_above=_decimal(data, "highAmount", "aboveUsd"),
        testing_above=low,
        testing_below=high,
        velocity_rows=_whole(data, "velocity", "rows", 2, 10**6),
        velocity_window=_window(data, "velocity"),
        geography_countries=_whole(data, "geography", "countries", 2, 300),
        geography_window=_window(data, "geography"),
        duplicate_rows=_whole(data, "duplicate", "rows", 2, 10**6),
        duplicate_window=_window(data, "duplicate"),
        risky_categories=_categories(data["riskyCategory"]["categories"]),
        night_from=first,
        night_before=end,
        usd_for=_rates(data["rates"]["usdFor"]),
    )


def load() -> Rules:
    """Return the rules of the file beside this module."""
    return read(FILE.read_text(encoding="utf-8"))


_FIELDS: dict[str, tuple[str, ...]] = {
    "version": (),
    "validFrom": (),
    "highAmount": ("aboveUsd",),
    "cardTesting": ("aboveUsd", "belowUsd"),
    "velocity": ("rows", "seconds"),
    "geography": ("countries", "seconds"),
    "duplicate": ("rows", "seconds"),
    "riskyCategory": ("categories",),
    "nightHours": ("fromHour", "beforeHour"),
    "rates": ("asOf", "usdFor"),
}


def _must(holds: Any, field: str, what: str) -> None:
    if not holds:
        raise RulesError(f"rules.json: {field} must be {what}")


def _exactly(value: Any, field: str, names: Any) -> None:
    _must(isinstance(value, dict) and set(value) == set(names), field, f"an object of {', '.join(names)}")


def _whole(data: Any, name: str, inner: Any, least: int, most: int) -> int:
    value = data[name] if inner is None else data[name][inner]
    whole = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    _must(whole, f"{name}.{inner}" if inner else name, f"a whole number from {least} to {most}")
    return int(value)


def _window(data: Any, name: str) -> int:
    """Return a window in milliseconds; a day at most, for the rows of a window are read for each verdict."""
    return 1000 * _whole(data, name, "seconds", 1, 86_400)


def _decimal(data: Any, name: str, inner: str) -> Decimal:
    value = data[name][inner]
    _must(isinstance(value, str) and _DECIMAL.fullmatch(value), f"{name}.{inner}", 'a decimal in quotes, such as "10"')
    return Decimal(value)


def _categories(value: Any) -> frozenset[str]:
    named = isinstance(value, list) and all(isinstance(one, str) and _CATEGORY.fullmatch(one) for one in value)
    _must(named and value, "riskyCategory.categories", "a list of categories such as gift-cards")
    return frozenset(value)


def _rates(value: Any) -> dict[str, Decimal]:
    _must(isinstance(value, dict) and value, "rates.usdFor", "an object of currencies")
    found = {}
    for currency, rate in value.items():
        field = f"rates.usdFor.{currency}"
        _must(re.fullmatch("[A-Z]{3}", currency), field, "named by a code of ISO 4217")
        _must(isinstance(rate, str) and _DECIMAL.fullmatch(rate), field, 'a decimal in quotes, such as "1.17"')
        found[currency] = Decimal(rate)
        _must(found[currency] > 0, field, "above 0")
        _must(len(found[currency].as_tuple().digits) <= _RATE_DIGITS, field, f"of {_RATE_DIGITS} digits at most")
    return found


def _no_name_twice(pairs: Any) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found
