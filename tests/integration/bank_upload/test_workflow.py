"""From a bank's file to its rows, its status and its message; started twice, put by hand, failed in each state."""

import hashlib
import uuid

import pytest

from hallmark.stage.embedded.faults import Injection, inject
from tests.integration.bank_upload.conftest import id_of, said
from tests.integration.bank_upload.contract import ANSWER, BANKS, COUNTS, KEY, TODAY, file, new_id, row
from tests.support.waiting import wait_for

BANK, OTHER = BANKS


def counts(item):
    return tuple(int(item[name]) for name in COUNTS)


@pytest.mark.control("BU_NO_LOSS")
@pytest.mark.control("BU_SFN_STATES")
@pytest.mark.control("BU_TOPIC")
def test_a_file_ends_in_its_rows_its_status_and_a_message(bank, kept, topic):
    ids = [new_id() for _ in range(3)]
    cells = [{"amount": "1.5"}, {"currency": "JPY", "amount": "700", "type": "credit"}, {"description": ""}]
    content = file([row(name, **own) for name, own in zip(ids, cells, strict=True)])
    answer = bank(BANK).accepted(content)
    assert answer.keys() == ANSWER
    upload = id_of(BANK, content)
    assert (answer["uploadId"], answer["rows"]) == (upload, 3)
    status = kept.ended(upload)
    assert (status["status"], counts(status)) == ("done", (3, 3, 0, 0))
    assert status["totals"] == {
        "EUR": {"rows": 2, "debit": 150 + 1250, "credit": 0},
        "JPY": {"rows": 1, "debit": 0, "credit": 700},
    }
    first, second, third = (kept.row(BANK, name) for name in ids)
    assert [(one["amount"], one["line"]) for one in (first, second, third)] == [(-150, 2), (700, 3), (-1250, 4)]
    assert first == {
        **{"transactionKey": f"{BANK}#{ids[0]}", "transactionId": ids[0], "bank": BANK, "bankDay": f"{BANK}#{TODAY}"},
        **{"timestamp": f"{TODAY}T00:00:01.000Z", "day": TODAY, "month": TODAY[:7]},
        **{"accountToken": "acct_000001", "amount": -150, "currency": "EUR", "type": "debit", "description": "rent"},
        **{"uploadId": upload, "line": 2, "contentHash": first["contentHash"], "storedAt": first["storedAt"]},
    }
    assert "description" not in third
    message, attributes = said(topic, upload, "done")
    assert tuple(message[name] for name in COUNTS) == (3, 3, 0, 0)
    assert (message["totals"]["JPY"]["credit"], message["contentHash"]) == (700, hashlib.sha256(content).hexdigest())
    wanted = {"status": "done", "bank": BANK, "reportDate": TODAY, "messageId": message["messageId"]}
    assert attributes == wanted
    assert not any(name in str(message) for name in (*ids, "acct_000001", "rent"))


@pytest.mark.control("BU_AUDIT")
def test_the_status_alone_says_who_sent_what_when_and_each_state_with_its_time(bank, kept):
    content = file([row(new_id())])
    bank(BANK).accepted(content)
    status = kept.ended(id_of(BANK, content))
    told = {name: status[name] for name in ("bank", "reportDate", "via", "contentHash", "bytes", "attempts")}
    digest = hashlib.sha256(content).hexdigest()
    assert told == {
        **{"bank": BANK, "reportDate": TODAY, "via": "api", "contentHash": digest},
        **{"bytes": len(content), "attempts": 1},
    }
    times = [status["states"][name] for name in ("received", "stored", "validated", "processed", "announced")]
    assert times == sorted(times)
    assert len(status["states"]) == len(times)
    assert (status["receivedAt"], status["finishedAt"]) == (times[0], times[3])
    assert "open" not in status


@pytest.mark.control("BU_IDEMPOTENT")
def test_an_earlier_row_stays_and_a_later_file_names_its_conflict(bank, kept, topic):
    same, other, new = new_id(), new_id(), new_id()
    first = file([row(same), row(other)])
    later = file([row(same), row(other, amount="99"), row(new)])
    kept.ended(bank(BANK).accepted(first)["uploadId"])
    before = kept.row(BANK, other)
    status = kept.ended(bank(BANK).accepted(later)["uploadId"])
    assert (status["status"], counts(status)) == ("done", (3, 1, 1, 1))
    assert status["problems"] == [{"line": 3, "column": "transaction_id", "rule": "conflict"}]
    assert kept.row(BANK, other) == before
    assert said(topic, status["uploadId"], "done")[0]["conflicts"] == 1


@pytest.mark.control("BU_IDEMPOTENT")
def test_the_same_file_is_the_same_upload_and_is_announced_once(bank, kept, topic):
    content = file([row(new_id())])
    answer = bank(BANK).accepted(content)
    before = kept.ended(answer["uploadId"])
    assert bank(BANK).accepted(content) == answer
    assert kept.upload(answer["uploadId"]) == before
    assert len(topic.hear()[answer["uploadId"]]) == 1


