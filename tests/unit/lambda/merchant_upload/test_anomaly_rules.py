"""The rules file: what it says, and that a wrong one stops the function with one clear line."""

import json

import pytest
from merchant_upload import items
from merchant_upload.anomaly_detection.rules import FILE, RulesError, load, read
from shared_python.iso_codes import MINOR_UNITS


def test_every_currency_that_a_file_may_hold_has_a_rate():
    assert set(load().usd_for) == set(MINOR_UNITS)


def test_the_rules_are_the_customer_s():
    rules = load()
    assert (rules.high_above, rules.testing_above, rules.testing_below) == (10_000, 0, 1)
    assert (rules.velocity_rows, rules.velocity_window) == (5, 600_000)
    assert (rules.geography_countries, rules.geography_window, rules.longest_window) == (2, 3_600_000, 3_600_000)
    assert (rules.duplicate_rows, rules.duplicate_window) == (2, 300_000)
    assert rules.risky_categories == {"gambling", "crypto", "gift-cards"}
    assert (rules.night_from, rules.night_before) == (0, 6)
    assert len(set(items.RULES)) == 7


def without(*path):
    def change(data):
        for name in path[:-1]:
            data = data[name]
        del data[path[-1]]

    return change


def with_value(value, *path):
    def change(data):
        for name in path[:-1]:
            data = data[name]
        data[path[-1]] = value

    return change


WRONG = {
    "the file must be an object": with_value(1, "other"),
    "the file must be an object of": without("velocity"),
    "version must be a whole number": with_value("1", "version"),
    "version must be": with_value(True, "version"),
    "validFrom must be a day": with_value("2026-13-01", "validFrom"),
    "rates.asOf must be a day": with_value(20260101, "rates", "asOf"),
    "rates must be an object of": without("rates", "asOf"),
    "highAmount.aboveUsd must be a decimal in quotes": with_value(10000, "highAmount", "aboveUsd"),
    "highAmount.aboveUsd must be": with_value("-1", "highAmount", "aboveUsd"),
    "cardTesting must be above less than below": with_value("0", "cardTesting", "belowUsd"),
    "velocity.rows must be": with_value(1, "velocity", "rows"),
    "velocity must be an object of": with_value(1, "velocity", "minutes"),
    "velocity.seconds must be": with_value(1.5, "velocity", "seconds"),
    "geography.countries must be": with_value(0, "geography", "countries"),
    "duplicate.seconds must be a whole number from 1 to 86400": with_value(86_401, "duplicate", "seconds"),
    "riskyCategory.categories must be": with_value([], "riskyCategory", "categories"),
    "riskyCategory.categories must be a list": with_value("crypto", "riskyCategory", "categories"),
    "nightHours must be hours of one day": with_value(0, "nightHours", "beforeHour"),
    "rates.usdFor must be": with_value({}, "rates", "usdFor"),
    "rates.usdFor.EUR must be a decimal": with_value(1.17, "rates", "usdFor", "EUR"),
    "rates.usdFor.EUR must be above 0": with_value("0.0", "rates", "usdFor", "EUR"),
    "rates.usdFor.EUR must be of 12 digits": with_value("1.000000000001", "rates", "usdFor", "EUR"),
    "rates.usdFor.euro must be named": with_value("1", "rates", "usdFor", "euro"),
}


@pytest.mark.parametrize("message", WRONG)
def test_a_wrong_file_is_refused_with_the_field(message):
    data = json.loads(FILE.read_text())
    WRONG[message](data)
    with pytest.raises(RulesError, match=f"^(rules.json: )?{message}"):
        read(json.dumps(data))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version": 1, "version": 2}'])
def test_what_is_no_object_is_refused(text):
    with pytest.raises(RulesError, match=r"^rules\.json"):
        read(text)
