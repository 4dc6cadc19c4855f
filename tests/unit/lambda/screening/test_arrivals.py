"""What becomes of transactions that arrive: claims, repeats, conflicts, alerts that nobody told."""

import importlib
import uuid
from decimal import Decimal

import pytest
from screening import items
from screening.transaction import content_hash, time_of

from tests.integration.screening.contract import VALID, WHOLE

there = importlib.import_module("tests.unit.lambda.screening.arriving")
pytestmark = pytest.mark.control("SC_IDEMPOTENT")
STARTED = there.STARTED
TIME = time_of(VALID["timestamp"])
HASH = content_hash(WHOLE)
KEY = {"id": "txn-0000001", "time": str(TIME)}
RISK = {"score": 65, "level": "HIGH", "reasons": ["rapid-repeat", "test-merchant"], "version": "1"}
COMPLIANCE = {"verdict": "REVIEW", "rules": [{"rule": "kyc", "verdict": "REVIEW", "list": "kyc"}], "version": "1"}
ALERTS = {"fraud": {"alertId": "a-1", "score": 65}, "compliance": {"alertId": "a-2", "rules": ["kyc"]}}
DECIDED_AT = "2026-11-30T12:00:01.500Z"


@pytest.fixture(scope="module")
def built():
    with pytest.MonkeyPatch.context() as patch:
        yield there.build(patch)


@pytest.fixture
def arriving(built):
    built.empty()
    return built


def decide(arriving, alerts=None, by="e-1", at=DECIDED_AT):
    """Decide the only record, as compliance_checking does; without alerts it is no longer open."""
    values = {"risk": RISK, "compliance": COMPLIANCE, "decision": "review", "by": by, "done": "decided", "at": at}
    expression = (
        "SET #risk = :risk, #compliance = :compliance, #decision = :decision, #decided_by = :by, #status = :done, "
        "#states.#decided = :at"
    )
    if alerts is None:
        arriving.update(f"{expression} REMOVE #open", **values)
    else:
        arriving.update(f"{expression}, #alerts = :alerts", alerts=alerts, **values)


def fail(arriving):
    """Mark the only record as failed, unless it is decided, as the workflow's failure branch does."""
    status = "decided" if "decision" in arriving.record() else "failed"
    error = {"state": "Score", "name": "TaskFailed"}
    arriving.update("SET #status = :status, #error = :error REMOVE #open", status=status, error=error)


def test_a_first_transaction_claims_its_id_and_is_recorded(arriving):
    outcome = arriving.take(WHOLE)
    assert outcome == {"outcome": "accepted", "transaction": WHOLE, "key": KEY, "usd": "14.4625"}
    claim, record = arriving.items()
    assert claim == {
        **{"transaction_id": "txn-0000001", "timestamp": 0},
        **{"content_hash": HASH, "transaction_time": TIME},
    }
    assert record.pop("states").keys() == {"validated"}
    assert record == {
        **{"transaction_id": "txn-0000001", "timestamp": TIME, "status": "screening", "content_hash": HASH},
        **{"received_at": STARTED, "execution": "e-1", "attempts": 1, "customer_id": "customer-1"},
        **{"merchant_id": "merchant-7", "channel": "transfer", "usd": Decimal("14.4625")},
        **{"rates_version": arriving.module._RATES.version, "open": f"open#{HASH[0]}", "opened_at": STARTED},
        "transaction": {**WHOLE, "amount": Decimal("12.5")},
    }
    assert arriving.calls == ["TransactWriteItems"]


def test_without_a_channel_its_record_has_none(arriving):
    arriving.take(VALID)
    assert "channel" not in arriving.record()


def test_a_refused_transaction_claims_its_id_and_its_record_has_no_value_of_it(arriving):
    refused = {**WHOLE, "amount": -7.25}
    answer = {"transactionId": "txn-0000001", "decision": "rejected", "field": "amount", "rule": "amount-positive"}
    for execution in ("e-1", "e-1", "e-2"):
        assert arriving.take(refused, execution) == {"outcome": "rejected", "answer": answer}
    claim, record = arriving.items()
    assert record.pop("states").keys() == {"validated", "decided"}
    assert (claim["timestamp"], claim["content_hash"]) == (0, content_hash(refused))
    assert record == {
        **{"transaction_id": "txn-0000001", "timestamp": TIME, "status": "decided", "decision": "rejected"},
        **{"field": "amount", "rule": "amount-positive", "content_hash": content_hash(refused), "attempts": 1},
        **{"received_at": STARTED, "execution": "e-1"},
    }


