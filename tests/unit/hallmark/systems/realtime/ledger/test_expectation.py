"""What is expected takes into account what the accounts did before the run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from hallmark import clock
from hallmark.sending.outcome import Outcome, Run, Status
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.ledger.expectation import expect
from hallmark.systems.realtime.ledger.transactions_table import StoredTransaction
from tests.unit.hallmark.systems.realtime.ledger.pipeline import PARAMETERS, STARTED_AT

T = datetime(2026, 11, 20, 12, tzinfo=UTC)
BASE = Transaction(
    "txn-aaaa", "acct-a", T, Decimal("1.00"), "USD", "us-east-1", "groceries", False, "US", "Europe/Amsterdam"
)
BEFORE, DURING = STARTED_AT - timedelta(hours=1), STARTED_AT + timedelta(seconds=1)


def outcome(name: str, offset: int, status: Status, received: datetime) -> Outcome:
    transaction = replace(BASE, transaction_id=name, ts=T + timedelta(seconds=offset))
    return Outcome(transaction, status, clock.to_text(received))


def stored(name: str, offset: int, received: datetime) -> StoredTransaction:
    return StoredTransaction(
        name, "acct-a", clock.to_text(T + timedelta(seconds=offset)), clock.to_text(received), 1, 13
    )


ACCEPTED, DUPLICATE, REFUSED, FAILED = Status.ACCEPTED, Status.DUPLICATE, Status.REFUSED, Status.FAILED
LANES = [
    pytest.param([outcome("a", 0, ACCEPTED, DURING), outcome("b", 1, ACCEPTED, DURING)], [], [1, 2], id="in order"),
    pytest.param([outcome("a", 1, ACCEPTED, DURING), outcome("b", 0, ACCEPTED, DURING)], [], [1, 1], id="late"),
    pytest.param([outcome("a", 0, ACCEPTED, DURING)], [stored("x", -59, BEFORE)], [2], id="from another run"),
    pytest.param([outcome("a", 0, ACCEPTED, DURING)], [stored("x", -60, BEFORE)], [1], id="outside the window"),
    pytest.param(
        [outcome("a", 1, DUPLICATE, BEFORE)], [stored("x", 0, BEFORE + timedelta(minutes=1))], [1], id="repeat first"
    ),
    pytest.param([outcome("a", 0, REFUSED, DURING), outcome("b", 1, ACCEPTED, DURING)], [], [1], id="refused"),
    pytest.param(
        [outcome("a", 0, FAILED, DURING), outcome("b", 1, ACCEPTED, DURING)], [stored("a", 0, DURING)], [2], id="stored"
    ),
]


@pytest.mark.parametrize(("outcomes", "records", "counts"), LANES)
def test_counts_follow_the_order_of_acceptance(
    outcomes: list[Outcome], records: list[StoredTransaction], counts: list[int]
) -> None:
    run = Run(STARTED_AT, 1.0, tuple(outcomes))
    expectations = expect(run, records, PARAMETERS)
    assert [expectation.enriched.recent_txn_count for expectation in expectations.values()] == counts
