"""An upload's rows and its end, undisturbed: what is stored, counted, kept and announced."""

import importlib
import json
import time
from decimal import Decimal

import pytest
from bank_upload import items

from tests.support.local_dynamodb import response

# `lambda` is a keyword.
there = importlib.import_module("tests.unit.lambda.bank_upload.stage")
Upload = there.Upload
ROWS = [(f"order-{number:04}", str(10 + number)) for number in range(7)]


@pytest.fixture
def stage(monkeypatch):
    return there.build(monkeypatch)


def test_rows_are_stored_with_their_source_and_the_upload_is_ended_and_announced(stage):
    upload = Upload(ROWS)
    stage.claim(upload)
    answer = stage.whole(upload)
    counts = {"rows": 7, "stored": 7, "duplicates": 0, "conflicts": 0}
    message_id = items.message_id(upload.id, "done")
    assert answer == {"uploadId": upload.id, "status": "done", "messageId": message_id, **counts}
    rows = stage.rows()
    assert [(row["transactionId"], row["line"], row["uploadId"]) for row in rows] == [
        (name, line, upload.id) for line, (name, _) in enumerate(ROWS, 2)
    ]
    status = stage.status(upload)
    assert {name: status[name] for name in counts} == counts
    assert status["totals"] == {"EUR": {"rows": 7, "debit": sum(range(10, 17)) * 100, "credit": 0}}
    assert (status["status"], status["problemCount"], status["problems"]) == ("done", 0, [])
    assert "open" not in status
    assert status["states"].keys() == {"received", "processed", "announced"}
    assert status["finishedAt"] == status["states"]["processed"] <= status["states"]["announced"]
    (message,) = stage.heard
    assert message["attributes"] == {
        **{"status": "done", "bank": there.BANK, "reportDate": there.DATE},
        "messageId": message_id,
    }
    assert (message["finishedAt"], message["totals"]) == (status["finishedAt"], status["totals"])


def test_a_ranges_item_and_answer_say_what_became_of_its_rows(stage):
    upload = Upload(ROWS)
    stage.claim(upload)
    assert stage.do(upload.transform(2)) == {"number": 2, "stored": 1, "duplicates": 0, "conflicts": 0}
    part = stage.status(upload, "range#02")
    assert part.pop("processedAt")
    assert part == {
        **{"uploadId": upload.id, "part": "range#02", "line": 8, "rows": 1, "versionId": "v1"},
        **{"stored": 1, "duplicates": 0, "conflicts": 0, "problems": []},
        "totals": {"EUR": {"rows": 1, "debit": 1600, "credit": 0}},
    }
    assert stage.calls == ["GetObject", "TransactWriteItems", "UpdateItem"]


def test_rows_of_an_earlier_file_stay_and_are_counted_by_their_content(stage):
    first = Upload(ROWS)
    later = Upload([ROWS[0], (ROWS[1][0], "99"), ("order-new1", "2.50"), (ROWS[3][0], "98")])
    for upload in (first, later):
        stage.claim(upload)
    stage.whole(first)
    before = stage.rows()
    stage.whole(later)
    assert [row for row in stage.rows() if row["uploadId"] == first.id] == before
    status = stage.status(later)
    assert [status[name] for name in ("rows", "stored", "duplicates", "conflicts", "problemCount")] == [4, 1, 1, 2, 2]
    assert status["problems"] == [{"line": line, "column": "transaction_id", "rule": "conflict"} for line in (3, 5)]
    assert status["totals"] == {"EUR": {"rows": 1, "debit": 0, "credit": 250}}


def test_two_banks_may_use_one_id(stage):
    uploads = [Upload(ROWS), Upload([(name, "77") for name, _ in ROWS], bank="other-bank")]
    for upload in uploads:
        stage.claim(upload)
        stage.whole(upload)
        assert stage.status(upload)["stored"] == 7
    assert len(stage.rows()) == 14


def test_the_first_hundred_conflicts_are_named_and_all_are_counted(stage):
    names = [f"order-{number:04}" for number in range(250)]
    first, later = Upload([(name, "1") for name in names], 250), Upload([(name, "2") for name in names], 80)
    for upload in (first, later):
        stage.claim(upload)
        stage.whole(upload)
    status = stage.status(later)
    assert [problem["line"] for problem in status["problems"]] == list(range(2, 102))
    assert (status["problemCount"], status["conflicts"]) == (250, 250)
    assert (stage.heard[1]["status"], stage.heard[1]["conflicts"]) == ("done", 250)


