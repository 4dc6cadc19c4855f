"""What is expected takes into account what the accounts did before the run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from hallmark import clock
from hallmark.sending.outcome import Outcome, Run, Status
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.ledger.expectation import expect
from hallmark.systems.realtime.ledger.races import Evidence
from hallmark.systems.realtime.ledger.transactions_table import StoredTransaction
from tests.unit.hallmark.systems.realtime.ledger.pipeline import PARAMETERS, STARTED_AT

T = datetime(2026, 11, 20, 12, tzinfo=UTC)
BASE = Transaction(
    "txn-aaaa", "acct-a", T, Decimal("1.00"), "USD", "us-east-1", "groceries", False, "US", "Europe/Amsterdam"
)
LATER = STARTED_AT + timedelta(seconds=2)
BEFORE, DURING = STARTED_AT - timedelta(hours=1), STARTED_AT + timedelta(seconds=1)


def outcome(name: str, offset: int, status: Status, received: datetime) -> Outcome:
    transaction = replace(BASE, transaction_id=name, ts=T + timedelta(seconds=offset))
    return Outcome(transaction, status, clock.to_text(received))


def stored(name: str, offset: int, received: datetime, count: int = 1) -> StoredTransaction:
    moment = T + timedelta(seconds=offset)
    return StoredTransaction(name, "acct-a", clock.to_text(moment), clock.to_text(received), count, 13)


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
    pytest.param([outcome("a", 1, ACCEPTED, DURING)], [stored("x", 0, STARTED_AT)], [2], id="another run's meanwhile"),
    pytest.param([outcome("a", 1, ACCEPTED, DURING)], [stored("x", 0, LATER)], [1], id="another run's afterwards"),
    pytest.param(
        [outcome("a", 1, ACCEPTED, DURING), outcome("b", 0, ACCEPTED, STARTED_AT)], [], [2, 1], id="other order"
    ),
    pytest.param([outcome("a", 0, ACCEPTED, DURING)] * 2 + [outcome("b", 1, ACCEPTED, DURING)], [], [1, 2], id="twice"),
]


@pytest.mark.parametrize(("outcomes", "records", "counts"), LANES)
def test_counts_follow_the_order_of_acceptance(
    outcomes: list[Outcome], records: list[StoredTransaction], counts: list[int]
) -> None:
    run = Run(STARTED_AT, 1.0, tuple(outcomes))
    expectations = expect(run, records, PARAMETERS)
    found = {name: expectation.enriched.recent_txn_count for name, expectation in expectations.items()}
    assert found == dict(zip(sorted(found), counts, strict=True))


# Another run's x was received 20 ms before our a, and b after it.
A_AT, X_AT = DURING, DURING - timedelta(milliseconds=20)
RACES = [
    pytest.param({}, 1, 1, id="not counted, as nothing says when it was stored"),
    pytest.param({"x": 30}, 1, 1, id="not counted, as it was stored later"),
    pytest.param({"x": 30}, 2, 2, id="counted, as it may have been stored before"),
    pytest.param({"x": 10}, 1, 2, id="wrong: it was stored before"),
    pytest.param({"x": 30}, 3, 2, id="wrong: there is nothing more to count"),
    pytest.param({"x": 30}, 0, 1, id="wrong: it is in its own count"),
]


@pytest.mark.parametrize(("logged", "kept", "wanted"), RACES)
def test_any_count_is_right_that_the_order_allows(logged: dict[str, int], kept: int, wanted: int) -> None:
    evidence = Evidence({"a"}, {name: _ms(X_AT) + after for name, after in logged.items()})
    records = [stored("x", 0, X_AT), stored("a", 1, A_AT, kept), stored("late", 0, A_AT + timedelta(minutes=1))]
    expectations = expect(
        Run(STARTED_AT, 1.0, (outcome("a", 1, ACCEPTED, A_AT),)), records, PARAMETERS, lambda _: evidence
    )
    assert expectations["a"].enriched.recent_txn_count == wanted


@pytest.mark.parametrize(("ours", "wanted"), [({"a", "b"}, 2), ({"a"}, 1)])
def test_a_runs_own_requests_are_in_order_others_of_the_same_items_are_not(ours: set[str], wanted: int) -> None:
    outcomes = (outcome("a", 0, ACCEPTED, A_AT), outcome("b", 1, ACCEPTED, A_AT + timedelta(milliseconds=1)))
    records = [stored("a", 0, A_AT, 1), stored("b", 1, A_AT, 1)]
    expectations = expect(Run(STARTED_AT, 1.0, outcomes), records, PARAMETERS, lambda _: Evidence(ours))
    assert expectations["b"].enriched.recent_txn_count == wanted


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
