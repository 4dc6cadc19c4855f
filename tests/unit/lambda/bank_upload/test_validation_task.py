"""The workflow's first task claims an upload, or what was put by hand: undisturbed, killed, doubled, failed before."""

import importlib
import json
from datetime import timedelta

import pytest
from bank_upload import items

from tests.support.local_dynamodb import refusal

there = importlib.import_module("tests.unit.lambda.bank_upload.validating")
BANK, DATE, HEADER, CARD, Killed = there.BANK, there.DATE, there.HEADER, there.CARD, there.Killed
building, emptied, file, GOOD, BAD = there.building, there.emptied, there.file, there.GOOD, there.BAD
ids = there.ids


@pytest.fixture(scope="module")
def built():
    with building() as world:
        yield world


@pytest.fixture
def world(built, monkeypatch):
    return emptied(built, monkeypatch)


@pytest.mark.control("BU_SFN_STATES")
def test_the_workflow_claims_an_accepted_file_and_gets_references(world):
    upload_id, key = ids(GOOD)
    world.post(GOOD)
    world.now += timedelta(seconds=2)
    first = len(HEADER) + 1
    assert world.take(key) == {
        **{"outcome": "accepted", "uploadId": upload_id, "bank": BANK, "reportDate": DATE, "rows": 2},
        **{"receivedAt": "2026-11-20T15:40:00.000Z", "contentHash": items.file_hash(GOOD), "problemCount": 0},
        **{"key": key, "versionId": "v1", "columns": HEADER.split(",")},
        "ranges": [{"number": 0, "line": 2, "rows": 2, "start": first, "end": len(GOOD)}],
    }
    upload = world.upload()
    assert (upload["status"], upload["execution"], upload["attempts"], upload["via"]) == ("processing", "e-1", 1, "api")
    assert upload["states"]["validated"] == "2026-11-20T15:40:02.000Z"


@pytest.mark.control("BU_AUDIT", "BU_IDEMPOTENT")
@pytest.mark.parametrize(
    ("later", "kept", "renewed"), [(1, False, False), (299, False, False), (301, False, True), (301, True, False)]
)
def test_states_stay_in_order_when_the_workflow_starts_again(world, later, kept, renewed):
    _, key = ids(GOOD)
    world.post(GOOD)
    world.take(key)
    if kept:
        world.change(finishedAt={"S": "2026-11-20T15:40:02.000Z"})
    world.now += timedelta(seconds=later)
    assert world.take(key, execution="e-2")["outcome"] == "accepted"
    assert (world.upload()["states"]["validated"] != "2026-11-20T15:40:00.000Z") is renewed
    assert world.upload()["execution"] == "e-2"


@pytest.mark.control("BU_IDEMPOTENT")
def test_a_second_start_goes_on_until_the_upload_is_done(world):
    _, key = ids(GOOD)
    world.post(GOOD)
    first = world.take(key)
    assert world.take(key, execution="e-2") == first
    world.end("done")
    done = world.uploads()
    finished = world.take(key, execution="e-3")
    assert (finished["outcome"], finished["ranges"], world.uploads()) == ("finished", [], done)


@pytest.mark.control("BU_IDEMPOTENT")
def test_a_failed_upload_runs_again(world):
    _, key = ids(GOOD)
    world.post(GOOD)
    first = world.take(key)
    world.change(error={"M": {"state": {"S": "Process"}}})
    world.end("failed")
    assert world.take(key, execution="e-2") == first
    upload = world.upload()
    assert (upload["status"], upload["attempts"], upload["open"]) == ("processing", 2, "open")
    assert not {"finishedAt", "error"} & upload.keys()


def test_the_end_that_notification_keeps_survives_a_second_start(world):
    _, key = ids(GOOD)
    world.post(GOOD)
    world.take(key)
    world.end("processing")
    world.take(key, execution="e-2")
    assert world.upload()["finishedAt"] == "2026-11-20T15:41:00.000Z"


def test_other_versions_are_noted_and_not_processed(world):
    _, key = ids(GOOD)
    world.post(GOOD)
    for version in (world.by_hand(key, GOOD), world.by_hand(key, GOOD)):
        assert [world.take(key, version)["outcome"] for _ in range(2)] == ["finished"] * 2
    upload = world.upload()
    assert (upload["versionId"], upload["otherVersions"], upload["status"]) == ("v1", {"v2", "v3"}, "accepted")


