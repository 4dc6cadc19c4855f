"""The status of rows and files on the stage: for their merchant alone, and for no odd path a 5xx."""

import re
from datetime import UTC, datetime

import pytest

from tests.integration.merchant_upload.contract import COUNTS, MERCHANTS, TRANSACTION, UPLOAD, counts, file, new_id, row


@pytest.mark.control("MU_STATUS")
def test_an_upload_is_waiting_and_then_done(merchant):
    client, name = merchant(MERCHANTS[0]), new_id()
    form = client.form(fileName="November.csv")
    waiting = client.status(form["uploadId"]).json()
    assert set(waiting) == UPLOAD
    assert (waiting["status"], waiting["fileName"], waiting["errors"]) == ("waiting", "November.csv", [])
    assert [waiting[field] for field in (*COUNTS, "uploadedAt", "finishedAt")] == [None] * 7
    client.post(form, file([row(name), row(new_id(), amount="x")]))
    done = client.ended(form["uploadId"])
    assert set(done) == UPLOAD
    assert (done["status"], counts(done)) == ("done", (2, 1, 0, 1, 0))
    assert done["errors"] == [{"line": 3, "column": "amount", "rule": "format"}]
    requested, uploaded, finished = (_time(done[field]) for field in ("requestedAt", "uploadedAt", "finishedAt"))
    # S3 keeps whole seconds of an object's creation.
    assert requested.replace(microsecond=0) <= uploaded <= finished


@pytest.mark.control("MU_STATUS")
def test_a_transaction_is_cleared_or_flagged_with_the_rules_that_it_broke(merchant):
    client, plain, risky = merchant(MERCHANTS[0]), new_id(), new_id()
    rows = [row(plain), row(risky, merchant_category="crypto", amount="0.50", currency="USD")]
    upload = client.through(file(rows))["uploadId"]
    expected = {plain: ("cleared", []), risky: ("flagged", ["card-testing", "risky-category"])}
    for name, (status, anomalies) in expected.items():
        answer = client.status(name)
        assert answer.status == 200
        assert answer.headers["cache-control"] == "no-store"
        told = {"transactionId": name, "status": status, "uploadId": upload, "anomalies": anomalies}
        assert answer.json() == {**told, "timestamp": "2026-11-03T10:15:00.000Z"}
        assert set(answer.json()) == TRANSACTION


@pytest.mark.control("MU_STATUS")
def test_a_rejected_row_has_no_status_of_its_own(merchant):
    client, name = merchant(MERCHANTS[0]), new_id()
    client.through(file([row(name, amount="x")]))
    assert client.status(name).status == 404


@pytest.mark.control("MU_STATUS", "MU_ISOLATED")
def test_what_is_unknown_and_what_is_another_merchant_s_are_the_same_answer_from_both_sides(merchant):
    names, uploads = {}, {}
    for owner in MERCHANTS:
        names[owner] = new_id()
        uploads[owner] = merchant(owner).through(file([row(names[owner])]))["uploadId"]
    for owner, other in (MERCHANTS, MERCHANTS[::-1]):
        client = merchant(owner)
        asked = [names[other], uploads[other], new_id(), "up_" + "0" * 26]
        answers = [client.status(path_id) for path_id in asked]
        assert [answer.status for answer in answers] == [404] * 4
        assert len({answer.data for answer in answers}) == 1
        assert [client.status(path_id).status for path_id in (names[owner], uploads[owner])] == [200, 200]


MALFORMED = ["x", "a" * 65, "-starts-so", "up_short", "up_" + "0" * 27, "up_" + "u" * 26, "with.dots.in", "a" * 5000]
ODD = [
    "%41",
    "%",
    "%zz",
    "%00%00%00%00%00%00%00%00",
    "order%20x123",
    "%F0%9F%98%80aaaaaaaa",
    "++++++++",
    "%C3%28aaaaaaa",
]
ODD += ["order-1%23x", "corner-shop%23order-1", "..%2f..%2fupload", "a%2Fb", ";a=b;c=d;e", "order-1?transaction_id=x"]


@pytest.mark.control("MU_STATUS", "MU_BAD_INPUT")
@pytest.mark.parametrize("path_id", MALFORMED)
def test_a_malformed_id_is_400_and_is_not_repeated(merchant, path_id):
    answer = merchant(MERCHANTS[0]).status(path_id)
    assert (answer.status, answer.json()["errors"][0]["field"]) == (400, "transaction_id")
    assert len(path_id) < 8 or path_id.encode() not in answer.data


@pytest.mark.control("MU_BAD_INPUT")
@pytest.mark.parametrize("path_id", ODD)
def test_an_odd_path_is_refused_and_never_an_error_of_ours(merchant, path_id):
    answer = merchant(MERCHANTS[0]).status(path_id)
    assert answer.status in (400, 403, 404)
    assert not re.search(rb"Traceback|Exception|Internal", answer.data)


@pytest.mark.control("MU_STATUS", "MU_API_KEY")
@pytest.mark.parametrize("key", [None, "x" * 40])
def test_without_a_key_of_the_plan_no_status_is_told(merchant, key):
    name = new_id()
    merchant(MERCHANTS[0]).through(file([row(name)]))
    assert merchant(MERCHANTS[0], key).status(name).status == 403


def _time(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
