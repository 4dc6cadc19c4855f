"""Every compliance rule from both sides of its border, its list beside every verdict, the worst of them, decisions."""

import importlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screening.compliance_checking.logic import decide
from screening.compliance_checking.rules import Case, Cash, ComplianceRules
from screening.rules import read
from screening.transaction import epoch_milliseconds

# `lambda` is a keyword.
there = importlib.import_module("tests.unit.lambda.screening.judging")
CLEAN, NOON, at = there.CLEAN, epoch_milliseconds(there.NOON), there.at
RULES = ComplianceRules.of(read("compliance"))
NAMES = (
    *("currency-report", "structuring", "travel-rule", "sanctions"),
    *("fatf-call-for-action", "fatf-increased-monitoring", "kyc", "gdpr"),
)
HOUR, DAY = 3600, 86_400
WHOLE = {"name_present": True, "address_present": True}
TRANSFER = {"channel": "transfer", "originator": WHOLE, "beneficiary": WHOLE}
EU = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"),
    *("IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
MONITORED = (
    *("AO", "BA", "BG", "BO", "CD", "CI", "CM", "HT", "IQ", "KE", "KW"),
    *("LA", "LB", "MC", "NP", "PG", "SS", "SY", "VE", "VG", "VN", "YE"),
)


def checked(usd: str = "12.5", cash: Sequence[tuple[float, str]] = (), **fields: Any) -> dict[str, Any]:
    """Return the compliance of a transaction at noon; other cash is so many seconds before."""
    others = [Cash(NOON - round(1000 * seconds), Decimal(worth)) for seconds, worth in cash]
    said = {name: value for name, value in {**CLEAN, **fields}.items() if value is not None}
    found: dict[str, Any] = RULES.check(Case(said, Decimal(usd), NOON, others))
    return found


def verdicts(**case: Any) -> dict[str, str]:
    return {one["rule"]: one["verdict"] for one in checked(**case)["rules"]}


def cash(usd: str, *others: tuple[float, str]) -> dict[str, Any]:
    return {"channel": "cash", "usd": usd, "cash": others}


def kyc(status: str | None = None, verified_at: str | None = None, **more: Any) -> dict[str, Any]:
    said = {"status": status, "verified_at": verified_at}
    return {"kyc": {name: value for name, value in said.items() if value} or None, **more}


# Rule, its verdict, a case in which it fires, and one beside in which it does not.
BORDERS: list[tuple[str, str, Any, Any]] = [
    ("currency-report", "REPORT", cash("10000.01"), cash("10000")),
    ("currency-report", "REPORT", cash("1", (0, "9999.01")), cash("1", (0, "9999"))),
    ("currency-report", "REPORT", cash("6000", (12 * HOUR, "6000")), cash("6000", (12 * HOUR + 0.001, "6000"))),
    ("currency-report", "REPORT", cash("6000", (1, "6000")), cash("6000", (-1, "6000"))),
    ("currency-report", "REPORT", cash("20000"), {"usd": "20000", "channel": "card"}),
    ("currency-report", "REPORT", cash("20000"), {"usd": "20000", "channel": None}),
    ("structuring", "REVIEW", cash("5000.01", (HOUR, "5000")), cash("5000", (HOUR, "5000"))),
    ("structuring", "REVIEW", cash("6000", (DAY - 0.001, "6000")), cash("6000", (DAY, "6000"))),
    ("structuring", "REVIEW", cash("10000", (HOUR, "0.01")), cash("10000.01", (HOUR, "9000"))),
    ("structuring", "REVIEW", cash("1", (HOUR, "10000")), cash("1", (HOUR, "10000.01"))),
    ("structuring", "REVIEW", cash("4000", (HOUR, "4000"), (2 * HOUR, "4000")), cash("4000", (HOUR, "4000"))),
    ("structuring", "REVIEW", cash("6000", (0, "6000")), cash("6000", (-0.001, "6000"))),
    ("travel-rule", "REVIEW", {"usd": "3000", "channel": "transfer"}, {"usd": "3000", **TRANSFER}),
    ("travel-rule", "REVIEW", {"usd": "3000", "channel": "transfer"}, {"usd": "2999.99", "channel": "transfer"}),
    ("travel-rule", "REVIEW", {"usd": "3000", "channel": "transfer"}, {"usd": "3000", "channel": "card"}),
    *(
        ("travel-rule", "REVIEW", {"usd": "3000", **TRANSFER, party: lacking}, {"usd": "3000", **TRANSFER})
        for party in ("originator", "beneficiary")
        for lacking in (None, {}, {"name_present": True}, {**WHOLE, "name_present": False}, {"address_present": True})
    ),
    *(("sanctions", "BLOCK", {"customer_country": one}, {"customer_country": "US"}) for one in ("CU", "IR", "KP")),
    *(("sanctions", "BLOCK", {"merchant_country": one}, {"merchant_country": "SY"}) for one in ("CU", "IR", "KP")),
    *(("sanctions", "BLOCK", {"region": one}, {"region": "UA-30"}) for one in ("UA-43", "UA-14", "UA-09")),
    ("fatf-call-for-action", "BLOCK", {"merchant_country": "KP"}, {"merchant_country": "KR"}),
    ("fatf-call-for-action", "BLOCK", {"customer_country": "IR"}, {"customer_country": "IQ"}),
    ("fatf-call-for-action", "REVIEW", {"customer_country": "MM"}, {"customer_country": "MN"}),
    (
        *("fatf-call-for-action", "BLOCK"),
        *({"customer_country": "MM", "merchant_country": "IR"}, {"merchant_country": "IQ"}),
    ),
    *(("fatf-increased-monitoring", "REVIEW", {"merchant_country": one}, {}) for one in MONITORED),
    ("fatf-increased-monitoring", "REVIEW", {"customer_country": "VG"}, {"customer_country": "DZ"}),
    ("fatf-increased-monitoring", "REVIEW", {"customer_country": "IQ"}, {"customer_country": "NA"}),
    ("kyc", "BLOCK", kyc("failed"), kyc("verified", at(0))),
    ("kyc", "BLOCK", kyc("failed", customer_id="GUEST-1"), kyc("pending", customer_id="GUEST-1")),
    ("kyc", "REVIEW", kyc(), kyc(customer_id="guest-1", usd="999.99")),
    ("kyc", "REVIEW", kyc(customer_id="anon-1", usd="1000"), kyc(customer_id="anon-1", usd="999.99")),
    ("kyc", "REVIEW", kyc("pending"), kyc("verified", at(-DAY))),
    ("kyc", "REVIEW", kyc("verified"), kyc("verified", at(-DAY))),
    ("kyc", "REVIEW", kyc("verified", at(0.001)), kyc("verified", at(0))),
    ("kyc", "REVIEW", kyc("verified", at(DAY)[:10]), kyc("verified", at(0)[:10])),
    ("kyc", "REVIEW", kyc("verified", at(-365 * DAY - 0.001)), kyc("verified", at(-365 * DAY))),
    ("kyc", "REVIEW", kyc("verified", customer_id="GUEST-1", usd="1000"), kyc("verified", customer_id="GUEST-1")),
    *(
        ("gdpr", "REVIEW", {"customer_country": one}, {"customer_country": one, "lawful_basis": "contract"})
        for one in (*EU, "IS", "LI", "NO")
    ),
    *(
        ("gdpr", "REVIEW", {"customer_country": "DE", "lawful_basis": None}, {"customer_country": "DE", **basis})
        for basis in (
            *({"lawful_basis": "consent"}, {"lawful_basis": "legal_obligation"}, {"lawful_basis": "vital_interests"}),
            *({"lawful_basis": "public_task"}, {"lawful_basis": "legitimate_interests"}),
        )
    ),
    *(
        ("gdpr", "REVIEW", {"customer_country": "FR"}, {"customer_country": one})
        for one in ("CH", "GB", "GF", "RE", "AX")
    ),
    ("gdpr", "REVIEW", {"customer_country": "DE"}, {"merchant_country": "DE"}),
]


@pytest.mark.control("SC_COMPLIANCE")
@pytest.mark.parametrize(("rule", "verdict", "inside", "outside"), BORDERS)
def test_a_rule_fires_on_one_side_of_its_border_only(rule: str, verdict: str, inside: Any, outside: Any) -> None:
    assert verdicts(**inside)[rule] == verdict
    assert rule not in verdicts(**outside)


def test_every_rule_has_borders_and_a_clean_transaction_passes() -> None:
    assert {rule for rule, _, _, _ in BORDERS} == set(NAMES) == {named["rule"] for named, _ in RULES.rules}
    assert checked() == {"verdict": "PASS", "rules": [], "version": RULES.version}


@pytest.mark.control("SC_COMPLIANCE")
def test_a_verdict_names_its_list_its_version_and_its_date() -> None:
    lists = {section.values.get("rule"): section for section in read("compliance").lists.values()}
    for rule, _, inside, _ in BORDERS:
        (found,) = (one for one in checked(**inside)["rules"] if one["rule"] == rule)
        own = lists[rule]
        assert found.pop("verdict")
        assert found == {
            **{"rule": rule, "list": own.text("id"), "version": own.text("version")},
            "effective": str(own.day("effective")),
        }


@pytest.mark.control("SC_COMPLIANCE")
def test_the_worst_verdict_counts_and_every_one_is_kept() -> None:
    report = cash("20000")
    assert checked(**report)["verdict"] == "REPORT"
    review = {**report, "merchant_country": "MM"}
    assert checked(**review)["verdict"] == "REVIEW"
    blocked = {**review, "region": "UA-43"}
    assert verdicts(**blocked) == {"currency-report": "REPORT", "sanctions": "BLOCK", "fatf-call-for-action": "REVIEW"}
    assert checked(**blocked)["verdict"] == "BLOCK"


FIELDS = {
    "usd": st.sampled_from(["1", "999", "2999", "5000", "10000", "20000"]),
    "channel": st.sampled_from(["card", "cash", "transfer", None]),
    "cash": st.lists(st.tuples(st.floats(0, 2 * DAY), st.sampled_from(["100", "6000", "11000"])), max_size=3),
    "customer_country": st.sampled_from(["US", "DE", "CU", "MM", "NP"]),
    "region": st.sampled_from([None, "UA-43"]),
    "kyc": st.sampled_from([None, {"status": "failed"}, {"status": "verified", "verified_at": there.NOON}]),
}
ORDER = ("PASS", "REPORT", "REVIEW", "BLOCK")


@pytest.mark.control("SC_COMPLIANCE")
@given(st.fixed_dictionaries(FIELDS))
def test_a_verdict_is_the_worst_of_all_that_fire(case: Any) -> None:
    found = checked(**case)
    ranks = [ORDER.index(one["verdict"]) for one in found["rules"]]
    assert ORDER.index(found["verdict"]) == max(ranks, default=0)
    assert 0 not in ranks


@pytest.mark.control("SC_DECISION")
@pytest.mark.parametrize(
    ("verdict", "score", "decision"),
    [
        *(("BLOCK", 0, "blocked"), ("BLOCK", 100, "blocked"), ("REVIEW", 0, "review"), ("REVIEW", 100, "review")),
        *(("REPORT", 49, "approved"), ("REPORT", 50, "review"), ("PASS", 49, "approved"), ("PASS", 50, "review")),
    ],
)
def test_a_decision_is_made_of_verdict_and_score(verdict: str, score: int, decision: str) -> None:
    assert decide(verdict, score, RULES) == decision