@pytest.mark.control("BU_IDEMPOTENT")
def test_an_object_put_by_hand_is_judged_like_any_other(world):
    upload_id, key = ids(GOOD)
    world.by_hand(key, GOOD)
    assert world.take(key)["outcome"] == "accepted"
    upload = world.upload()
    assert (upload["uploadId"], upload["via"], upload["receivedAt"]) == (
        upload_id,
        "object",
        "2026-11-20T15:40:01.000Z",
    )
    assert world.post(GOOD)[1]["receivedAt"] == "2026-11-20T15:40:01.000Z"


@pytest.mark.control("BU_SFN_STATES")
def test_an_object_with_problems_is_refused_and_left_to_be_announced(world):
    upload_id, key = ids(BAD)
    world.by_hand(key, BAD)
    answer = world.take(key)
    assert (answer["outcome"], answer["uploadId"], answer["problemCount"], answer["ranges"]) == (
        "refused",
        upload_id,
        1,
        [],
    )
    upload = world.upload()
    assert (upload["status"], upload["problemCount"]) == ("processing", 1)
    assert upload["problems"] == [{"line": 3, "column": "transaction_id", "rule": "duplicate-in-file"}]
    world.end("refused")
    assert world.take(key)["outcome"] == "finished"


_RIGHT = ids(GOOD)
OLD = file().replace(DATE.encode(), b"2024-11-20")
FOREIGN = {
    "another form": ("uploads/readme.csv", GOOD, "object-key"),
    "another folder": (f"uploads/{BANK}/{_RIGHT[0]}.csv", GOOD, "object-key"),
    "another content": (_RIGHT[1], BAD, "object-key"),
    "another bank's folder": (_RIGHT[1].replace(BANK, "second-bank"), GOOD, "object-key"),
    "an unknown bank": (ids(file(bank="no-bank"), "no-bank")[1], file(bank="no-bank"), "object-key"),
    "no such day": (_RIGHT[1].replace(DATE, "2026-11-31"), GOOD, "object-key"),
    "a day to come": (ids(GOOD, date="2026-11-21")[1], GOOD, "object-key"),
    "a day long ago": (ids(OLD, date="2024-11-20")[1], OLD, "object-key"),
    "too many bytes": (_RIGHT[1], b"x" * 100_001, "too-large"),
}


@pytest.mark.control("BU_BAD_INPUT")
@pytest.mark.parametrize("name", FOREIGN)
def test_an_object_that_is_no_upload_s_is_refused_under_its_key(world, name):
    key, content, rule = FOREIGN[name]
    world.by_hand(key, content)
    answer = world.take(key)
    assert (answer["outcome"], answer["uploadId"]) == ("refused", key)
    upload = world.upload()
    assert (upload["uploadId"], upload["status"], upload["objectKey"]) == (key, "processing", key)
    assert upload["problems"] == [{"line": 1, "rule": rule}]


@pytest.mark.control("BU_NO_PAN")
def test_a_key_with_a_card_number_is_not_stored(world):
    key = f"uploads/{CARD}.csv"
    world.by_hand(key, GOOD)
    answer = world.take(key)
    assert answer["outcome"] == "refused"
    assert CARD not in f"{world.upload()}{answer['uploadId']}"


def test_what_is_known_of_a_failure_alone_is_completed(world):
    upload_id, key = ids(GOOD)
    known = {"uploadId": upload_id, "part": "upload", "status": "failed", "versionId": "v1", "objectKey": key}
    states = {"M": {"failed": {"S": "2026-11-20T15:41:00.000Z"}}}
    item = {name: {"S": value} for name, value in known.items()}
    world.by_hand(key, GOOD)
    world.tables.put({**item, "states": states, "receivedAt": {"S": "2026-11-20T15:41:00.000Z"}}, "status")
    assert world.take(key)["outcome"] == "accepted"
    assert (world.upload()["bank"], world.upload()["receivedAt"]) == (BANK, "2026-11-20T15:40:01.000Z")
    world.tables.empty()
    world.tables.put({**item, "states": states, "receivedAt": {"S": "2026-11-20T15:41:00.000Z"}}, "status")
    assert world.post(GOOD)[0] == 202
    assert (world.upload()["versionId"], world.objects) == ("v2", {key: [GOOD, GOOD]})


