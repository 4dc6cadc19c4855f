"""Scores and rules of the plain reading: both sides of every border, by hand."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from hallmark.systems.screening.plain.compliance import compliance, decision
from hallmark.systems.screening.plain.content import time_of
from hallmark.systems.screening.plain.history import Past
from hallmark.systems.screening.plain.risk import risk
from hallmark.systems.screening.plain.tables import tables
from tests.unit.hallmark.systems.screening.drawn import at, valid

DAY = 86_400
ALL = {"name_present": True, "address_present": True}


def past(*found: tuple[float, int | str] | tuple[float, int | str, str]) -> list[Past]:
    """Return earlier transactions, by seconds before, dollars and channel."""
    return [
        Past(f"past-{place}", time_of(at(-one[0])) or 0, Decimal(str(one[1])), one[2] if len(one) > 2 else None)
        for place, one in enumerate(found)
    ]


def usd(value: Any) -> Decimal:
    """Return dollars as they stand."""
    return Decimal(str(value["amount"]))


@pytest.mark.parametrize(
    ("values", "before", "codes"),
    [
        ({}, (), set()),
        ({"amount": 10_000}, (), {"round-amount"}),
        ({"amount": 10_000.01}, (), {"high-amount"}),
        ({"amount": 1000}, (), {"round-amount"}),
        ({"amount": 1000.5}, (), set()),
        ({"amount": 0.99}, (), {"micro-amount"}),
        ({"amount": 1}, (), set()),
        ({}, ((59.999, 1),), {"rapid-repeat"}),
        ({}, ((60, 1),), set()),
        ({}, ((0, 1),), {"rapid-repeat"}),
        ({}, ((-1, 1),), set()),
        ({}, ((599.999, 1), (60, 1)), {"velocity"}),
        ({}, ((600, 1), (60, 1)), set()),
        ({"merchant_id": "tEmPle"}, (), {"test-merchant"}),
        ({"merchant_id": "a-test"}, (), set()),
        ({"customer_id": "anon1"}, (), {"guest-customer"}),
        ({"customer_id": "GUESt"}, (), {"guest-customer"}),
        ({"merchant_country": "CA"}, (), {"cross-border"}),
    ],
)
def test_what_adds_to_a_score(values: dict[str, Any], before: Sequence[Any], codes: set[str]) -> None:
    value = valid(**values)
    assert set(risk(value, usd(value), past(*before), tables().fraud).reasons) == codes


@pytest.mark.parametrize(
    ("codes", "score", "level"),
    [
        ((), 0, "LOW"),
        (("round-amount", "cross-border"), 20, "LOW"),
        (("guest-customer", "cross-border"), 25, "MEDIUM"),
        (("high-amount", "guest-customer"), 45, "MEDIUM"),
        (("rapid-repeat", "cross-border"), 50, "HIGH"),
        (("rapid-repeat", "test-merchant", "guest-customer"), 75, "CRITICAL"),
        (("high-amount", "rapid-repeat", "test-merchant", "guest-customer"), 100, "CRITICAL"),
    ],
)
def test_scores_and_levels(codes: tuple[str, ...], score: int, level: str) -> None:
    made = {
        "round-amount": {"amount": 1000},
        "cross-border": {"merchant_country": "CA"},
        "guest-customer": {"customer_id": "guest-one"},
        "high-amount": {"amount": 10_001},
        "test-merchant": {"merchant_id": "temporary"},
        "rapid-repeat": {},
    }
    value = valid(**{name: one for code in codes for name, one in made[code].items()})
    found = risk(value, usd(value), past((1, 1)) if "rapid-repeat" in codes else [], tables().fraud)
    assert (found.score, found.level, found.reasons) == (score, level, codes)


def test_the_weights_are_those_of_the_requirements() -> None:
    weights = {code: rule["weight"] for code, rule in tables().fraud["indicators"].items()}
    assert weights == {
        **{"high-amount": 30, "round-amount": 10, "rapid-repeat": 40, "test-merchant": 20, "guest-customer": 15},
        **{"cross-border": 10, "micro-amount": 15, "velocity": 20},
    }


def cash(amount: float, **more: Any) -> dict[str, Any]:
    """Return a payment in cash."""
    return {"amount": amount, "channel": "cash", **more}


def transfer(amount: float, *parties: Any) -> dict[str, Any]:
    """Return a transfer of one to another."""
    named = dict(zip(("originator", "beneficiary"), parties, strict=False))
    return {"amount": amount, "channel": "transfer", **named}


KYC = [
    ({"status": "failed"}, 12.5, "customer", "BLOCK"),
    (None, 12.5, "customer", "REVIEW"),
    ({"status": "pending"}, 12.5, "customer", "REVIEW"),
    ({"status": "verified"}, 12.5, "customer", "REVIEW"),
    ({"status": "verified", "verified_at": at(0.001)}, 12.5, "customer", "REVIEW"),
    ({"status": "verified", "verified_at": at(0)}, 12.5, "customer", None),
    ({"status": "verified", "verified_at": at(-365 * DAY)}, 12.5, "customer", None),
    ({"status": "verified", "verified_at": at(-365 * DAY - 0.001)}, 12.5, "customer", "REVIEW"),
    (None, 999.99, "guest-1", None),
    (None, 1000, "guest-1", "REVIEW"),
    ({"status": "pending"}, 1, "ANON7", None),
    ({"status": "failed"}, 1, "GUEST", "BLOCK"),
]


@pytest.mark.parametrize(
    ("values", "before", "expected"),
    [
        (cash(10_000), (), {}),
        (cash(10_000.01), (), {"currency-report": "REPORT"}),
        (cash(6000), ((120, 4000, "cash"),), {}),
        (cash(6000), ((120, "4000.01", "cash"),), {"currency-report": "REPORT", "structuring": "REVIEW"}),
        (cash(6000), ((120, 9000, "card"),), {}),
        # At ten in the morning the day is ten hours old, and 24 hours reach into the day before.
        (cash(6000), ((36_000, 6000, "cash"),), {"currency-report": "REPORT", "structuring": "REVIEW"}),
        (cash(6000), ((36_000.001, 6000, "cash"),), {"structuring": "REVIEW"}),
        (cash(6000), ((DAY - 0.001, 6000, "cash"),), {"structuring": "REVIEW"}),
        (cash(6000), ((DAY, 6000, "cash"),), {}),
        (cash(500), ((120, 11_000, "cash"),), {"currency-report": "REPORT"}),
        ({"amount": 12_000}, (), {}),
        (transfer(2999.99), (), {}),
        (transfer(3000), (), {"travel-rule": "REVIEW"}),
        (transfer(3000, ALL, ALL), (), {}),
        (transfer(3000, ALL), (), {"travel-rule": "REVIEW"}),
        (transfer(3000, ALL, {**ALL, "address_present": False}), (), {"travel-rule": "REVIEW"}),
        ({"merchant_country": "CU"}, (), {"sanctions": "BLOCK"}),
        ({"customer_country": "IR"}, (), {"sanctions": "BLOCK", "fatf-call-for-action": "BLOCK"}),
        ({"merchant_country": "MM"}, (), {"fatf-call-for-action": "REVIEW"}),
        (
            {"merchant_country": "MM", "customer_country": "KP"},
            (),
            {"sanctions": "BLOCK", "fatf-call-for-action": "BLOCK"},
        ),
        ({"customer_country": "UA", "region": "UA-14"}, (), {"sanctions": "BLOCK"}),
        ({"customer_country": "UA", "region": "UA-30"}, (), {}),
        ({"merchant_country": "VN"}, (), {"fatf-increased-monitoring": "REVIEW"}),
        ({"customer_country": "FR"}, (), {"gdpr": "REVIEW"}),
        ({"customer_country": "NO", "lawful_basis": "contract"}, (), {}),
        ({"customer_country": "CH"}, (), {}),
        ({"customer_country": "RE"}, (), {}),
        *(
            ({"kyc": kyc, "amount": amount, "customer_id": customer}, (), {"kyc": verdict} if verdict else {})
            for kyc, amount, customer, verdict in KYC
        ),
    ],
)
def test_rules_that_are_set_off(values: dict[str, Any], before: Sequence[Any], expected: dict[str, str]) -> None:
    value = valid(**{"kyc": valid()["kyc"], **values})
    assert compliance(value, usd(value), past(*before), tables().compliance).rules == expected


@pytest.mark.parametrize(
    ("verdict", "score", "expected"),
    [
        ("PASS", 49, "approved"),
        ("PASS", 50, "review"),
        ("REPORT", 49, "approved"),
        ("REVIEW", 0, "review"),
        ("BLOCK", 100, "blocked"),
    ],
)
def test_decisions(verdict: str, score: int, expected: str) -> None:
    assert decision(verdict, score, 50) == expected