def test_a_refused_upload_is_ended_and_announced_without_rows(stage):
    upload = Upload(ROWS)
    stage.claim(upload)
    answer = stage.do(upload.notify("refused"))
    assert (answer["status"], answer["stored"]) == ("refused", 0)
    status = stage.status(upload)
    assert (status["status"], "open" in status) == ("refused", False)
    assert status["states"].keys() == {"received", "refused", "announced"}
    assert [message["status"] for message in stage.heard] == ["refused"]


def test_a_repeat_changes_and_announces_nothing(stage):
    upload = Upload(ROWS)
    stage.claim(upload)
    answer = stage.whole(upload)
    before = [stage.tables.items(table) for table in there.TABLES]
    assert stage.whole(upload) == answer
    assert [stage.tables.items(table) for table in there.TABLES] == before
    assert len(stage.heard) == 1


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_an_upload_of_which_a_range_is_missing_does_not_end(stage, missing):
    upload = Upload(ROWS)
    stage.claim(upload)
    for number in {0, 1, 2} - {missing}:
        stage.do(upload.transform(number))
    with pytest.raises(Exception, match="RangesMissing"):
        stage.do(upload.notify())
    assert stage.status(upload) == there.plain(upload.claimed())
    assert stage.heard == []


def test_ranges_that_hold_more_rows_than_the_upload_do_not_end_it(stage):
    upload = Upload(ROWS)
    stage.claim(upload)
    for number in range(3):
        stage.do(upload.transform(number))
    stage.tables.put({**upload.claimed(), "rows": {"N": "5"}}, "status")
    with pytest.raises(Exception, match="RangesMissing"):
        stage.do(upload.notify())


def test_ranges_that_an_earlier_run_cut_smaller_do_not_count(stage):
    earlier, upload = Upload(ROWS, 2), Upload(ROWS, 4)
    stage.claim(upload)
    for number in range(4):
        stage.do(earlier.transform(number))
    stage.do(upload.transform(0))
    with pytest.raises(Exception, match="RangesMissing"):
        stage.do(upload.notify())
    assert stage.whole(upload)["stored"] == 7


def test_an_upload_that_nobody_recorded_cannot_end(stage):
    with pytest.raises(Exception, match="UploadMissing") as raised:
        stage.do(Upload(ROWS).notify())
    assert type(raised.value).__name__ == "TaskFailed"


@pytest.mark.parametrize("said", [{"rows": 2}, {"rows": 4}, {"end": 200}])
def test_bytes_that_hold_other_rows_than_were_counted_are_not_stored(stage, said):
    upload = Upload(ROWS)
    stage.claim(upload)
    event = upload.transform(0)
    with pytest.raises(Exception, match="RangeDiffers"):
        stage.do({**event, "range": {**event["range"], **said}})
    assert stage.rows() == []


def test_after_a_failure_the_end_is_that_of_the_run_that_went_through(stage):
    upload = Upload(ROWS)
    failed = {"status": {"S": "failed"}, "finishedAt": {"S": "2026-11-20T12:00:09.000Z"}}
    stage.tables.put({**upload.claimed(), **failed}, "status")
    stage.objects[upload.key, "v1"] = upload.content
    stage.whole(upload)
    status = stage.status(upload)
    assert status["status"] == "done"
    assert status["finishedAt"] == status["states"]["processed"] == stage.heard[0]["finishedAt"] != failed["finishedAt"]


def test_a_message_fits_into_the_topic_whatever_the_file(stage):
    upload = Upload(ROWS[:1])
    most = {"rows": 40_000, "debit": 40_000 * 10**16, "credit": 40_000 * 10**16}
    results = {
        **{"uploadId": "u" * 1024, "status": "done", "finishedAt": there.DATE, "rows": Decimal(40_000)},
        "totals": {f"C{number:02}": most for number in range(200)},
        "problems": [{"line": 1, "column": "transaction_id", "rule": "conflict"}] * 100,
    }
    message = items.result_message("dev", {**there.plain(upload.claimed()), **results})
    text, attributes = items.message_text(message), items.message_attributes(message)
    assert len(text) + len(json.dumps(attributes)) < 64 * 1024


def test_a_whole_range_needs_a_small_part_of_its_time(stage):
    upload = Upload([(f"order-{number:06}", "12.50") for number in range(items.RANGE_ROWS)], items.RANGE_ROWS)
    stage.claim(upload)
    # What DynamoDB does is not the function's work.
    stage.around = lambda operation, call: response(200, b"{}") if operation != "GetObject" else call()
    before = time.process_time()
    stage.do(upload.transform(0))
    # 512 MB are 0.29 of a processor, and a range has 25 s.
    assert (time.process_time() - before) / 0.29 < 10
