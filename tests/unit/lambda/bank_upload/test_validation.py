"""An upload is judged, recorded, stored and answered: undisturbed, killed, doubled, refused."""

import importlib
from datetime import timedelta

import pytest
from bank_upload import items
from botocore.exceptions import ClientError, ReadTimeoutError

there = importlib.import_module("tests.unit.lambda.bank_upload.validating")
BANK, DATE, NOW, CARD, Killed = there.BANK, there.DATE, there.NOW, there.CARD, there.Killed
building, emptied, file, GOOD, BAD = there.building, there.emptied, there.file, there.GOOD, there.BAD
ids = there.ids


@pytest.fixture(scope="module")
def built():
    with building() as world:
        yield world


@pytest.fixture
def world(built, monkeypatch):
    return emptied(built, monkeypatch)


@pytest.mark.control("BU_VALIDATE", "BU_AUDIT", "BU_BUCKET")
def test_a_valid_file_is_recorded_stored_and_accepted(world):
    upload_id, key = ids(GOOD)
    assert world.post(GOOD) == (
        202,
        {
            "uploadId": upload_id,
            "status": "accepted",
            "rows": 2,
            "contentHash": items.file_hash(GOOD),
            "receivedAt": "2026-11-20T15:40:00.000Z",
        },
    )
    assert world.objects == {key: [GOOD]}
    assert world.upload() == {
        **items.upload_key(upload_id),
        **{"bank": BANK, "reportDate": DATE, "contentHash": items.file_hash(GOOD), "bytes": len(GOOD), "rows": 2},
        **{"receivedAt": "2026-11-20T15:40:00.000Z", "via": "api", "objectKey": key, "versionId": "v1"},
        **{"status": "accepted", "open": "open", "attempts": 0, "problems": [], "problemCount": 0},
        "states": dict.fromkeys(("received", "stored"), "2026-11-20T15:40:00.000Z"),
    }
    assert world.calls == ["GetItem", "PutItem", "PutObject", "UpdateItem"]


@pytest.mark.control("BU_VALIDATE", "BU_NO_PAN")
def test_of_a_refused_file_only_its_status_is_stored(world):
    content = file("txn-00001", "txn-00001", CARD)
    code, said = world.post(content)
    assert (code, said["problemCount"], world.objects) == (422, 2, {})
    expected = [(3, "duplicate-in-file"), (4, "card-number")]
    assert said["problems"] == [{"line": line, "column": "transaction_id", "rule": rule} for line, rule in expected]
    assert sorted(said["rules"]) == ["card-number", "duplicate-in-file"]
    upload = world.upload()
    assert (upload["status"], upload["problems"], upload["problemCount"]) == ("refused", said["problems"], 2)
    assert upload["states"].keys() == {"received", "refused"}
    assert not {"open", "versionId", "objectKey"} & upload.keys()
    assert CARD not in f"{said}{upload}"
    assert world.post(content) == (code, said)
    assert world.upload() == upload


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"content": GOOD, "key": "key-9"}, 403),
        ({"content": GOOD, "key": None}, 403),
        ({"content": GOOD, "date": "2026-11-21"}, 400),
        ({"content": b"x" * 100_001}, 413),
        ({"content": GOOD, "name": "day.txt"}, 415),
        ({"content": b""}, 422),
        ({"content": file(*(f"txn-{number:05d}" for number in range(1_001)))}, 422),
        ({"content": GOOD, "key": "key-2"}, 422),
    ],
)
@pytest.mark.control("BU_VALIDATE")
def test_other_answers_say_what_to_do_and_store_no_file(world, asked, code):
    found, said = world.post(**asked)
    assert (found, world.objects) == (code, {})
    assert said["message"]
    assert len(world.uploads()) == (code == 422)


@pytest.mark.control("BU_IDEMPOTENT")
def test_a_repeat_has_the_same_answer_whatever_became_of_the_file(world):
    first = world.post(GOOD)
    _, key = ids(GOOD)
    world.now += timedelta(hours=1)
    assert world.post(GOOD) == first
    world.take(key)
    for status in ("processing", "done"):
        world.end(status)
        before = world.uploads()
        assert (world.post(GOOD), world.uploads()) == (first, before)
    assert world.objects == {key: [GOOD]}


@pytest.mark.control("BU_IDEMPOTENT")
def test_a_repeat_of_what_failed_runs_it_again_under_its_id(world):
    first = world.post(GOOD)
    upload_id, key = ids(GOOD)
    world.take(key)
    world.end("failed")
    before = world.uploads()
    assert (world.post(GOOD), world.uploads()) == (first, before)
    assert world.objects == {key: [GOOD, GOOD]}
    assert world.take(key, "v2")["outcome"] == "accepted"
    assert (world.upload()["uploadId"], world.upload()["versionId"], world.upload()["attempts"]) == (upload_id, "v2", 2)
    # The letter of the version that failed finds that another is taken.
    assert world.take(key, "v1")["outcome"] == "finished"
    assert (world.post(GOOD), len(world.objects[key])) == (first, 2)


