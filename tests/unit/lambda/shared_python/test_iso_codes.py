"""Codes of currencies and countries, beside another library's lists."""

import pycountry
import pytest
from shared_python.iso_codes import COUNTRIES, MINOR_UNITS

DECIMALS = {
    "JPY": 0,
    "UGX": 0,
    "MRU": 2,
    "USD": 2,
    "EUR": 2,
    "KWD": 3,
    "BHD": 3,
    "CLF": 4,
    "UYW": 4,
    "XOF": 0,
    "XCG": 2,
}
WITHDRAWN = ("HRK", "BGN", "ANG", "ZWL", "SLL", "CUC", "VED0")
WITHOUT_MINOR_UNITS = ("XAU", "XAG", "XPT", "XPD", "XDR", "XSU", "XUA", "XBA", "XBB", "XBC", "XBD", "XXX", "XTS")


def test_currencies_are_the_current_ones_that_have_minor_units():
    current = {currency.alpha_3 for currency in pycountry.currencies}
    assert current - MINOR_UNITS.keys() == set(WITHOUT_MINOR_UNITS)
    assert MINOR_UNITS.keys() <= current
    assert not MINOR_UNITS.keys() & set(WITHDRAWN)


@pytest.mark.parametrize("code", DECIMALS)
def test_a_currency_has_its_decimals(code):
    assert MINOR_UNITS[code] == DECIMALS[code]


def test_countries_are_those_of_iso_3166_1():
    assert {country.alpha_2 for country in pycountry.countries} == COUNTRIES
    assert not COUNTRIES & {"UK", "EU", "XK", "AN", "SU", "ZZ"}
