"""What must become of a run's transactions: who claims an id, and what a customer did before."""

from decimal import Decimal
from typing import Any

import pytest

from hallmark.systems.screening.expectation import Expected, expect
from hallmark.systems.screening.plain.content import hash_of, time_of
from hallmark.systems.screening.plain.history import Past
from hallmark.systems.screening.plain.tables import tables
from tests.unit.hallmark.systems.screening.drawn import at, sent, valid


def expected(*values: Any, past: Any = None, claims: Any = None) -> list[Expected]:
    """Return what must become of transactions, in the order of sending."""
    run = [sent(number, value) for number, value in enumerate(values)]
    return [wanted for _, wanted in expect(run, tables(), past or {}, claims or {})]


def rules(found: list[Expected]) -> list[str]:
    """Return decisions, and of refusals the rule."""
    return [one.refusal.rule if one.refusal else one.decision for one in found]


BAD = valid(currency="ZZZ")


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ([valid(), valid()], ["approved", "approved"]),
        ([valid(), valid(amount=13)], ["approved", "conflict"]),
        ([valid(), valid(timestamp=at(-1))], ["approved", "conflict"]),
        ([valid(), valid(amount=13), valid()], ["approved", "conflict", "approved"]),
        ([valid(), BAD], ["approved", "currency"]),
        ([BAD, valid(), BAD], ["currency", "conflict", "currency"]),
        ([valid(timestamp="x"), valid()], ["format", "approved"]),
    ],
)
def test_an_id_is_the_first_content_s(values: list[Any], outcome: list[str]) -> None:
    assert rules(expected(*values)) == outcome


def test_an_id_that_another_run_claimed_stays_its_own() -> None:
    assert rules(expected(valid(), claims={"txn-plain": "other"})) == ["conflict"]
    assert rules(expected(valid(), claims={"txn-plain": hash_of(valid())})) == ["approved"]


def test_only_what_is_recorded_and_not_rejected_counts_as_the_past() -> None:
    first, wrong = valid(transaction_id="txn-first"), valid(transaction_id="txn-wrong", currency="ZZZ")
    third = valid(transaction_id="txn-third", timestamp=at(1))
    found = expected(first, wrong, first, third)
    assert [one.risk.reasons for one in found if one.risk] == [(), (), ("rapid-repeat",)]


@pytest.mark.parametrize(("received_at", "reasons"), [(at(-1), ("rapid-repeat",)), (at(1), ())])
def test_what_another_run_sent_counts_if_it_was_there_before(received_at: str, reasons: tuple[str, ...]) -> None:
    past = {"customer": [Past("txn-other", time_of(at(-5)) or 0, Decimal(1), None, received_at)]}
    (found,) = expected(valid(), past=past)
    assert found.risk and found.risk.reasons == reasons


def test_alerts_are_due_from_a_score_of_50_and_for_every_verdict_but_pass() -> None:
    found = expected(
        valid(),
        valid(transaction_id="txn-cash-", customer_id="two", amount=10_001, channel="cash"),
        valid(transaction_id="txn-risky", customer_id="guest", merchant_id="test", amount=10_001),
    )
    assert [(one.decision, set(one.alerts)) for one in found] == [
        ("approved", set()),
        ("approved", {"compliance"}),
        ("review", {"fraud"}),
    ]