@pytest.mark.parametrize("broken", [{"transaction_id": "short"}, {"timestamp": "2026-11-30T13:00:00Z"}])
def test_without_a_valid_id_and_time_nothing_is_written(arriving, broken):
    assert arriving.take({**WHOLE, **broken})["outcome"] == "rejected"
    assert arriving.calls == []


def test_a_repeat_that_is_not_decided_goes_on(arriving):
    first = arriving.take(WHOLE)
    assert arriving.take(WHOLE, "e-2", "2026-11-30T12:10:00.000Z") == first
    record = arriving.record()
    assert (record["attempts"], record["execution"], record["received_at"]) == (2, "e-2", STARTED)
    assert record["opened_at"] == "2026-11-30T12:10:00.000Z"
    assert len(arriving.items()) == 2


def test_an_attempt_more_of_one_execution_changes_nothing(arriving):
    first = arriving.take(WHOLE)
    before = arriving.items()
    assert arriving.take(WHOLE) == first
    assert arriving.items() == before


def test_a_repeat_that_failed_is_open_again(arriving):
    first = arriving.take(WHOLE)
    fail(arriving)
    assert arriving.take(WHOLE, "e-2") == first
    record = arriving.record()
    assert (record["status"], record["open"], "error" in record) == ("screening", f"open#{HASH[0]}", False)


@pytest.mark.parametrize("same", [{"amount": 12.50}, {"timestamp": "2026-11-30T12:59:58.25+01:00"}])
def test_a_repeat_in_other_words_is_the_same(arriving, same):
    arriving.take(WHOLE)
    outcome = arriving.take({**WHOLE, **same}, "e-2")
    assert (outcome["outcome"], outcome["transaction"]) == ("accepted", WHOLE)


def test_a_repeat_that_is_decided_has_the_same_answer_and_changes_nothing(arriving):
    arriving.take(WHOLE)
    decide(arriving)
    before = arriving.items()
    answer = {"transactionId": "txn-0000001", "decision": "review", "risk": RISK, "compliance": COMPLIANCE}
    outcome = arriving.take(WHOLE, "e-2", "2027-11-30T12:00:00.000Z")
    assert outcome == {"outcome": "decided", "answer": answer, "key": KEY, "transaction": WHOLE, "alerts": {}}
    assert arriving.items() == before


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        ({"amount": 12.51}, "conflict"),
        ({"timestamp": "2026-11-30T11:59:58.251Z"}, "conflict"),
        ({"customer_id": "customer-2"}, "conflict"),
        ({"amount": 0}, "amount-positive"),
        ({"timestamp": "2026-11-30T11:00:00Z", "note": 1}, "unknown-field"),
    ],
)
@pytest.mark.parametrize("first", [WHOLE, {**WHOLE, "channel": "wire"}])
def test_other_content_under_a_claimed_id_is_refused_and_the_earlier_stays(arriving, first, other, rule):
    arriving.take(first)
    before = arriving.items()
    content = {**WHOLE, **other}
    outcome = arriving.take(content, "e-2", "2026-11-30T12:00:07.000Z")
    assert outcome["outcome"] == "rejected"
    assert (outcome["answer"]["decision"], outcome["answer"]["rule"]) == ("rejected", rule)
    assert arriving.take(content, "e-3") == outcome
    (kept,) = (item for item in arriving.items() if item["timestamp"] < 0)
    assert [item for item in arriving.items() if item["timestamp"] >= 0] == before
    assert kept == {
        **{"transaction_id": "txn-0000001", "timestamp": items.other_time(content_hash(content))},
        **{"status": "decided", "decision": "rejected", "field": outcome["answer"]["field"], "rule": rule},
        **{"content_hash": content_hash(content), "transaction_time": time_of(content["timestamp"])},
        **{"received_at": "2026-11-30T12:00:07.000Z", "execution": "e-2"},
    }


