"""Whatever happens between calls, an upload ends as if nothing had: repeats, crashes, refusals, races, two at once."""

import importlib
from collections import Counter
from typing import Any

import pytest
from bank_upload import items
from botocore.exceptions import ClientError, IncompleteReadError, ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.local_dynamodb import refusal

# `lambda` is a keyword.
there = importlib.import_module("tests.unit.lambda.bank_upload.stage")
Upload, Killed, Stage = there.Upload, there.Killed, there.Stage
UPLOAD = {"S": items.UPLOAD_PART}
TIMES = {"storedAt", "processedAt", "finishedAt", "states"}
FIRST = Upload([(f"order-{number:04}", "12") for number in range(5)], 2)
# New, identical, new, in conflict, new: every kind, in several ranges.
MIXED = Upload(
    [("order-new1", "7"), *FIRST.lines[:1], ("order-new2", "8"), ("order-0001", "99"), ("order-new3", "9")], 2
)
OWN = {"S": MIXED.id}
AWAY = {"ResponseMetadata": {"HTTPStatusCode": 500}}


def broken(error: Exception) -> Any:
    raise error


def cancelled(*codes: str) -> Any:
    return refusal("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


PASSING = {
    "conflict": lambda: cancelled("TransactionConflict", "None"),
    "throttled row": lambda: cancelled("None", "ThrottlingError"),
    "in progress": lambda: refusal("TransactionInProgressException"),
    "throttled": lambda: refusal("ProvisionedThroughputExceededException"),
}


@pytest.fixture(scope="module")
def stage():
    with pytest.MonkeyPatch.context() as patch:
        yield there.build(patch)


def begin(stage: Any) -> Any:
    """Return a stage where FIRST is through and MIXED is claimed."""
    stage.empty()
    for upload in (FIRST, MIXED):
        stage.claim(upload)
    stage.whole(FIRST)
    stage.calls.clear()
    return stage


def kept(stage: Any) -> Any:
    """Return all items, without times."""
    found = [there.plain(item) for table in there.TABLES for item in stage.tables.items(table)]
    return [{name: value for name, value in item.items() if name not in TIMES} for item in found]


def at_call(number: int, instead: Any) -> Any:
    """Return what does something else in the place of one call."""
    left = [number]

    def around(operation: str, call: Any) -> Any:
        left[0] -= 1
        return instead(call) if left[0] == -1 else call()

    return around


def kill_before(call: Any) -> Any:
    raise Killed


def kill_after(call: Any) -> Any:
    call()
    raise Killed


def throttle(call: Any) -> Any:
    raise ClientError({"Error": {"Code": "ThrottlingException"}}, "any")


def undisturbed(stage: Any) -> tuple[Any, int]:
    begin(stage).whole(MIXED)
    return kept(stage), len(stage.calls)


@pytest.mark.parametrize("kill", [kill_before, kill_after])
def test_killed_at_any_call_and_done_again_it_ends_as_undisturbed(stage, kill):
    wanted, calls = undisturbed(stage)
    assert calls == 15
    for number in range(calls):
        begin(stage).around = at_call(number, kill)
        with pytest.raises(Killed):
            stage.whole(MIXED)
        stage.around = lambda operation, call: call()
        stage.whole(MIXED)
        assert kept(stage) == wanted
        own = [message for message in stage.heard if message["uploadId"] == MIXED.id]
        assert own and all(message == own[0] for message in own)


def test_a_second_execution_at_any_call_changes_nothing(stage):
    wanted, calls = undisturbed(stage)
    for number in range(calls):
        begin(stage)

        def twin(call: Any) -> Any:
            stage.whole(MIXED)
            return call()

        stage.around = at_call(number, twin)
        answer = stage.whole(MIXED)
        assert kept(stage) == wanted
        assert answer == stage.do(MIXED.notify())
        own = [message for message in stage.heard if message["uploadId"] == MIXED.id]
        assert own and all(message == own[0] for message in own)


def test_a_second_claim_at_any_call_forgets_nothing(stage):
    wanted, calls = undisturbed(stage)
    for number in range(calls):
        begin(stage)

        def claim(call: Any) -> Any:
            (item,) = (one for one in stage.tables.items("status") if one["part"] == UPLOAD and one["uploadId"] == OWN)
            if "messageId" not in item:
                stage.tables.put({**item, "problems": {"L": []}, "problemCount": {"N": "0"}}, "status")
            return call()

        stage.around = at_call(number, claim)
        stage.whole(MIXED)
        assert kept(stage) == wanted


@pytest.mark.parametrize("kind", PASSING)
def test_what_passes_is_waited_for(stage, kind):
    wanted, _ = undisturbed(stage)
    begin(stage)
    left = [None] * 4
    stage.around = lambda operation, call: (
        PASSING[kind]() if operation == "TransactWriteItems" and left and not left.pop() else call()
    )
    stage.whole(MIXED)
    assert kept(stage) == wanted


@pytest.mark.parametrize("kind", PASSING)
def test_what_does_not_pass_ends_in_an_error_that_the_workflow_tries_again(stage, kind):
    wanted, _ = undisturbed(stage)
    begin(stage).around = lambda operation, call: PASSING[kind]() if operation == "TransactWriteItems" else call()
    with pytest.raises(Exception, match="RowsNotWritten") as raised:
        stage.whole(MIXED)
    assert type(raised.value).__name__ == "TryAgain"
    assert stage.calls.count("TransactWriteItems") < 60
    stage.around = lambda operation, call: call()
    stage.whole(MIXED)
    assert kept(stage) == wanted


@pytest.mark.parametrize(
    ("operation", "answer", "error"),
    [
        ("TransactWriteItems", lambda: cancelled("ValidationError", "None"), "TryAgain"),
        ("TransactWriteItems", lambda: refusal("ValidationException"), "TaskFailed"),
        ("UpdateItem", lambda: refusal("ThrottlingException"), "TryAgain"),
        ("UpdateItem", lambda: refusal("AccessDeniedException"), "TaskFailed"),
        ("Query", lambda: refusal("RequestLimitExceeded"), "TryAgain"),
        ("GetObject", lambda: broken(ReadTimeoutError(endpoint_url="s3")), "TryAgain"),
        ("GetObject", lambda: broken(IncompleteReadError(actual_bytes=1, expected_bytes=2)), "TryAgain"),
        ("GetObject", lambda: broken(ClientError({"Error": {"Code": "NoSuchVersion"}}, "GetObject")), "TaskFailed"),
        ("Publish", lambda: broken(ClientError({"Error": {"Code": "InternalError"}, **AWAY}, "Publish")), "TryAgain"),
    ],
)
def test_an_error_has_the_class_by_which_the_workflow_decides_and_no_value(stage, capsys, operation, answer, error):
    begin(stage).around = lambda asked, call: answer() if asked == operation else call()
    with pytest.raises(Exception, match=" at ") as raised:
        stage.whole(MIXED)
    assert type(raised.value).__name__ == error
    said = capsys.readouterr().out + str(raised.value)
    assert "task not done" in said
    assert "order-" not in said and "account-1" not in said


def test_with_little_time_left_nothing_is_begun_and_the_next_attempt_goes_on(stage):
    wanted, _ = undisturbed(stage)
    begin(stage)
    with pytest.raises(Exception, match="out of time") as raised:
        stage.do(MIXED.transform(0), left=8_000)
    assert type(raised.value).__name__ == "TryAgain"
    assert "TransactWriteItems" not in stage.calls
    stage.whole(MIXED)
    assert kept(stage) == wanted


NAMES = [f"order-{number:04}" for number in range(6)]
FILES = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["1", "2"]), min_size=1),
    min_size=2,
    max_size=3,
    unique_by=str,
)
TASKS = st.tuples(st.integers(0, 2), st.integers(0, 6))
STEPS = st.lists(
    st.tuples(
        TASKS,
        st.sampled_from(["done", "killed before", "killed after", "throttled", "meanwhile"]),
        st.integers(0, 3),
        TASKS,
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(files=FILES, rows_of_range=st.integers(1, 3), steps=STEPS)
def test_files_that_race_in_any_order_account_for_every_row(stage, files, rows_of_range, steps):
    stage.empty()
    uploads = [Upload(list(lines.items()), rows_of_range) for lines in files]
    for upload in uploads:
        stage.claim(upload)

    def attempt(task: tuple[int, int]) -> None:
        upload = uploads[task[0] % len(uploads)]
        events = [*map(upload.transform, range(len(upload.ranges))), upload.notify()]
        try:
            stage.do(events[task[1] % len(events)])
        except Killed:
            return
        except Exception as error:
            # Nothing but what the workflow tries again, and an end that comes too early.
            assert type(error).__name__ == "TryAgain" or "RangesMissing" in str(error)

    for task, what, number, other in steps:

        def meanwhile(call: Any, other: Any = other) -> Any:
            attempt(other)
            return call()

        instead = {
            "done": lambda call: call(),
            "killed before": kill_before,
            "killed after": kill_after,
            "throttled": throttle,
            "meanwhile": meanwhile,
        }[what]
        stage.around = at_call(number, instead)
        attempt(task)
    stage.around = lambda operation, call: call()
    for upload in uploads:
        stage.whole(upload)
    judge(stage, uploads)


def judge(stage: Any, uploads: Any) -> None:
    """Hold what is kept and heard against the files: one row of each id, and every row of every file counted by it."""
    standing = {row["transactionId"]: row for row in stage.rows()}
    assert set(standing) == {name for upload in uploads for name, _ in upload.lines}
    for upload in uploads:
        kinds, conflicts = Counter(), []
        for line, (name, amount) in enumerate(upload.lines, 2):
            row = standing[name]
            same = abs(row["amount"]) == int(amount) * 100
            own = (row["uploadId"], row["line"]) == (upload.id, line)
            assert same or not own
            kinds["stored" if own else "duplicates" if same else "conflicts"] += 1
            conflicts += [] if same else [{"line": line, "column": "transaction_id", "rule": items.CONFLICT}]
        status = stage.status(upload)
        assert {name: status[name] for name in ("stored", "duplicates", "conflicts")} == {
            name: kinds[name] for name in ("stored", "duplicates", "conflicts")
        }
        assert (status["status"], status["rows"], status["problems"]) == ("done", sum(kinds.values()), conflicts)
        heard = [message for message in stage.heard if message["uploadId"] == upload.id]
        assert heard and all(message == heard[0] for message in heard)
        assert heard[0]["finishedAt"] == status["finishedAt"]
    assert sum(stage.status(upload)["stored"] for upload in uploads) == len(standing)
