"""The branch of what fails, walked by the emulator's own states: what the queue and the table get."""

from typing import Any

import jsonata
import pytest

from infra.screening.failure import failure_branch
from tests.support.failure_branch import FailureBranch

ID, TIME = "txn-00000001", 1_790_000_000_000
EXECUTION, OTHER = "arn:aws:states:us-east-1:000000000000:express:transactions:one:two", "arn:other"
TRANSACTION = {"transaction_id": ID, "amount": 10}
KNOWN = {"validated": {"said": {"transaction": TRANSACTION, "key": {"id": ID, "time": str(TIME)}}}}
RECEIVED = "2026-11-20T12:00:00.000Z"
RECORD = {
    **{"transaction_id": ID, "timestamp": TIME, "status": "screening", "execution": EXECUTION},
    **{"open": "open#a", "opened_at": RECEIVED, "states": {"validated": RECEIVED}},
}
DECIDED = {**RECORD, "status": "decided", "decision": "review", "decided_by": EXECUTION, "alerts": {"fraud": {}}}
CHECKED = ("Score", "Check", "TellFraud", "TellCompliance", "MarkTold")


class Branch(FailureBranch):
    """The branch over a state table."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        keys = (("transaction_id", "S"), ("timestamp", "N"))
        super().__init__(monkeypatch, failure_branch("queue", "state"), "state", keys)

    def fail(self, state: str, **more: Any) -> tuple[str, str]:
        """Walk the branch from its first state; return the error and the cause with which it ends."""
        failed = {"error": {"Error": "Lambda.Unknown", "Cause": "a traceback"}, "execution": EXECUTION}
        return self.walk(f"{state}Failed", {**failed, **KNOWN, **more}, {"Id": EXECUTION})

    def fail_unchecked(self, transaction: Any) -> tuple[str, str]:
        """Walk the branch of validation itself."""
        failed = {"error": {"Error": "Lambda.Unknown", "Cause": str(transaction)}, "execution": EXECUTION}
        state = self.states["UncheckedId"]
        ((name, expression),) = state["Output"].items()
        query = jsonata.Jsonata(expression.removeprefix("{%").removesuffix("%}"))
        query.assign("states", {"input": {**failed, "transaction": transaction}})
        return self.walk(state["Next"], {name: query.evaluate(None)}, {"Id": EXECUTION})


@pytest.fixture
def branch(monkeypatch):
    return Branch(monkeypatch)


def without(item, name):
    return {key: value for key, value in item.items() if key != name}


@pytest.mark.parametrize("state", CHECKED)
def test_a_failure_is_kept_once_with_the_validated_input_and_marked_and_ends_in_fail(branch, state):
    branch.put(RECORD)
    assert branch.fail(state) == ("Lambda.Unknown", state)
    letter = {"state": state, "error": "Lambda.Unknown", "execution": EXECUTION, "transaction": TRANSACTION}
    assert branch.kept == [{"QueueUrl": "queue", "MessageBody": letter}]
    (item,) = branch.items()
    at = item["states"]["failed"]
    assert item == {
        **without(RECORD, "open"),
        **{"status": "failed", "error": {"state": state, "name": "Lambda.Unknown"}},
        "states": {"validated": RECEIVED, "failed": at},
    }


def test_what_this_execution_decided_stays_decided_and_lets_others_tell_its_alerts(branch):
    branch.put(DECIDED)
    branch.fail("TellFraud")
    (item,) = branch.items()
    assert (item["status"], item["decision"]) == ("decided", "review")
    assert "open" not in item
    assert item["error"] == {"state": "TellFraud", "name": "Lambda.Unknown"}


@pytest.mark.parametrize(
    "record",
    [
        {**DECIDED, "decided_by": OTHER},
        {**DECIDED, "states": {"validated": RECEIVED, "told": RECEIVED}},
        {**RECORD, "execution": OTHER},
    ],
    ids=["another decided", "all is told", "another is at it"],
)
def test_a_late_failure_is_kept_and_changes_nothing(branch, record):
    branch.put(record)
    assert branch.fail("Check") == ("Lambda.Unknown", "Check")
    assert branch.items() == [record]
    assert len(branch.kept) == 1


@pytest.mark.control("SC_NO_LOSS")
def test_a_failure_without_a_letter_stays_open_so_that_it_is_found(branch):
    branch.put(RECORD)
    branch.failing = {"sendMessage"}
    assert branch.fail("Score") == ("Lambda.Unknown", "Score")
    assert branch.items() == [RECORD]


def test_a_table_that_refuses_keeps_no_letter_back(branch):
    branch.put(RECORD)
    branch.failing = {"updateItem"}
    assert branch.fail("Score") == ("Lambda.Unknown", "Score")
    assert (branch.items(), len(branch.kept)) == ([RECORD], 1)


def test_nothing_is_made_of_a_record_that_is_not_there(branch):
    branch.fail("Check")
    assert branch.items() == []
    assert len(branch.kept) == 1


@pytest.mark.parametrize("name", [ID, "12345678", "A" * 64, "123456789012-a", "a_b-c_d-e"])
def test_of_unchecked_input_a_well_formed_id_is_kept_and_marked(branch, name):
    given = {"transaction_id": name, "card": "4111 1111 1111 1111"}
    assert branch.fail_unchecked(given) == ("Lambda.Unknown", "Validate")
    letter = {"state": "Validate", "error": "Lambda.Unknown", "execution": EXECUTION, "transactionId": name}
    assert branch.kept == [{"QueueUrl": "queue", "MessageBody": letter}]
    (item,) = branch.items()
    at = item.pop("failed_at")
    assert at
    error = {"state": "Validate", "name": "Lambda.Unknown"}
    assert item == {
        **{"transaction_id": name, "timestamp": -1, "status": "failed", "error": error},
        "execution": EXECUTION,
    }


@pytest.mark.parametrize(
    "given",
    [
        *(
            "a text",
            7,
            None,
            True,
            [],
            [{"transaction_id": ID}],
            {},
            {"transaction_id": None},
            {"transaction_id": 12345678},
        ),
        *({"transaction_id": [ID]}, {"transaction_id": {"transaction_id": ID}}, {"transaction_id": "short"}),
        *({"transaction_id": "A" * 65}, {"transaction_id": "-bcdefgh"}, {"transaction_id": "txn 00000001"}),
        *({"transaction_id": f"{ID}\n"}, {"transaction_id": f"\n{ID}"}, {"transaction_id": "txn\u00e900001"}),
        *({"transaction_id": "4111111111111111"}, {"transaction_id": "4111-1111_1111--1111"}),
        *({"transaction_id": "x1234567890123"}, {"Transaction_id": ID}),
    ],
    ids=repr,
)
def test_of_other_unchecked_input_nothing_is_kept_but_that_it_failed(branch, given):
    assert branch.fail_unchecked(given) == ("Lambda.Unknown", "Validate")
    letter = {"state": "Validate", "error": "Lambda.Unknown", "execution": EXECUTION}
    assert branch.kept == [{"QueueUrl": "queue", "MessageBody": letter}]
    assert branch.items() == []
