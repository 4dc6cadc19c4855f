"""Current codes of currencies and countries, from libraries that follow the standards."""

from importlib.resources import files

import iso4217

# ISO 4217: how many decimals an amount of a currency has. Without those that have no minor unit, such as gold (XAU).
MINOR_UNITS: dict[str, int] = {
    code: int(entry["CcyMnrUnts"])
    for code, entry in iso4217.raw_table.items()
    if code and (entry["CcyMnrUnts"] or "").isdigit()
}


def _countries() -> frozenset[str]:
    # "ISO 3166-1 alpha-2 country code", says the head of the file; neither UK nor EU nor XK is one.
    table = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text("utf-8")
    return frozenset(line[:2] for line in table.splitlines() if not line.startswith("#"))


# ISO 3166-1 alpha-2.
COUNTRIES = _countries()
