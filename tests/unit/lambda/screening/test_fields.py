"""What each field may be: its borders, the order of rules, currencies by their decimals and rates."""

import importlib
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screening.rules import rates
from screening.transaction import FIELDS, OBJECTS, epoch_milliseconds, time_of
from screening.validation.fields import Problem, Refused, Valid, judge
from shared_python.iso_codes import MINOR_UNITS

from tests.integration.screening import borders
from tests.integration.screening.contract import VALID, WHOLE

# `lambda` is a keyword.
there = importlib.import_module("tests.unit.lambda.screening.arriving")
pytestmark = pytest.mark.control("SC_VALIDATE")
RATES = rates()
START = time_of(there.STARTED)


def judged(transaction):
    return judge(transaction, START, RATES)


def problem(transaction):
    found = judged(transaction)
    return found.problem if isinstance(found, Refused) else None


@pytest.mark.parametrize("transaction", [VALID, WHOLE])
def test_a_valid_transaction_has_its_id_its_time_and_its_dollars(transaction):
    wanted = Valid(
        "txn-0000001", epoch_milliseconds("2026-11-30T11:59:58.250Z"), Decimal("12.5") * RATES.dollars["EUR"]
    )
    assert judged(transaction) == wanted


@pytest.mark.parametrize(("field", "value"), borders.TAKEN)
def test_a_field_takes(field, value):
    # A region binds the customer's country.
    transaction = VALID if field == "customer_country" else WHOLE
    assert problem(borders.placed(transaction, field, value)) is None


@pytest.mark.parametrize(("field", "value", "rule"), borders.BROKEN)
def test_a_field_breaks(field, value, rule):
    assert problem(borders.placed(WHOLE, field, value)) == (field, rule)


def test_every_field_has_borders_on_both_sides():
    paths = {f"{name}.{inner}" for name, fields in OBJECTS.items() for inner in fields}.union(FIELDS)
    assert {field for field, _ in borders.TAKEN} == paths == {field for field, _, _ in borders.BROKEN}


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "", "text", [], [VALID]])
def test_what_is_no_object_is_refused_as_a_whole(value):
    assert judged(value) == Refused(Problem("transaction", "not-an-object"))


@pytest.mark.parametrize("currency", sorted(MINOR_UNITS.keys() & RATES.dollars.keys()))
def test_each_currency_has_its_decimals_and_its_limit(currency):
    unit = Decimal(1).scaleb(-MINOR_UNITS[currency])
    most = Decimal(1_000_000) / RATES.dollars[currency]
    least = max(unit, (most / 10).quantize(unit, ROUND_CEILING))
    amounts = {
        float(unit): None,
        float(most.quantize(unit, ROUND_FLOOR)): None,
        float(most.quantize(unit, ROUND_FLOOR) + unit): "amount-limit",
        float(unit / 10): "amount-decimals",
        float(least + unit / 10): "amount-decimals",
    }
    for amount, rule in amounts.items():
        found = problem({**VALID, "currency": currency, "amount": amount})
        # A long amount may look like a card number.
        assert found in {(rule and ("amount", rule)) or None, ("amount", "card-number")}, amount


def test_an_amount_in_a_currency_that_is_none_is_judged_alone():
    assert problem({**VALID, "amount": -1, "currency": "XXX"}) == ("amount", "amount-positive")
    for amount in (0.0001, 10**12):
        assert problem({**VALID, "amount": amount, "currency": "XXX"}) == ("currency", "currency")
        assert problem({**VALID, "amount": amount, "currency": ["USD"]}) == ("currency", "type")


def test_rules_count_in_their_order():
    """All rules at once; each time the first is mended, the next one counts."""
    wrong = {
        **dict.fromkeys(FIELDS, "?"),
        **{"amount": 0, "currency": "XXX", "kyc": {"x": 1}, "originator": {"y": 1}, "beneficiary": 1},
        **{"other": 1, "more": "4111111111111111"},
    }
    mended = [
        ("more", None, "card-number"),
        ("more", borders.ABSENT, "unknown-field"),
        ("other", borders.ABSENT, "unknown-field"),
        ("kyc.x", borders.ABSENT, "unknown-field"),
        ("originator.y", borders.ABSENT, "unknown-field"),
        *((name, VALID[name], None) for name in list(VALID)),
    ]
    for field, value, rule in mended:
        found = problem(wrong)
        assert found is not None
        assert (found.field, rule or found.rule) == (field, found.rule)
        wrong = borders.placed(wrong, field, value)
    assert problem(wrong) == ("channel", "format")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        *((name, name) for name in ("note", "cvv", "addressLine2", "card_pan", "a" * 32)),
        *((name, "(unknown)") for name in ("", "a" * 33, "a b", "1st", "x123", "n\u00e9e", "a\n", "<b>", "kyc.status")),
    ],
)
def test_an_unknown_name_is_shown_when_it_is_harmless(name, shown):
    assert problem({**VALID, name: 1}) == (shown, "unknown-field")
    assert problem({**WHOLE, "kyc": {"status": "failed", name: 1}}) == (f"kyc.{shown}", "unknown-field")


def test_a_refusal_has_id_and_time_where_each_is_valid():
    time = epoch_milliseconds(VALID["timestamp"])
    assert judged({**VALID, "amount": 0})[1:] == ("txn-0000001", time)
    assert judged({**VALID, "timestamp": "?"})[1:] == ("txn-0000001", None)
    assert judged({**VALID, "transaction_id": "?"})[1:] == (None, time)
    assert judged({**VALID, "transaction_id": "4111111111111111"})[1:] == (None, time)
    assert judged({**VALID, "timestamp": "2026-11-30T11:00:00.4111111111111111Z"})[1:] == ("txn-0000001", None)
    assert judged({"amount": 1})[1:] == (None, None)


@given(st.decimals(min_value="0.01", max_value=10_000, places=2), st.sampled_from(["USD", "EUR", "KWD"]))
def test_dollars_are_exact(amount, currency):
    found = judged({**VALID, "amount": float(amount), "currency": currency})
    assert found.usd == amount * RATES.dollars[currency]