@pytest.mark.control("BU_IDEMPOTENT")
def test_started_several_times_at_once_it_has_its_effects_once(bank, kept, topic, workflow):
    ids = [new_id() for _ in range(250)]
    content = file([row(name) for name in ids])
    upload = id_of(BANK, content)
    given = workflow.put(KEY.format(bank=BANK, day=TODAY, upload=upload), content)
    for _ in range(3):
        workflow.start(given)
    status = kept.ended(upload)
    assert (status["status"], counts(status)) == ("done", (250, 250, 0, 0))
    message, _ = said(topic, upload, "done")
    workflow.start(given)
    sentinel = file([row(new_id())])
    said(topic, bank(BANK).accepted(sentinel)["uploadId"], "done")
    assert all(heard == message for heard, _ in topic.hear()[upload])
    assert kept.upload(upload)["finishedAt"] == status["finishedAt"]


@pytest.mark.control("BU_SFN_EXPRESS")
@pytest.mark.control("BU_NO_LOSS")
def test_a_good_file_put_by_hand_is_taken_like_any_other(kept, topic, workflow):
    name = new_id()
    content = file([row(name)])
    upload = id_of(BANK, content)
    workflow.put(KEY.format(bank=BANK, day=TODAY, upload=upload), content)
    status = kept.ended(upload)
    assert (status["status"], status["via"], counts(status)) == ("done", "object", (1, 1, 0, 0))
    assert kept.row(BANK, name)["uploadId"] == upload
    assert said(topic, upload, "done")[1]["bank"] == BANK


@pytest.mark.control("BU_SFN_STATES")
@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("uploads/{unique}.csv", "object-key"),
        (f"uploads/{BANK}/{TODAY}/" + "{unique}.csv", "object-key"),
        (f"uploads/{OTHER}/{TODAY}/" + "{upload}.csv", "object-key"),
    ],
)
def test_an_object_that_is_no_upload_is_refused_under_its_own_key(kept, topic, workflow, key, rule):
    name = new_id()
    content = file([row(name)])
    key = key.format(unique=uuid.uuid4().hex, upload=id_of(BANK, content))
    workflow.put(key, content)
    status = kept.ended(key)
    assert (status["status"], [problem["rule"] for problem in status["problems"]]) == ("refused", [rule])
    message, attributes = said(topic, key, "refused")
    assert (message["rows"], "bank" in attributes) == (0, False)
    assert kept.row(BANK, name) is None


@pytest.mark.control("BU_SFN_DLQ")
@pytest.mark.control("BU_NO_LOSS")
@pytest.mark.embedded
@pytest.mark.parametrize(("state", "mark"), [("Validate", "validate"), ("Process", "transform"), ("Notify", "outcome")])
def test_what_fails_in_a_state_is_kept_marked_and_told_and_goes_through_when_started_again(
    bank, kept, topic, workflow, running_emulator, state, mark
):
    content = file([row(new_id())])
    upload = id_of(BANK, content)
    fault = Injection("lambda", "Invoke", contains=(upload, f'"{mark}"'), times=10, code="ResourceNotFoundException")
    with inject(running_emulator.endpoint, fault) as injected:
        bank(BANK).accepted(content)
        status = kept.ended(upload, "failed")
        message, attributes = said(topic, upload, "failed")
        (letter,) = wait_for(lambda: workflow.letters(upload), f"the letter of {upload}")
        assert injected.strikes == 1
    assert (letter["state"], letter["error"]) == (state, "Lambda.ResourceNotFoundException")
    assert status["error"] == message["error"] == {"state": state, "name": letter["error"]}
    assert status["execution"] == message["execution"] == letter["execution"]
    assert status["states"]["failed"] == status["finishedAt"] and "open" not in status
    assert (attributes["status"], attributes["bank"], message["key"]) == ("failed", BANK, letter["input"]["key"])
    workflow.start(letter["input"])
    status = kept.ended(upload)
    assert (status["status"], counts(status)) == ("done", (1, 1, 0, 0))
    said(topic, upload, "done")


@pytest.mark.control("BU_SFN_RETRY")
@pytest.mark.embedded
def test_a_throttled_range_is_tried_again_until_every_row_is_stored(bank, kept, running_emulator):
    names = [new_id() for _ in range(150)]
    content = file([row(name) for name in names])
    throttled = "com.amazonaws.dynamodb.v20120810#ThrottlingException"
    fault = Injection("dynamodb", "TransactWriteItems", contains=(names[120],), times=6, code=throttled)
    with inject(running_emulator.endpoint, fault) as injected:
        status = kept.ended(bank(BANK).accepted(content)["uploadId"])
    assert injected.strikes == 6
    assert (status["status"], counts(status)) == ("done", (150, 150, 0, 0))
