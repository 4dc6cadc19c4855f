"""Score and decision over the table: what is stored and answered, and that it is the same whatever happens between."""

import importlib
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st
from screening import items
from screening.compliance_checking.rules import ComplianceRules
from screening.rules import read
from shared_python.task import TaskFailed, TryAgain

from tests.support.local_dynamodb import refusal

# `lambda` is a keyword.
there = importlib.import_module("tests.unit.lambda.screening.judging")
CLEAN, Killed, at = there.CLEAN, there.Killed, there.at
# 30 + 20 + 10 and a review for the FATF's list.
BAD = {**CLEAN, "amount": 12_345.67, "merchant_id": "TEST-1", "customer_country": "MM"}
FRAUD, COMPLIANCE = read("fraud").version, read("compliance").version
ID = CLEAN["transaction_id"]
ALERTS = {
    "fraud": {
        **{"alertId": items.alert_id(ID, "fraud"), "kind": "fraud", "stage": "dev", "transactionId": ID},
        **{"customerId": "customer-1", "merchantId": "TEST-1", "decision": "review"},
        **{"score": 60, "level": "HIGH", "reasons": ["high-amount", "test-merchant", "cross-border"]},
    },
    "compliance": {
        **{"alertId": items.alert_id(ID, "compliance"), "kind": "compliance", "stage": "dev", "transactionId": ID},
        **{"customerId": "customer-1", "merchantId": "TEST-1", "decision": "review"},
        **{"verdict": "REVIEW", "rules": ["fatf-call-for-action"]},
    },
}


@pytest.fixture(scope="module")
def built():
    with pytest.MonkeyPatch.context() as patch:
        yield there.build(patch)


@pytest.fixture
def stage(built):
    built.empty()
    return built


@pytest.mark.control("SC_DECISION", "SC_AUDIT")
def test_a_clean_transaction_is_approved_and_its_record_says_why(stage):
    answer = {
        **{"transactionId": ID, "decision": "approved"},
        "risk": {"score": 0, "level": "LOW", "reasons": [], "version": FRAUD},
        "compliance": {"verdict": "PASS", "rules": [], "version": COMPLIANCE},
    }
    assert stage.whole(CLEAN) == {"answer": answer, "alerts": {}}
    record = stage.record()
    assert {name: record[name] for name in ("decision", "status", "decided_by", "risk", "compliance")} == {
        **{"decision": "approved", "status": "decided", "decided_by": "e-1"},
        **{"risk": answer["risk"], "compliance": answer["compliance"]},
    }
    assert not {"open", "alerts"} & record.keys()
    assert there.NOON < record["states"]["scored"] <= record["states"]["decided"]


@pytest.mark.control("SC_ALERT")
def test_alerts_are_due_once_per_kind_with_ids_and_scores_only(stage):
    found = stage.whole(BAD)
    assert found["alerts"] == ALERTS
    record = stage.record()
    assert record["alerts"] == ALERTS
    # Until they are told.
    assert record["open"].startswith("open#")
    assert found["answer"]["compliance"]["rules"] == [
        {
            **{"rule": "fatf-call-for-action", "verdict": "REVIEW", "list": "fatf-call-for-action"},
            **{"version": "2026-06", "effective": "2026-06-19"},
        }
    ]


@pytest.mark.parametrize(
    ("fields", "score", "kinds"),
    [
        ({"merchant_id": "TEST-1", "customer_id": "GUEST-1", "merchant_country": "CA"}, 45, []),
        ({"amount": 20_000, "merchant_country": "CA"}, 50, ["fraud"]),
        ({"customer_country": "NP"}, 10, ["compliance"]),
        ({"amount": 10_000.01, "channel": "cash"}, 30, ["compliance"]),
    ],
)
@pytest.mark.control("SC_ALERT")
def test_a_fraud_alert_is_due_from_50_and_a_compliance_alert_for_all_but_pass(stage, fields, score, kinds):
    found = stage.whole({**CLEAN, **fields})
    assert found["answer"]["risk"]["score"] == score
    assert list(found["alerts"]) == kinds