@pytest.mark.control("BU_VALIDATE")
@pytest.mark.parametrize("status", ["processing", "failed", "refused"])
def test_a_file_that_was_put_by_hand_and_is_not_valid_is_refused_whatever_became_of_it(world, status):
    _, key = ids(BAD)
    world.by_hand(key, BAD)
    assert world.take(key)["outcome"] == "refused"
    world.end(status)
    before = world.uploads()
    code, said = world.post(BAD)
    assert (code, [one["rule"] for one in said["problems"]]) == (422, ["duplicate-in-file"])
    assert (world.uploads(), world.objects) == (before, {key: [BAD]})


def test_another_bank_or_date_is_another_upload(world):
    world.post(GOOD)
    assert world.post(file(bank="second-bank"), key="key-2")[0] == 202
    assert world.post(GOOD, date="2026-11-19")[0] == 422
    assert len(world.uploads()) == 3


def test_a_repeat_is_judged_by_the_time_of_the_first(world):
    early = NOW - timedelta(hours=6)
    world.now = early
    first = world.post(GOOD)
    world.now = NOW
    assert (first[0], world.post(GOOD)) == (422, first)


@pytest.mark.control("BU_IDEMPOTENT", "BU_NO_LOSS")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "PutObject", "UpdateItem"])
def test_after_a_crash_at_any_call_a_repeat_completes_the_file(world, operation, after):
    def killing(called, call):
        if called == operation:
            if after:
                call()
            raise Killed
        return call()

    world.around = killing
    with pytest.raises(Killed):
        world.post(GOOD)
    world.around = lambda operation, call: call()
    world.now += timedelta(minutes=1)
    code, said = world.post(GOOD)
    upload = world.upload()
    assert (code, upload["status"], upload["versionId"]) == (202, "accepted", "v1")
    assert said["receivedAt"] == upload["receivedAt"]
    assert world.objects == {ids(GOOD)[1]: [GOOD]}


@pytest.mark.control("BU_NO_LOSS")
@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "PutObject", "UpdateItem"])
@pytest.mark.parametrize(
    "error",
    [ReadTimeoutError(endpoint_url="https://aws"), ClientError({"Error": {"Code": "InternalError"}}, "Any")],
    ids=["late", "refused"],
)
def test_what_aws_refuses_is_a_503_to_try_again(world, operation, error):
    def refusing(called, call):
        if called == operation:
            raise error
        return call()

    world.around = refusing
    code, said = world.post(GOOD)
    assert (code, said["message"]) == (503, "Not accepted for now. Send the file again.")


def test_too_little_time_is_a_503_without_a_call(world):
    world.left = 5_000
    assert world.post(GOOD)[0] == 503
    assert world.calls == []


@pytest.mark.control("BU_IDEMPOTENT")
@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "PutObject", "UpdateItem"])
@pytest.mark.parametrize("content", [GOOD, BAD], ids=["valid", "refused"])
def test_two_at_once_are_one_upload(world, operation, content):
    others = []

    def between(called, call):
        if called == operation and not others:
            others.append(None)
            world.now += timedelta(milliseconds=5)
            others[0] = world.post(content)
            world.now -= timedelta(milliseconds=5)
        return call()

    world.around = between
    first = world.post(content)
    assert not others or first == others[0]
    upload = world.upload()
    assert upload["receivedAt"] == first[1]["receivedAt"]
    assert upload["status"] == ("accepted" if content is GOOD else "refused")
    assert world.objects == ({ids(GOOD)[1]: [GOOD]} if content is GOOD else {})


def test_a_workflow_that_is_faster_than_the_answer_is_not_undone(world):
    _, key = ids(GOOD)

    def faster(called, call):
        answer = call()
        if called == "PutObject":
            assert world.take(key)["outcome"] == "accepted"
            world.end("done")
        return answer

    world.around = faster
    assert world.post(GOOD)[0] == 202
    assert world.upload()["status"] == "done"


def test_something_else_under_the_key_does_not_keep_a_file_out(world):
    _, key = ids(GOOD)
    world.by_hand(key, b"something else")
    assert world.post(GOOD)[0] == 202
    assert (world.objects[key][1], world.upload()["versionId"]) == (GOOD, "v2")
    assert world.take(key, "v1")["outcome"] == "refused"
    assert world.take(key, "v2")["outcome"] == "accepted"
    assert {upload["uploadId"] for upload in world.uploads()} == {key, ids(GOOD)[0]}
