"""When two transactions are the same, and what of card data goes into the hash that says so."""

import importlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screening.transaction import content_hash, decimal_of, decimal_text, epoch_milliseconds, is_number, time_of

from tests.integration.screening.contract import WHOLE
from tests.support.drawn_json import any_json

# `lambda` is a keyword.
there = importlib.import_module("tests.unit.lambda.screening.arriving")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-30T11:59:58.2509Z", 1_796_039_998_250),
        ("2026-11-30T12:59:58.25+01:00", 1_796_039_998_250),
        ("2026-11-30t06:29:58.250-05:30", 1_796_039_998_250),
        ("1969-12-31T23:59:59.9Z", -100),
        ("2026-11-30T11:59:58", None),
        ("2026-02-30T11:59:58Z", None),
        ("0001-01-01T00:00:00+00:01", None),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("9999-12-31T23:59:59.999-00:01", None),
    ],
)
def test_times(text, time):
    assert epoch_milliseconds(text) == time
    if time is None:
        with pytest.raises(ValueError, match="not a time"):
            time_of(text)
    else:
        assert time_of(text) == time


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *((12.5, "12.5"), (Decimal("12.50"), "12.5"), (1e2, "100"), (100, "100"), (0, "0"), (-0.0, "0")),
        *((1e22, "1" + "0" * 22), (1e-7, "0.0000001"), (10**40, "1" + "0" * 40), (-0.5, "-0.5"), (-100, "-100")),
    ],
)
def test_a_number_as_text_is_its_value(number, text):
    assert decimal_text(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_a_number_is_read_from_its_text(number):
    assert is_number(number)
    assert Decimal(decimal_text(number)) == decimal_of(number)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "1", None])
def test_what_is_no_finite_number(value):
    assert not is_number(value)


@pytest.mark.parametrize(
    "same",
    [
        dict(reversed(WHOLE.items())),
        {**WHOLE, "amount": Decimal("12.50")},
        {**WHOLE, "timestamp": "2026-11-30T12:59:58.25+01:00"},
        {**WHOLE, "kyc": {"verified_at": "2026-01-31T00:00:00Z", "status": "verified"}},
        json.loads(json.dumps(WHOLE)),
    ],
)
def test_what_says_the_same_is_the_same(same):
    assert content_hash(same) == content_hash(WHOLE)


@pytest.mark.parametrize("name", WHOLE)
def test_whatever_differs_is_another(name):
    without = {field: value for field, value in WHOLE.items() if field != name}
    others = [without, {**WHOLE, name: "other"}, {**WHOLE, name: None}, {**WHOLE, "more": 1}, {**WHOLE, name: 13}]
    assert len({content_hash(one) for one in [WHOLE, *others]}) == 6


@pytest.mark.parametrize(
    "pair",
    [
        ({"note": "4111 1111 1111 1111"}, {"note": "5555555555554444"}),
        ({"amount": 4111111111111111}, {"amount": 5555555555554444}),
        ({"4111111111111111": 1}, {"5555555555554444": 1}),
        ({"more": {"4111111111111111": 1}}, {"more": {"5555555555554444": 1}}),
        ({"more": [[{"pan": "x"}]]}, {"more": [[{"pan": "y"}]]}),
        ({"cvv": "123"}, {"cvv": "124"}),
        ({"transaction_id": "4111-1111-1111-1111"}, {"transaction_id": "5555555555554444"}),
    ],
)
def test_the_hash_says_nothing_of_card_data(pair):
    one, other = pair
    assert content_hash({**WHOLE, **one}) == content_hash({**WHOLE, **other}) != content_hash(WHOLE)


@given(st.dictionaries(st.text(), any_json))
def test_any_object_has_a_hash_of_64_hex_digits(value):
    assert len(content_hash(value)) == 64
    assert content_hash(dict(sorted(value.items(), reverse=True))) == content_hash(value)