@pytest.mark.control("SC_FRAUD")
def test_a_score_looks_back_over_the_customers_own_accepted_transactions(stage):
    def reasons(number: int, seconds: float, **fields: Any) -> Any:
        said = {**CLEAN, "transaction_id": f"txn-{number:07}", "timestamp": at(seconds), **fields}
        return stage.whole(said)["answer"]["risk"]["reasons"]

    assert reasons(1, 0) == []
    assert reasons(2, 60) == []
    assert reasons(3, 119.999) == ["rapid-repeat", "velocity"]
    assert reasons(4, 599, customer_id="customer-2") == []
    assert reasons(5, 599.999) == ["velocity"]
    # Out of order: what is later does not count.
    assert reasons(6, 30) == ["rapid-repeat"]
    # Ten minutes after the second: the third, the sixth and the fifth are within.
    assert reasons(7, 660) == ["velocity"]


@pytest.mark.control("SC_FRAUD")
def test_a_score_looks_at_the_newest_of_many(stage):
    for number, seconds in enumerate((-590, -580, -570, -560, -10), 2):
        stage.accept({**CLEAN, "transaction_id": f"txn-{number:07}", "timestamp": at(seconds)})
    assert stage.whole(CLEAN)["answer"]["risk"]["reasons"] == ["rapid-repeat", "velocity"]


@pytest.mark.control("SC_COMPLIANCE")
def test_cash_is_summed_over_the_customers_day_and_over_24_hours(stage):
    def rules(number: int, hours: float, usd: int, channel: str = "cash", customer: str = "customer-1") -> Any:
        said = {**CLEAN, "transaction_id": f"txn-{number:07}", "amount": usd, "channel": channel}
        said |= {"timestamp": at(hours * 3600), "customer_id": customer, "kyc": {"status": "failed"}}
        return [one["rule"] for one in stage.whole(said)["answer"]["compliance"]["rules"] if one["rule"] != "kyc"]

    assert rules(1, -20, 6001) == []
    assert rules(2, -19, 6001, channel="card") == []
    assert rules(3, -18, 6001, customer="customer-2") == []
    # The day before, within 24 hours.
    assert rules(4, 3, 4001) == ["structuring"]
    assert rules(5, 4.1, 6000) == ["currency-report", "structuring"]
    # Out of order: of its own time the day has 6,001 in another's name, and nothing of the customer.
    assert rules(6, 1, 3999) == []


def test_a_day_of_many_transactions_is_read_whole(stage, monkeypatch):
    table = stage.compliance._STORE._table
    query = table.query
    monkeypatch.setattr(table, "query", lambda **asked: query(**asked, Limit=2), raising=False)
    for number in range(2, 8):
        own = {"transaction_id": f"txn-{number:07}", "timestamp": at(-number), "channel": "cash"}
        stage.accept({**CLEAN, **own}, "1700")
    found = stage.whole({**CLEAN, "channel": "cash", "amount": 1})
    assert [one["rule"] for one in found["answer"]["compliance"]["rules"]] == ["currency-report", "structuring"]


@pytest.mark.control("SC_IDEMPOTENT")
def test_a_second_execution_answers_what_stands_and_tells_nothing(stage):
    first = stage.whole(BAD)
    before = stage.record()
    accepted = {"transaction": BAD, "key": {"id": ID, "time": str(before["timestamp"])}, "usd": "12345.67"}
    assert stage.score(accepted, "e-2") == first["answer"]["risk"]
    other = {"score": 0, "level": "LOW", "reasons": [], "version": "another"}
    assert stage.check(accepted, other, "e-2") == {"answer": first["answer"], "alerts": {}}
    assert stage.record() == before


