"""Whatever happens between calls, a transaction arrives as if nothing had: two at once, crashes, refusals."""

import importlib
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.integration.screening.contract import WHOLE
from tests.support.local_dynamodb import refusal

there = importlib.import_module("tests.unit.lambda.screening.arriving")
arrivals = importlib.import_module("tests.unit.lambda.screening.test_arrivals")
pytestmark = pytest.mark.control("SC_IDEMPOTENT")
Killed = there.Killed
OTHER = {**WHOLE, "amount": 13}
STANDING = {"customer_id": {"S": "customer-1"}}
LATER = "2026-11-30T13:00:00.000Z"


@pytest.fixture(scope="module")
def built():
    with pytest.MonkeyPatch.context() as patch:
        yield there.build(patch)


def nothing(arriving):
    pass


def claimed(arriving):
    arriving.take(WHOLE, "e-0")


def refused(arriving):
    arriving.take({**WHOLE, "amount": 0}, "e-0")


def failed(arriving):
    claimed(arriving)
    arrivals.fail(arriving)


def decided(arriving):
    claimed(arriving)
    arrivals.decide(arriving, by="e-0")


def untold(arriving):
    claimed(arriving)
    arrivals.decide(arriving, arrivals.ALERTS, by="e-0")


# What stands, what arrives, and the outcome.
CASES = {
    "new": (nothing, WHOLE, "accepted"),
    "refused": (nothing, {**WHOLE, "amount": 0}, "rejected"),
    "refused again": (refused, {**WHOLE, "amount": 0}, "rejected"),
    "conflict": (claimed, OTHER, "rejected"),
    "again": (claimed, WHOLE, "accepted"),
    "failed": (failed, WHOLE, "accepted"),
    "decided": (decided, WHOLE, "decided"),
    "untold": (untold, WHOLE, "decided"),
}


def begin(arriving: Any, case: str) -> Any:
    arriving.empty()
    CASES[case][0](arriving)
    arriving.calls.clear()
    return CASES[case][1]


def kept(arriving):
    """Return all items, without what each execution and attempt has of its own."""
    own = {"states", "execution", "attempts", "decided_by", "received_at"}
    return [{name: value for name, value in item.items() if name not in own} for item in arriving.items()]


def undisturbed(arriving, case):
    transaction = begin(arriving, case)
    outcome = arriving.take(transaction, "e-1", LATER)
    assert outcome["outcome"] == CASES[case][2]
    return outcome, kept(arriving), len(arriving.calls)


def at_call(arriving, number, instead):
    """Do something else in the place of one call, once."""
    left = [number]

    def around(operation: str, call: Any) -> Any:
        left[0] -= 1
        return instead(call) if left[0] == -1 else call()

    arriving.around = around


def kill_before(call):
    raise Killed


def kill_after(call):
    call()
    raise Killed


def opened_at(found, time):
    """Return items as if they were opened at a time: the next attempt may be a later execution's."""
    return [{**item, "opened_at": time} if "opened_at" in item else item for item in found]


@pytest.mark.parametrize("kill", [kill_before, kill_after])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("execution", ["e-1", "e-2"])
def test_killed_at_any_call_the_next_attempt_ends_as_undisturbed(built, case, kill, execution):
    """The next attempt is the same execution's, or another's after the first one has ended."""
    outcome, items, calls = undisturbed(built, case)
    again = LATER if execution == "e-1" else "2026-11-30T14:00:00.000Z"
    for number in range(calls):
        transaction = begin(built, case)
        at_call(built, number, kill)
        with pytest.raises(Killed):
            built.take(transaction, "e-1", LATER)
        built.around = lambda operation, call: call()
        assert built.take(transaction, execution, again) == outcome
        assert opened_at(kept(built), LATER) == opened_at(items, LATER)


@pytest.mark.parametrize("case", CASES)
def test_of_two_at_once_both_have_the_outcome_and_one_the_alerts(built, case):
    outcome, items, calls = undisturbed(built, case)
    for number in range(calls):
        for before in (True, False):
            transaction = begin(built, case)
            twins = []

            def twin(call: Any, transaction=transaction, before=before, twins=twins) -> Any:
                answered = None if before else call()
                twins.append(built.take(transaction, "e-2", LATER))
                return call() if before else answered

            at_call(built, number, twin)
            both = [built.take(transaction, "e-1", LATER), *twins]
            if case == "untold":
                told = [one.pop("alerts") for one in both]
                assert sorted(told, key=bool) == [{}, arrivals.ALERTS]
                assert both == [{name: value for name, value in outcome.items() if name != "alerts"}] * 2
            else:
                assert both == [outcome] * 2
            assert kept(built) == items


def tell(arriving):
    arriving.update("SET #states.#told = :at REMOVE #open", at=LATER)