def test_a_record_counts_whatever_the_rates_are_now(arriving, monkeypatch):
    first = arriving.take(WHOLE)
    monkeypatch.setattr(arriving.module, "_RATES", arriving.module.rates().__class__("next", {"USD": Decimal(1)}))
    assert arriving.take(WHOLE, "e-2") == first
    assert arriving.record()["rates_version"] != "next"
    assert arriving.take({**WHOLE, "transaction_id": "txn-0000002"})["answer"]["rule"] == "no-rate"
    monkeypatch.undo()
    assert arriving.take({**WHOLE, "transaction_id": "txn-0000002"}, "e-3")["answer"]["rule"] == "no-rate"


UNTOLD = {
    "just decided": ("2026-11-30T12:05:01.500Z", False),
    "decided long ago": ("2026-11-30T12:05:01.501Z", True),
}


@pytest.mark.parametrize("case", UNTOLD)
def test_untold_alerts_are_told_by_another_once_their_own_execution_has_ended(arriving, case):
    started, told = UNTOLD[case]
    arriving.take(WHOLE)
    decide(arriving, ALERTS)
    before = arriving.record()
    outcome = arriving.take(WHOLE, "e-2", started)
    assert outcome["outcome"] == "decided"
    assert outcome["alerts"] == (ALERTS if told else {})
    record = arriving.record()
    if not told:
        assert record == before
        return
    assert record == {**before, "decided_by": "e-2", "execution": "e-2", "attempts": 2, "opened_at": started}
    # An attempt more of the one that took over tells them, another one does not.
    assert arriving.take(WHOLE, "e-2", started)["alerts"] == ALERTS
    assert arriving.take(WHOLE, "e-3", started)["alerts"] == {}
    assert arriving.record() == record
    assert arriving.take(WHOLE, "e-3", "2026-11-30T12:10:01.502Z")["alerts"] == ALERTS


def test_untold_alerts_whose_execution_failed_are_told_by_the_next_at_once(arriving):
    arriving.take(WHOLE)
    decide(arriving, ALERTS)
    fail(arriving)
    outcome = arriving.take(WHOLE, "e-2", "2026-11-30T12:00:02.000Z")
    assert outcome["alerts"] == ALERTS
    record = arriving.record()
    assert (record["status"], record["decided_by"], record["open"]) == ("decided", "e-2", f"open#{HASH[0]}")
    assert "error" not in record
    assert arriving.take(WHOLE, "e-3", "2026-11-30T12:00:03.000Z")["alerts"] == {}


def test_alerts_of_what_was_decided_late_by_an_execution_that_failed_are_told_by_the_next_at_once(arriving):
    arriving.take(WHOLE)
    fail(arriving)
    decide(arriving, ALERTS)
    arriving.update("SET #open = :open", open=f"open#{HASH[0]}")
    assert arriving.take(WHOLE, "e-2", "2026-11-30T12:00:02.000Z")["alerts"] == ALERTS
    record = arriving.record()
    assert (record["decided_by"], "error" in record) == ("e-2", False)
    assert arriving.take(WHOLE, "e-3", "2026-11-30T12:00:03.000Z")["alerts"] == {}


def test_alerts_stay_with_who_decided_what_another_had_failed_before(arriving):
    arriving.take(WHOLE)
    fail(arriving)
    arriving.take(WHOLE, "e-2")
    decide(arriving, ALERTS, by="e-2")
    assert arriving.take(WHOLE, "e-3", "2026-11-30T12:00:03.000Z")["alerts"] == {}


def test_alerts_that_were_told_are_told_no_more(arriving):
    arriving.take(WHOLE)
    decide(arriving, ALERTS)
    arriving.update("SET #states.#told = :at REMOVE #open", at=DECIDED_AT)
    outcome = arriving.take(WHOLE, "e-2", "2026-12-30T12:00:00.000Z")
    assert (outcome["outcome"], outcome["alerts"]) == ("decided", {})
    assert outcome["answer"]["risk"] == RISK


def test_an_id_of_an_alert_is_one_of_a_transaction_and_kind():
    ids = {items.alert_id(id, kind) for id in ("txn-0000001", "txn-0000002") for kind in ("fraud", "compliance")}
    assert len(ids) == 4
    assert {uuid.UUID(one).version for one in ids} == {5}


def test_sort_keys_of_other_contents_are_below_all_others():
    assert items.other_time("0" * 64) == -2
    assert items.other_time("f" * 64) == -(2**48 + 1)
    assert {items.open_part(f"{digit:x}" + "0" * 63) for digit in range(16)} == {f"open#{n:x}" for n in range(16)}
