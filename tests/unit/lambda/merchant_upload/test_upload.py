"""Uploads: what a request may say, ids and keys, the record, the form's fields."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from merchant_upload.api_handler.logic import MAX_BYTES, Upload, UploadRequest, new_upload_id, read_request

NOW = datetime(2026, 11, 30, 23, 59, 59, 999_500, tzinfo=UTC)
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def upload(**said):
    return Upload("up_01", "merchant-1", NOW, UploadRequest(**said))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({}, UploadRequest()),
        ({"fileName": "November.csv"}, UploadRequest("November.csv")),
        ({"fileName": "x" * 200, "size": 0}, UploadRequest("x" * 200, 0)),
        ({"size": MAX_BYTES, "sha256": SHA256}, UploadRequest(None, MAX_BYTES, SHA256)),
    ],
)
def test_a_good_request_is_read(body, wanted):
    assert read_request(json.dumps(body)) == wanted


def test_a_body_in_base64_is_read():
    assert read_request("eyJzaXplIjogN30=", is_base64=True) == UploadRequest(size=7)


BAD_BODIES = {
    "body": [
        *(None, "", "nothing", "[]", "null", '"text"', "NaN", '{"size": 1, "size": 2}', "[" * 100_000, "\ud800"),
        *('{"fileName": "\ufffd"}', '{"size": NaN}', '{"merchant": "merchant-2"}', '{"key": "uploads/other.csv"}'),
    ],
    "fileName": [
        '""',
        "7",
        "null",
        json.dumps("x" * 201),
        '"=1+1"',
        '"4111 1111 1111 1111"',
        '"a\\u0000b"',
        '"\\ud83d"',
    ],
    "size": ["-1", str(MAX_BYTES + 1), "1.5", "1.0", "true", '"7"', "null", "[]", "1" + "0" * 400],
    "sha256": ['""', f'"{SHA256.upper()}"', f'"{SHA256[1:]}"', f'"{SHA256}\\n"', "7", "null"],
}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (field, text if field == "body" else f'{{"{field}": {text}}}')
        for field, texts in BAD_BODIES.items()
        for text in texts
    ],
)
def test_a_bad_request_names_its_field_and_never_the_value(field, text):
    problems = read_request(text)
    assert [problem["field"] for problem in problems] == [field]
    assert "4111" not in str(problems)


def test_what_stands_for_bytes_that_were_no_utf_8_may_be_meant():
    assert read_request(r'{"fileName": "\ufffd"}') == UploadRequest("\ufffd")


def test_a_body_that_is_no_base64_is_refused():
    assert [problem["field"] for problem in read_request("%%%", is_base64=True)] == ["body"]


def test_all_problems_are_told_at_once():
    problems = read_request('{"fileName": 1, "size": 1.5, "sha256": 2, "other": 3}')
    assert [problem["field"] for problem in problems] == ["fileName", "size", "sha256", "body"]


def test_the_key_holds_merchant_day_and_id_and_nothing_of_the_client():
    assert upload(file_name="../../x").key == "uploads/merchant-1/2026/11/30/up_01.csv"


def test_the_record_is_the_merchant_s_own_at_time_zero():
    assert upload(file_name="November.csv", size=7).record() == {
        "transaction_id": "merchant-1#up_01",
        "timestamp": 0,
        "kind": "upload",
        "status": "waiting",
        "cardKey": "open",
        "merchant": "merchant-1",
        "objectKey": "uploads/merchant-1/2026/11/30/up_01.csv",
        "requestedAt": "2026-11-30T23:59:59.999Z",
        "fileName": "November.csv",
        "size": 7,
    }


def test_a_checksum_is_signed_as_s3_has_it():
    fields = upload(sha256=SHA256).fields()
    assert fields["x-amz-checksum-sha256"] == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert "x-amz-checksum-sha256" not in upload().fields()


def test_the_answer_tells_all_that_a_client_needs():
    answer = upload(size=7).answer({"url": "https://bucket", "fields": {"key": "k"}})
    assert answer == {
        "uploadId": "up_01",
        "method": "POST",
        "url": "https://bucket",
        "fields": {"key": "k"},
        "key": "uploads/merchant-1/2026/11/30/up_01.csv",
        "expiresAt": "2026-12-01T00:14:59.999Z",
        "maxBytes": 7,
    }


def test_ids_are_ulids_that_sort_by_time():
    # The example of the ULID specification's own tests: time 1469918176385 is 01ARYZ6S41.
    assert new_upload_id(1469918176385, bytes(10)) == "up_01ARYZ6S41" + "0" * 16
    early, late = (new_upload_id(1469918176385 + step, bytes([255 - step]) * 10) for step in (0, 1))
    assert early < late
    assert len(early) == 3 + 26


def test_a_form_is_valid_for_fifteen_minutes():
    assert upload().expires_at - NOW == timedelta(minutes=15)