@pytest.mark.control("SC_IDEMPOTENT", "SC_ALERT")
def test_another_attempt_of_the_execution_that_decided_tells_until_all_is_told(stage):
    accepted = stage.accept(BAD)
    risk = stage.score(accepted)
    first = stage.check(accepted, risk)
    assert stage.check(accepted, risk) == first
    stage.change(states={**stage.record()["states"], "told": at(1)})
    assert stage.check(accepted, risk) == {**first, "alerts": {}}


@pytest.mark.control("SC_IDEMPOTENT")
def test_the_first_score_of_a_version_stands_also_when_others_came_between(stage):
    accepted = stage.accept(CLEAN)
    first = stage.score(accepted)
    stage.accept({**CLEAN, "transaction_id": "txn-0000002", "timestamp": at(-1)})
    assert stage.score(accepted, "e-2") == first
    assert stage.record()["risk"] == first


def test_an_undecided_transaction_is_scored_again_by_rules_of_another_version(stage):
    accepted = stage.accept(CLEAN)
    old = stage.score(accepted)
    stage.change(risk={**old, "score": 99, "version": "earlier"})
    assert stage.score(accepted) == old
    assert stage.record()["risk_digest"] == read("fraud").digest
    stage.change(risk={**old, "score": 99}, risk_digest="of a file whose version nobody raised")
    assert stage.score(accepted) == old
    stage.change(risk={**old, "score": 99, "version": "earlier"}, decision="review")
    assert stage.score(accepted)["score"] == 99


@pytest.mark.control("SC_NO_LOSS")
def test_alerts_that_are_due_are_found_also_if_another_execution_gave_up_meanwhile(stage):
    accepted = stage.accept(BAD)
    risk = stage.score(accepted)
    open_part = stage.record()["open"]
    stage.change(without="open", status="failed")
    stage.check(accepted, risk)
    record = stage.record()
    assert (record["open"], record["opened_at"], record["status"]) == (open_part, there.NOON, "decided")


@pytest.mark.parametrize("function", ["score", "check"])
def test_what_is_not_accepted_is_neither_scored_nor_decided(stage, function):
    accepted = stage.accept(CLEAN)
    risk = {"score": 0, "level": "LOW", "reasons": [], "version": FRAUD}
    call = {"score": lambda: stage.score(accepted), "check": lambda: stage.check(accepted, risk)}[function]
    stage.change(without="customer_id", decision="rejected")
    before = stage.record()
    with pytest.raises(TaskFailed, match="RecordMissing"):
        call()
    assert stage.record() == before
    stage.empty()
    with pytest.raises(TaskFailed, match="RecordMissing"):
        call()


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (lambda: refusal("ProvisionedThroughputExceededException"), TryAgain),
        (lambda: refusal("ThrottlingException"), TryAgain),
        (lambda: refusal("TransactionConflictException"), TryAgain),
        (lambda: refusal("AccessDeniedException"), TaskFailed),
        (lambda: refusal("ValidationException"), TaskFailed),
    ],
)
@pytest.mark.parametrize("operation", ["Query", "UpdateItem"])
def test_what_passes_is_tried_again_and_what_does_not_fails(stage, operation, error, raised):
    accepted = stage.accept({**CLEAN, "channel": "cash"})
    risk = stage.score(accepted)
    stage.around = lambda called, call: error() if called == operation else call()
    with pytest.raises(raised):
        stage.score(accepted)
    with pytest.raises(raised):
        stage.check(accepted, risk)


