"""Every indicator of fraud from both sides of its border, and what scores have in common."""

import importlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screening.fraud_detection.logic import risk
from screening.fraud_detection.rules import Case, FraudRules
from screening.rules import read
from screening.transaction import epoch_milliseconds

# `lambda` is a keyword.
there = importlib.import_module("tests.unit.lambda.screening.judging")
CLEAN = there.CLEAN
RULES = FraudRules.of(read("fraud"))
CODES = (
    *("high-amount", "round-amount", "rapid-repeat", "test-merchant"),
    *("guest-customer", "cross-border", "micro-amount", "velocity"),
)
NOON = epoch_milliseconds(there.NOON)
WEIGHTS = dict(zip(CODES, (30, 10, 40, 20, 15, 10, 15, 20), strict=True))


def reasons(usd: str = "12.5", seconds_before: Sequence[float] = (), **fields: Any) -> list[str]:
    others = tuple(NOON - round(seconds * 1000) for seconds in seconds_before)
    found: list[str] = risk(Case({**CLEAN, **fields}, Decimal(usd), NOON, others), RULES)["reasons"]
    return found


@pytest.mark.control("SC_FRAUD")
def test_the_file_has_the_weights_and_levels_of_the_contract() -> None:
    assert {code: weight for code, (weight, _) in RULES.indicators.items()} == WEIGHTS
    assert tuple(RULES.indicators) == CODES
    assert RULES.levels == [("LOW", 0), ("MEDIUM", 25), ("HIGH", 50), ("CRITICAL", 75)]


BORDERS = [
    ("high-amount", {"usd": "10000.01"}, {"usd": "10000"}),
    ("high-amount", {"usd": "10000.0000001"}, {"usd": "9999.9999999"}),
    ("round-amount", {"amount": 1000}, {"amount": 999}),
    ("round-amount", {"amount": 1000.0}, {"amount": 1000.01}),
    ("round-amount", {"amount": 75000, "currency": "JPY"}, {"amount": 75001, "currency": "JPY"}),
    ("round-amount", {"amount": Decimal("3000.00")}, {"amount": Decimal("3000.001")}),
    ("rapid-repeat", {"seconds_before": [59.999]}, {"seconds_before": [60]}),
    ("rapid-repeat", {"seconds_before": [0]}, {"seconds_before": []}),
    ("rapid-repeat", {"seconds_before": [300, 1]}, {"seconds_before": [300, 61]}),
    ("test-merchant", {"merchant_id": "TEST-1"}, {"merchant_id": "my-TEST"}),
    ("test-merchant", {"merchant_id": "tEmporary"}, {"merchant_id": "TES-T1"}),
    ("guest-customer", {"customer_id": "guest42"}, {"customer_id": "GUES-T42"}),
    ("guest-customer", {"customer_id": "Anonymous"}, {"customer_id": "an-on"}),
    ("cross-border", {"merchant_country": "CA"}, {"merchant_country": "US"}),
    ("micro-amount", {"usd": "0.999999"}, {"usd": "1"}),
    ("velocity", {"seconds_before": [61, 599.999]}, {"seconds_before": [61, 600]}),
    ("velocity", {"seconds_before": [61, 62]}, {"seconds_before": [61]}),
]


@pytest.mark.control("SC_FRAUD")
@pytest.mark.parametrize(("code", "inside", "outside"), BORDERS)
def test_an_indicator_fires_on_one_side_of_its_border_only(code: str, inside: Any, outside: Any) -> None:
    assert code in reasons(**inside)
    assert code not in reasons(**outside)


def test_every_indicator_has_borders_and_a_clean_transaction_has_none() -> None:
    assert {code for code, _, _ in BORDERS} == set(CODES)
    assert reasons() == []


def test_what_is_later_does_not_count() -> None:
    assert reasons(seconds_before=[-1, -30, -599]) == []


@pytest.mark.control("SC_FRAUD")
@given(st.sets(st.sampled_from(CODES)), st.sampled_from(CODES))
def test_a_score_is_bounded_and_no_indicator_more_lowers_it(some: set[str], more: str) -> None:
    score = RULES.score(sorted(some))
    assert score == min(100, sum(WEIGHTS[code] for code in some))
    assert 0 <= score <= RULES.score(sorted(some | {more})) <= 100
    ranks = [level for level, _ in RULES.levels]
    assert ranks.index(RULES.level(score)) <= ranks.index(RULES.level(RULES.score(sorted(some | {more}))))


CASES = {
    "usd": st.decimals(min_value="0.0001", max_value=1_000_000, places=4).map(str),
    "amount": st.decimals(min_value="0.01", max_value=10**9, places=2),
    "seconds_before": st.lists(st.floats(0, 900), max_size=5),
    "merchant_id": st.sampled_from(["test-1", "TEMP9", "shop-1"]),
    "customer_id": st.sampled_from(["guest-1", "ANON9", "customer-1"]),
    "merchant_country": st.sampled_from(["US", "DE"]),
}


@pytest.mark.control("SC_FRAUD")
@given(st.fixed_dictionaries(CASES), st.floats(0, 900))
def test_a_whole_score_is_bounded_and_rises_with_every_transaction_before(case: Any, earlier: float) -> None:
    score = RULES.score(reasons(**case))
    more = RULES.score(reasons(**{**case, "seconds_before": [*case["seconds_before"], earlier]}))
    assert 0 <= score <= more <= 100


@pytest.mark.parametrize(
    ("score", "level"),
    [(0, "LOW"), (24, "LOW"), (25, "MEDIUM"), (49, "MEDIUM"), (50, "HIGH"), (74, "HIGH"), (75, "CRITICAL")],
)
def test_a_level_begins_at_its_score(score: int, level: str) -> None:
    assert RULES.level(score) == level
    assert RULES.level(100) == "CRITICAL"


def test_reasons_are_in_the_files_order_whatever_fires() -> None:
    fields = {"merchant_id": "TEST-1", "customer_id": "GUEST-1", "merchant_country": "CA", "amount": 20_000}
    found = reasons("20000", [1, 2], **fields)
    assert found == [code for code in CODES if code != "micro-amount"]
    assert RULES.score(found) == 100