BETWEEN = {
    "decided meanwhile": (claimed, lambda arriving: arrivals.decide(arriving, by="e-0"), "decided", {}),
    "decided with alerts": (
        claimed,
        lambda arriving: arrivals.decide(arriving, arrivals.ALERTS, "e-0", LATER),
        "decided",
        {},
    ),
    "told meanwhile": (untold, tell, "decided", {}),
    "failed meanwhile": (claimed, arrivals.fail, "accepted", None),
    "failed to tell meanwhile": (untold, arrivals.fail, "decided", arrivals.ALERTS),
}


@pytest.mark.parametrize("case", BETWEEN)
def test_what_another_execution_does_between_read_and_write_counts(built, case):
    before, between, outcome, alerts = BETWEEN[case]
    built.empty()
    before(built)
    done = []

    def around(operation: str, call: Any) -> Any:
        if operation == "UpdateItem" and not done:
            done.append(True)
            between(built)
        return call()

    built.around = around
    found = built.take(WHOLE, "e-1", LATER)
    assert done
    assert (found["outcome"], found.get("alerts")) == (outcome, alerts)
    record = built.record()
    assert ("decision" in record) is (outcome == "decided")
    assert ("open" in record) is (outcome == "accepted" or bool(alerts) or case == "decided with alerts")


def test_of_two_contents_at_once_one_is_screened_and_the_other_refused(built):
    for number in (0, 1):
        begin(built, "new")
        others = []

        def other(call: Any, others=others, number=number) -> Any:
            answered = call() if number else None
            others.append(built.take(OTHER, "e-2"))
            return answered if number else call()

        at_call(built, 0, other)
        both = [built.take(WHOLE, "e-1"), *others]
        assert sorted(one["outcome"] for one in both) == ["accepted", "rejected"]
        assert [item["timestamp"] > 0 for item in built.items()] == [False, False, True]


@pytest.mark.parametrize("case", CASES)
def test_what_passes_is_tried_again(built, case):
    outcome, items, _ = undisturbed(built, case)
    transaction = begin(built, case)
    passing = [
        lambda: refusal("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}] * 2),
        lambda: refusal("TransactionInProgressException"),
        lambda: refusal("ThrottlingException"),
    ]
    built.around = lambda operation, call: passing.pop()() if operation == "TransactWriteItems" and passing else call()
    assert built.take(transaction, "e-1", LATER) == outcome
    assert kept(built) == items
    assert not passing


def broken(error: Exception) -> Any:
    raise error


@pytest.mark.parametrize(
    ("operation", "answer", "error"),
    [
        ("TransactWriteItems", lambda: refusal("AccessDeniedException"), "TaskFailed"),
        ("TransactWriteItems", lambda: refusal("TransactionInProgressException"), "TryAgain"),
        ("TransactWriteItems", lambda: broken(ReadTimeoutError(endpoint_url="dynamodb")), "TryAgain"),
        ("GetItem", lambda: refusal("ProvisionedThroughputExceededException"), "TryAgain"),
        ("GetItem", lambda: refusal("ResourceNotFoundException"), "TaskFailed"),
        # Always another execution in between.
        ("UpdateItem", lambda: refusal("ConditionalCheckFailedException", Item=STANDING), "TryAgain"),
        ("UpdateItem", lambda: refusal("ValidationException"), "TaskFailed"),
    ],
)
def test_an_error_has_the_class_by_which_the_workflow_decides_and_no_value(built, capsys, operation, answer, error):
    transaction = begin(built, "again")
    built.around = lambda asked, call: answer() if asked == operation else call()
    with pytest.raises(Exception) as raised:
        built.take(transaction, "e-1", LATER)
    assert type(raised.value).__name__ == error
    said = capsys.readouterr().out + str(raised.value)
    assert "task not done" in said
    assert not any(value in said for value in ("customer-1", "merchant-7", "12.5"))


def test_with_little_time_left_the_next_attempt_goes_on(built, monkeypatch):
    transaction = begin(built, "new")
    monkeypatch.setattr(built.module, "_SECONDS", -1)
    with pytest.raises(Exception, match="out of time") as raised:
        built.take(transaction)
    assert type(raised.value).__name__ == "TryAgain"
    assert built.items() == built.calls == []


def test_a_claim_without_its_record_is_an_error_by_name(built):
    transaction = begin(built, "again")
    table = built.module._STORE._table
    table.client.call("DeleteItem", table.asked(Key={"transaction_id": "txn-0000001", "timestamp": arrivals.TIME}))
    # The record is written again only with its claim.
    with pytest.raises(Exception, match="RecordMissing") as raised:
        built.take(transaction, "e-1", LATER)
    assert type(raised.value).__name__ == "TaskFailed"


def test_without_the_time_of_its_start_an_execution_is_an_error_by_name(built):
    with pytest.raises(Exception, match="StartUnknown"):
        built.take(WHOLE, "e-1", "yesterday")