@pytest.mark.control("SC_IDEMPOTENT", "SC_NO_LOSS")
@settings(deadline=None, max_examples=60)
@given(
    troubles=st.dictionaries(st.integers(0, 6), st.sampled_from(["before", "after", "other"]), max_size=4),
    transaction=st.sampled_from([CLEAN, BAD, {**BAD, "channel": "cash"}]),
)
def test_crashes_and_second_executions_at_any_call_change_nothing(built, troubles, transaction):
    """Before or after any call the process ends, or another execution does it all: one decision, told by one."""
    built.empty()
    expected = built.whole(transaction)
    final = _lasting(built.record())
    built.empty()
    accepted = built.accept(transaction)
    told: Counter[str] = Counter()
    seen = -1

    def around(operation: str, call: Any) -> Any:
        nonlocal seen
        seen += 1
        trouble = troubles.get(seen)
        if trouble == "other":
            there_now, built.around = built.around, lambda operation, call: call()
            run("e-2")
            built.around = there_now
        if trouble == "before":
            raise Killed
        done = call()
        if trouble == "after":
            raise Killed
        return done

    def run(execution: str) -> None:
        found = built.check(accepted, built.score(accepted, execution), execution)
        assert found["answer"] == expected["answer"]
        assert found["alerts"] in ({}, expected["alerts"])
        if found["alerts"]:
            told[execution] += 1

    built.around = around
    for _ in range(len(troubles) + 1):
        try:
            run("e-1")
            break
        except Killed:
            continue
    else:
        raise AssertionError("killed for ever")
    built.around = lambda operation, call: call()
    assert _lasting(built.record()) == final
    # One execution tells; that it may have to twice, if it lost an answer, its alerts' ids show.
    assert len(told) == (1 if expected["alerts"] else 0)


def _lasting(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in ("states", "decided_by")}


@pytest.mark.control("SC_FRAUD", "SC_COMPLIANCE")
def test_no_clock_is_in_a_verdict(stage, monkeypatch):
    kyc = {"status": "verified", "verified_at": "2001-01-01T00:00:00Z"}
    old = {**BAD, "timestamp": "2001-02-03T04:05:06Z", "kyc": kyc}
    first = stage.whole(old)
    stage.empty()
    for module in (stage.fraud, stage.compliance):
        monkeypatch.setattr(module._STORE, "_now", lambda: "2099-01-01T00:00:00.000Z")
    assert stage.whole(old) == first
    assert [one["rule"] for one in first["answer"]["compliance"]["rules"]] == ["fatf-call-for-action"]


@pytest.mark.control("SC_AUDIT")
def test_other_rules_make_other_decisions_of_new_transactions_only(stage, monkeypatch):
    decided = stage.whole(BAD)
    file = read("compliance")
    listed = file.lists["fatf-call-for-action"]
    newer = {**listed.values, "version": "2026-10", "verdicts": {"KP": "BLOCK"}}
    lists = {**file.lists, "fatf-call-for-action": type(listed)(listed.place, newer)}
    rules = ComplianceRules.of(type(file)("2026-12-01", lists, "digest"))
    monkeypatch.setattr(stage.compliance, "_RULES", rules)
    accepted = {"transaction": BAD, "key": {"id": ID, "time": str(stage.record()["timestamp"])}, "usd": "12345.67"}
    assert stage.check(accepted, decided["answer"]["risk"], "e-2")["answer"] == decided["answer"]
    new = {**BAD, "transaction_id": "txn-0000002", "timestamp": at(3600)}
    compliance = {"verdict": "PASS", "rules": [], "version": "2026-12-01"}
    assert stage.whole(new)["answer"]["compliance"] == compliance
    assert stage.record()["compliance_digest"] == file.digest
    assert stage.record("txn-0000002")["compliance_digest"] == "digest"


def test_a_lost_answer_of_the_final_write_is_found_again(stage):
    accepted = stage.accept(BAD)
    risk = stage.score(accepted)
    lost = [ReadTimeoutError(endpoint_url="https://dynamodb")]

    def around(operation: str, call: Any) -> Any:
        done = call()
        if operation == "UpdateItem" and lost:
            raise lost.pop()
        return done

    stage.around = around
    # The client itself repeats the call, whose condition the first one no longer meets.
    assert stage.check(accepted, risk)["alerts"] == ALERTS
    assert lost == []
