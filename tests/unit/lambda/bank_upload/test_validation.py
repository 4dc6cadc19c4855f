"""The function `validation` over a table and a bucket in this process: undisturbed, killed, doubled, refused."""

import base64
import importlib
import io
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from bank_upload import items
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError, ReadTimeoutError

from tests.support.function_settings import give
from tests.support.local_dynamodb import LocalDynamoDb, refusal

BANK, DATE = "first-bank", "2026-11-20"
NOW = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)
HEADER = "transaction_id,timestamp,account_token,amount,currency,type,bank_id"
CARD = "4111111111111111"


class Killed(BaseException):
    """The process ends, as Lambda ends it."""


class World:
    """The table, one bucket with versions, and the function; every call passes `around`."""

    def __init__(self, module, tables):
        self.module, self.tables = module, tables
        self.now, self.left = NOW, 10_000
        tables.around = self._counted
        module._STORE._s3 = SimpleNamespace(put_object=self._put, get_object=self._get)
        self.empty()

    def empty(self):
        self.tables.empty()
        self.objects, self.calls = {}, []
        self.around = lambda operation, call: call()

    def _counted(self, operation, call):
        self.calls.append(operation)
        return self.around(operation, call)

    def _put(self, Bucket, Key, Body, ContentType, ServerSideEncryption, IfNoneMatch=None):
        assert (ContentType, ServerSideEncryption) == ("text/csv", "aws:kms")

        def put():
            if IfNoneMatch and self.objects.get(Key):
                raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
            return {"VersionId": self.by_hand(Key, Body)}

        return self._counted("PutObject", put)

    def _get(self, Bucket, Key, VersionId=None):
        def get():
            versions = self.objects.get(Key, [])
            number = int(VersionId[1:]) if VersionId else len(versions)
            if number > len(versions):
                raise ClientError({"Error": {"Code": "NoSuchVersion"}}, "GetObject")
            content = versions[number - 1]
            found = {"LastModified": NOW + timedelta(seconds=1), "ContentLength": len(content)}
            return {**found, "VersionId": f"v{number}", "Body": io.BytesIO(content)}

        return self._counted("GetObject", get)

    def by_hand(self, key, content):
        """Put an object; return its version."""
        self.objects.setdefault(key, []).append(content)
        return f"v{len(self.objects[key])}"

    def post(self, content, *, key="key-1", date=DATE, name="day.csv"):
        """Let the API hand on a file; return the code and the body of the answer."""
        head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        event = {
            "requestContext": {"requestId": "a-1", "identity": {"apiKeyId": key}},
            "headers": {"content-type": "multipart/form-data; boundary=b", "x-report-date": date},
            "body": base64.b64encode(head.encode() + content + b"\r\n--b--\r\n").decode(),
            "isBase64Encoded": True,
        }
        answer = self.call(event)
        assert answer["headers"]["Content-Type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"])

    def take(self, key, version="v1", execution="e-1"):
        """Let the workflow ask for its first task."""
        said = {"bucket": "bucket", "key": key, "versionId": version, "execution": execution}
        return self.call({"task": "validate", **said})

    def call(self, event):
        context = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: self.left)
        return self.module.handler(event, context)

    def uploads(self):
        deserialize = TypeDeserializer().deserialize
        return [{name: deserialize(value) for name, value in item.items()} for item in self.tables.items("status")]

    def upload(self):
        (found,) = self.uploads()
        return found

    def end(self, status):
        """Let the workflow end the one upload."""
        self.change(status={"S": status}, finishedAt={"S": "2026-11-20T15:41:00.000Z"})

    def change(self, **said):
        (item,) = self.tables.items("status")
        self.tables.put({**item, **said}, "status")


@pytest.fixture(scope="module")
def built():
    with pytest.MonkeyPatch.context() as patch:
        banks = json.dumps({"key-1": BANK, "key-2": "second-bank"})
        give(patch, BANKS=banks, STATUS_TABLE="status", MAX_FILE_BYTES="100000", MAX_ROWS="1000")
        module = importlib.reload(importlib.import_module("bank_upload.validation.index"))
        tables = LocalDynamoDb({"status": (("uploadId", "S"), ("part", "S"))})
        tables.attach(module._STORE._table.meta.client)
        yield World(module, tables)


@pytest.fixture
def world(built, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    built.empty()
    built.now, built.left = NOW, 10_000
    monkeypatch.setattr(built.module, "_now", lambda: built.now)
    return built


def file(*rows, header=HEADER, bank=BANK):
    lines = rows or ("txn-00001", "txn-00002")
    return "\n".join([header, *(f"{row},{DATE}T10:00:00Z,acct_1,1.50,EUR,debit,{bank}" for row in lines)]).encode()


GOOD, BAD = file(), file("txn-00001", "txn-00001")


def ids(content, bank=BANK, date=DATE):
    upload_id = items.upload_id(bank, date, items.file_hash(content))
    return upload_id, items.object_key(bank, date, upload_id)


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