@pytest.mark.control("BU_NO_LOSS")
@pytest.mark.parametrize(("other", "rule"), [(b"other", "object-key"), (b"a" * 100_001, "too-large")])
def test_a_failed_object_that_is_no_upload_ends_where_its_failure_is_recorded(world, other, rule):
    upload_id, key = ids(GOOD)
    failed = {"uploadId": upload_id, "part": "upload", "status": "failed", "versionId": "v1", "objectKey": key}
    times = {"states": {"M": {"failed": {"S": "2026-11-19T10:00:00.000Z"}}}}
    times["receivedAt"] = {"S": "2026-11-19T09:00:00.000Z"}
    world.by_hand(key, other)
    world.tables.put({**{name: {"S": value} for name, value in failed.items()}, **times}, "status")
    for _ in range(2):
        answer = world.take(key)
        assert (answer["outcome"], answer["uploadId"]) == ("refused", upload_id)
    assert [problem["rule"] for problem in world.upload()["problems"]] == [rule]
    world.end("refused")
    # The file that belongs there is another one, and is judged by its own time.
    assert world.post(GOOD)[0] == 202
    assert (world.upload()["status"], world.upload()["receivedAt"]) == ("accepted", "2026-11-20T15:40:00.000Z")
    assert world.objects[key] == [other, GOOD]
    assert world.take(key, "v2")["outcome"] == "accepted"


@pytest.mark.control("BU_IDEMPOTENT")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("operation", ["GetObject", "GetItem", "UpdateItem"])
def test_after_a_crash_of_the_task_a_retry_completes_it(world, operation, after):
    _, key = ids(GOOD)
    world.post(GOOD)

    def killing(called, call):
        if called == operation:
            if after:
                call()
            raise Killed
        return call()

    world.around = killing
    with pytest.raises(Killed):
        world.take(key)
    world.around = lambda operation, call: call()
    assert world.take(key)["outcome"] == "accepted"
    assert world.upload()["status"] == "processing"


@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "UpdateItem"])
def test_two_executions_at_once_claim_one_upload(world, operation):
    _, key = ids(GOOD)
    world.by_hand(key, GOOD)
    others = []

    def between(called, call):
        if called == operation and not others:
            others.append(None)
            others[0] = world.take(key, execution="e-2")
        return call()

    world.around = between
    assert world.take(key)["outcome"] == "accepted"
    assert not others or others[0]["outcome"] == "accepted"
    assert world.upload()["versionId"] == "v1"


def test_a_version_that_ends_while_it_is_claimed_stays_ended(world):
    _, key = ids(GOOD)
    world.post(GOOD)

    def ending(called, call):
        if called == "UpdateItem":
            world.around = lambda operation, call: call()
            world.end("done")
        return call()

    world.around = ending
    assert world.take(key)["outcome"] == "finished"
    assert world.upload()["status"] == "done"


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda: refusal("ThrottlingException"), "TryAgain"),
        (lambda: refusal("ValidationException"), "TaskFailed"),
    ],
)
def test_the_workflow_hears_if_another_attempt_helps(world, answer, name, capsys):
    _, key = ids(GOOD)
    world.by_hand(key, GOOD)
    world.around = lambda operation, call: answer() if operation == "GetItem" else call()
    with pytest.raises(Exception, match=r"at client\.py") as raised:
        world.take(key)
    assert type(raised.value).__name__ == name
    assert json.loads(capsys.readouterr().out)["message"] == "task not done"


def test_a_version_that_is_gone_fails_the_task(world):
    with pytest.raises(Exception, match="Unreadable") as raised:
        world.take(ids(GOOD)[1])
    assert type(raised.value).__name__ == "TaskFailed"


@pytest.mark.control("BU_IDEMPOTENT")
def test_a_version_that_is_gone_and_that_its_upload_needs_no_more_is_no_failure(world):
    _, key = ids(GOOD)
    world.post(GOOD)
    world.take(key)
    with pytest.raises(Exception, match="Unreadable"):
        world.take("uploads/any.csv")
    assert world.take(key, "v2")["outcome"] == "finished"
    world.end("done")
    world.objects.clear()
    assert world.take(key)["outcome"] == "finished"


@pytest.mark.control("BU_FN_LOGS")
def test_logs_have_ids_and_counts_and_no_values(world, capsys):
    world.post(file(CARD, "txn-secret"), name="secret.csv")
    world.post(file("txn-secret"), name="secret.csv")
    world.take(ids(file("txn-secret"))[1])
    out = capsys.readouterr().out
    entries = [json.loads(line) for line in out.splitlines()]
    assert [entry["message"] for entry in entries] == ["file refused", "file accepted", "file taken"]
    assert all({"stage", "function", "requestId", "bank", "uploadId"} <= entry.keys() for entry in entries)
    assert not [word for word in ("secret", CARD, "acct_1") if word in out]
