"""The plain definition: one hit and its near miss for each rule; rows of another card or merchant never count."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from hallmark.systems.merchant_upload.plain_verdicts import PlainTransaction, at, verdicts

BEGIN = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, MINUTE, MOMENT = timedelta(hours=1), timedelta(minutes=1), timedelta(milliseconds=1)


def row(number, after=timedelta(), amount="5", **more):
    said = {"merchant": "corner-shop", "card_token": "tok_1", "currency": "USD", "country": "DE", **more}
    return PlainTransaction(
        id=f"{said['merchant']}#{number}",
        time=BEGIN + after,
        amount=Decimal(amount),
        merchant_category=said.pop("category", "books"),
        time_zone=said.pop("zone", None),
        **said,
    )


def alone(**more):
    return verdicts([row(1, **more)])["corner-shop#1"]


@pytest.mark.parametrize(
    ("hit", "miss", "rule"),
    [
        ({"amount": "-10000.01"}, {"amount": "10000"}, "high-amount"),
        ({"amount": "8532.43", "currency": "EUR"}, {"amount": "8532.42", "currency": "USD"}, "high-amount"),
        ({"amount": "0.99"}, {"amount": "1"}, "card-testing"),
        ({"category": "crypto"}, {"category": "crypto-art"}, "risky-category"),
        ({"after": -8 * HOUR, "zone": "UTC"}, {"after": -8 * HOUR}, "night-hours"),
        ({"after": -6 * HOUR - MOMENT, "zone": "UTC"}, {"after": -6 * HOUR, "zone": "UTC"}, "night-hours"),
    ],
)
def test_rules_of_one_row(hit, miss, rule):
    assert alone(**hit) == {rule}
    assert alone(**miss) == set()


def five(last):
    return [*(row(number, amount=str(number + 5)) for number in range(4)), row(4, last, "50")]


PAIRS = {
    "velocity": (five(10 * MINUTE - MOMENT), five(10 * MINUTE)),
    "geography": ([row(0, country="FR"), row(4, HOUR - MOMENT, "7")], [row(0, country="FR"), row(4, HOUR, "7")]),
    "duplicate": ([row(0), row(4, 5 * MINUTE - MOMENT, "5.00")], [row(0), row(4, 5 * MINUTE, "5.00")]),
}


@pytest.mark.parametrize("rule", PAIRS)
def test_rules_over_windows(rule):
    hit, miss = PAIRS[rule]
    assert verdicts(hit)["corner-shop#4"] == {rule} == verdicts(hit[::-1])["corner-shop#4"]
    assert verdicts(miss)["corner-shop#4"] == set()


@pytest.mark.parametrize("other", [{"card_token": "tok_2"}, {"merchant": "garden-market"}])
def test_other_cards_and_merchants_do_not_count(other):
    found = verdicts([row(1), row(2, country="FR", **other)])
    assert set(found.values()) == {frozenset()}


def test_twenty_thousand_cards_are_quick():
    rows = [row(number, card_token=f"tok_{number}", zone="Europe/Berlin") for number in range(20_000)]
    begin = time.process_time()
    assert len(verdicts(rows)) == 20_000
    assert time.process_time() - begin < 5


def test_stored_times_are_read_to_the_millisecond():
    assert at(1_790_000_000_001) == datetime(2026, 9, 21, 14, 13, 20, 1000, tzinfo=UTC)
