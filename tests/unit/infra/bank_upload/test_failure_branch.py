"""The branch of what fails, walked by the emulator's own states: what the queue, the status and the topic get.

What is no function's work is here the definition's: the expressions that find the item, and those that change it.
"""

from typing import Any

import pytest
from bank_upload import items

from infra.bank_upload.failure import failure_branch
from tests.support.failure_branch import FailureBranch

ID = "0123456789abcdef" * 2
KEY, VERSION = items.object_key("first-bank", "2026-11-20", ID), "v1"
EXECUTION = "arn:aws:states:us-east-1:000000000000:express:uploads:one:two"
VALIDATED = {"validated": {"upload": {"uploadId": ID}}}
RECEIVED = "2026-11-20T12:00:00.000Z"
KNOWN = {
    **{"uploadId": ID, "part": "upload", "bank": "first-bank", "objectKey": KEY, "versionId": VERSION},
    **{"status": "processing", "open": "open", "states": {"received": RECEIVED}, "receivedAt": RECEIVED},
}


class Branch(FailureBranch):
    """The branch over a status table."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        branch = failure_branch("queue", "status", "topic", "dev")
        super().__init__(monkeypatch, branch, "status", (("uploadId", "S"), ("part", "S")))

    def fail(self, first: str, key: str = KEY, version: str = VERSION, **known: Any) -> tuple[str, str]:
        """Walk the branch from its first state; return the error and the cause with which it ends."""
        given = {"bucket": "b", "key": key, "versionId": version}
        data = {**given, "error": {"Error": "Lambda.Unknown", "Cause": "a traceback"}, **known}
        return self.walk(first, data, {"Id": EXECUTION, "Input": given})


@pytest.fixture
def branch(monkeypatch):
    return Branch(monkeypatch)


@pytest.mark.parametrize(
    ("first", "state", "known"),
    [
        ("ValidateFailed", "Validate", {}),
        ("ProcessFailed", "Process", VALIDATED),
        ("NotifyFailed", "Notify", VALIDATED),
    ],
)
def test_a_failure_is_kept_marked_and_told_and_ends_in_fail(branch, first, state, known):
    branch.put(KNOWN)
    assert branch.fail(first, **known) == ("Lambda.Unknown", state)
    (kept,) = branch.kept
    given = {"bucket": "b", "key": KEY, "versionId": VERSION}
    failure = {"state": state, "uploadId": ID, "error": "Lambda.Unknown", "execution": EXECUTION, "input": given}
    assert kept == {"QueueUrl": "queue", "MessageBody": failure}
    (item,) = branch.items()
    at = item["finishedAt"]
    assert item == {
        **{name: value for name, value in KNOWN.items() if name != "open"},
        **{"status": "failed", "error": {"state": state, "name": "Lambda.Unknown"}, "execution": EXECUTION},
        **{"finishedAt": at, "states": {"received": RECEIVED, "failed": at}},
    }
    (told,) = branch.told
    message = told["Message"]
    assert message["messageId"] == told["MessageAttributes"]["messageId"]["StringValue"]
    assert (message["status"], message["bank"], message["uploadId"]) == ("failed", "first-bank", ID)
    assert message["error"] == {"state": state, "name": "Lambda.Unknown"}
    assert told["MessageAttributes"]["bank"]["StringValue"] == "first-bank"
    assert "a traceback" not in str((kept, told, item))


@pytest.mark.control("BU_SFN_STUCK")
@pytest.mark.parametrize("known", [KNOWN, {**KNOWN, "states": None}], ids=["recorded", "not recorded"])
def test_a_failure_without_a_letter_stays_open_so_that_it_is_found(branch, known):
    if known["states"]:
        branch.put(known)
    branch.failing = {"sendMessage"}
    branch.fail("ProcessFailed", **VALIDATED)
    (item,) = branch.items()
    assert (item["status"], item["open"], item["versionId"], item["objectKey"]) == ("failed", "open", VERSION, KEY)
    assert {"receivedAt", "states", "error", "finishedAt"} <= item.keys()
    assert len(branch.told) == 1


@pytest.mark.parametrize("status", ["done", "refused"])
def test_what_has_ended_is_kept_in_the_queue_and_neither_marked_nor_told(branch, status):
    ended = {**KNOWN, "status": status, "messageId": "m"}
    branch.put(ended)
    assert branch.fail("NotifyFailed", **VALIDATED)[1] == "Notify"
    assert branch.items() == [ended]
    assert (len(branch.kept), branch.told) == (1, [])


@pytest.mark.parametrize(
    ("key", "version"),
    [(KEY, "v2"), (f"uploads/other-bank/2026-11-20/{ID}.csv", VERSION), (f"uploads/a/b-c-d/{ID}.csv", "v9")],
)
def test_another_version_or_object_does_not_mark_an_upload(branch, key, version):
    branch.put(KNOWN)
    branch.fail("ValidateFailed", key=key, version=version)
    assert branch.items() == [KNOWN]
    assert len(branch.kept) == 1


@pytest.mark.parametrize(
    "key",
    [
        *("uploads/x.csv", "uploads/.csv", f"uploads/{ID}.csv", f"uploads/first-bank/{ID}.csv"),
        *(f"uploads/a/b/c/{ID}.csv", f"uploads/first-bank/2026-11-20/{ID}.old.csv", "uploads/////.csv"),
    ],
)
def test_an_object_elsewhere_fails_under_its_own_key(branch, key):
    branch.put(KNOWN)
    branch.fail("ValidateFailed", key=key)
    item, known = branch.items()[::-1] if branch.items()[0] == KNOWN else branch.items()
    assert known == KNOWN
    assert (item["uploadId"], item["objectKey"], item["status"]) == (key, key, "failed")
    assert item["states"] == {"failed": item["finishedAt"]}
    (told,) = branch.told
    assert told["Message"]["uploadId"] == key
    assert "bank" not in told["Message"] and "bank" not in told["MessageAttributes"]


def test_an_object_that_nobody_recorded_fails_under_the_id_in_its_key_and_again_as_the_same(branch):
    for _ in range(2):
        branch.fail("ValidateFailed")
    (item,) = branch.items()
    assert (item["uploadId"], item["status"], item["versionId"]) == (ID, "failed", VERSION)
    first, second = (told["Message"]["messageId"] for told in branch.told)
    assert first == second


def test_an_answer_that_is_none_is_an_error_of_validation(branch):
    branch.put(KNOWN)
    assert branch.fail("OutcomeFailed") == ("UnknownOutcome", "Validate")
    assert branch.items()[0]["error"] == {"state": "Validate", "name": "UnknownOutcome"}


@pytest.mark.parametrize("failing", ["sendMessage", "updateItem", "publish"])
def test_a_step_that_fails_keeps_no_other_from_happening(branch, failing):
    branch.put(KNOWN)
    branch.failing = {failing}
    assert branch.fail("ProcessFailed", **VALIDATED) == ("Lambda.Unknown", "Process")
    done = {"sendMessage": branch.kept, "updateItem": branch.items() != [KNOWN], "publish": branch.told}
    assert {action for action, found in done.items() if found} == {*done} - {failing}
