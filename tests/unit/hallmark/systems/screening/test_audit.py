"""The trail of a transaction: all that decided it, and every contradiction in what is stored."""

from decimal import Decimal
from typing import Any

import pytest

from hallmark.systems.screening.audit import Trail, trail
from tests.unit.hallmark.systems.screening.drawn import at
from tests.unit.hallmark.systems.screening.state_stage import StateStage
from tests.unit.hallmark.systems.screening.stored import HASH, VERSION, claim, failed, record, unfinished

OTHER = {
    **{"transaction_id": "txn-plain", "timestamp": -9, "status": "decided", "decision": "rejected", "rule": "conflict"},
    **{"field": "transaction_id", "content_hash": "other", "received_at": at(0), "execution": "execution-2"},
}


def of(*items: Any) -> Trail:
    """Return the trail of what is stored."""
    found = trail(StateStage(*items), "txn-plain")
    assert found
    return found


@pytest.mark.parametrize(
    "items", [[claim(), record()], [claim(), unfinished()], [claim(), failed()], [claim(), record(), OTHER]]
)
def test_what_fits_together_has_no_contradiction(items: Any) -> None:
    assert of(*items).contradictions == ()


def test_nothing_is_known_of_an_unknown_id() -> None:
    assert trail(StateStage(claim(), record()), "another") is None


def test_all_that_decided_is_said() -> None:
    rule = {"rule": "kyc", "verdict": "REVIEW", "list": "customers", "version": "7", "effective": "2026-01-02"}
    risk = {"score": 60, "level": "HIGH", "reasons": ["velocity", "rapid-repeat"], "version": "3"}
    compliance = {"verdict": "REVIEW", "rules": [rule], "version": "5"}
    text = "\n".join(of(claim(), record(risk=risk, compliance=compliance, decision="review"), OTHER).lines)
    for part in (
        *("review", at(0), "execution-1", HASH, f"scored {at(0.01)}", "12.5 USD", VERSION),
        *("score 60 HIGH: velocity, rapid-repeat; rules of 3", "kyc REVIEW: customers version 7, effective 2026-01-02"),
        *("rejected for conflict in transaction_id", "execution-2"),
    ):
        assert part in text


def test_a_failure_says_where_and_what_to_do() -> None:
    assert "failed in Score with States.Timeout: hallmark redrive failures --system screening" in of(failed()).lines


def test_a_failure_after_which_nothing_is_left_to_do() -> None:
    error = {"state": "Check", "name": "Lambda.Unknown"}
    assert "failed in Check with Lambda.Unknown" in of(claim(), record(error=error)).lines
    alert = {"alertId": "any"}
    untold = of(claim(), record(error=error, alerts={"fraud": alert}))
    assert any(line.endswith("hallmark redrive failures --system screening") for line in untold.lines)


@pytest.mark.parametrize(
    ("items", "contradiction"),
    [
        ([record()], "nothing claims its id"),
        ([claim()], "it has no record"),
        ([claim(content_hash="other"), record()], "claimed for another content"),
        ([claim(transaction_time=1), record()], "claimed for another time"),
        ([claim(), record(), {**OTHER, "content_hash": HASH}], "rejected beside itself"),
        ([claim(), record(status="screening")], "with a decision"),
        ([claim(), record(decision=None)], "without a decision"),
        ([claim(), failed(error=None)], "failed without an error"),
        ([claim(), record(decision="rejected")], "rejected, but screened"),
        ([claim(), record(transaction=None)], "keeps no transaction"),
        ([claim(), record(transaction=record()["transaction"] | {"amount": Decimal(9)})], "content of its hash"),
        ([claim(), record(risk=None)], "without a score"),
        ([claim(), record(decision="blocked")], "does not follow"),
        ([claim(), record(compliance={"verdict": "REVIEW", "rules": [], "version": "1"})], "not the worst"),
        ([claim(), record(alerts={"fraud": {"alertId": "x"}})], "is not its own"),
        ([claim(), record(states=record()["states"] | {"told": at(1)})], "told, but it has none"),
    ],
)
def test_a_contradiction_is_said(items: Any, contradiction: str) -> None:
    assert any(contradiction in one for one in of(*items).contradictions), of(*items).contradictions


def test_a_transaction_without_a_channel_names_none() -> None:
    found = record()
    found.pop("channel", None)
    (line,) = (one for one in of(claim(), found).lines if one.startswith("customer_id "))
    assert "channel" not in line


def test_what_failed_unchecked_must_be_sent_again() -> None:
    unchecked = {"transaction_id": "txn-plain", "timestamp": -1, "status": "failed", "error": {"name": "Broken"}}
    (line,) = of(unchecked).lines
    assert line.endswith("with Broken: its sender must send it again")
