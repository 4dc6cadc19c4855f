"""A merchant asks for a form and uploads one file with it; the form is good for that file and nothing else."""

import hashlib
import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.contract import (
    ANSWER,
    CONTENT_TYPE,
    ENCRYPTION,
    KEY,
    MERCHANTS,
    MOST_BYTES,
    UPLOAD_ID,
    VALID,
)

FILE = b"transaction_id,timestamp\r\n" + "é,\u20ac\r\n".encode() + bytes(range(256))
SHA256 = hashlib.sha256(FILE).hexdigest()


def record(stage, merchant, upload_id):
    """The upload's item of the table."""
    key = {"transaction_id": {"S": f"{merchant}#{upload_id}"}, "timestamp": {"N": "0"}}
    table = stage.outputs[Output.TRANSACTIONS_TABLE]
    return stage.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")


@pytest.mark.control("MU_PRESIGNED")
def test_one_file_goes_through_byte_for_byte_and_has_a_record(stage, merchant, stored):
    client, before = merchant(MERCHANTS[0]), datetime.now(UTC)
    form = client.form(fileName="November é.csv", size=len(FILE), sha256=SHA256)
    assert set(form) == ANSWER
    assert re.fullmatch(UPLOAD_ID, form["uploadId"])
    assert re.fullmatch(KEY.format(merchant=MERCHANTS[0], upload=form["uploadId"]), form["key"])
    left = datetime.fromisoformat(form["expiresAt"]) - before
    assert VALID - timedelta(seconds=1) <= left <= VALID + timedelta(seconds=30)
    # Before there is a file.
    item = record(stage, MERCHANTS[0], form["uploadId"])
    assert client.post(form, FILE).status == 204
    kept = stored(form["key"])
    assert kept["Body"].read() == FILE
    assert (kept["ContentType"], kept["ServerSideEncryption"]) == (CONTENT_TYPE, ENCRYPTION)
    assert kept["VersionId"] not in ("", "null")
    assert {name: next(iter(value.values())) for name, value in item.items() if name != "requestedAt"} == {
        "transaction_id": f"{MERCHANTS[0]}#{form['uploadId']}",
        "timestamp": "0",
        "kind": "upload",
        "status": "waiting",
        "cardKey": "open",
        "merchant": MERCHANTS[0],
        "objectKey": form["key"],
        "fileName": "November é.csv",
        "size": str(len(FILE)),
        "sha256": SHA256,
    }


@pytest.mark.control("MU_PRESIGNED")
def test_without_a_word_about_the_file_any_of_up_to_ten_mebibytes_is_taken(merchant, stored):
    client = merchant(MERCHANTS[0])
    form = client.form()
    assert form["maxBytes"] == MOST_BYTES
    assert client.post(form, b"").status == 204
    assert stored(form["key"])["ContentLength"] == 0


OTHERWISE = {
    "another key": {"key": "uploads/garden-market/2026/11/30/up_1.csv"},
    "another type": {"Content-Type": "text/html"},
    "no encryption of ours": {"x-amz-server-side-encryption": "AES256"},
    "a key of its own": {"x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:us-east-1:000000000000:key/mine"},
    "public": {"acl": "public-read"},
    "another policy": {"policy": "e30="},
}


@pytest.mark.control("MU_PRESIGNED")
@pytest.mark.parametrize("change", OTHERWISE)
def test_a_form_with_a_changed_field_is_refused(merchant, stored, change):
    client = merchant(MERCHANTS[0])
    form = client.form()
    assert client.post(form, FILE, **OTHERWISE[change]).status in (400, 403)
    with pytest.raises(ClientError, match="NoSuchKey"):
        stored(form["key"])


@pytest.mark.control("MU_PRESIGNED")
@pytest.mark.parametrize("content", [FILE[:-1], FILE + b"x", b""])
def test_a_file_of_another_size_than_was_said_is_refused(merchant, content):
    client = merchant(MERCHANTS[0])
    assert client.post(client.form(size=len(FILE)), content).status in (400, 403)


@pytest.mark.control("MU_PRESIGNED")
def test_other_bytes_than_were_signed_are_refused(merchant):
    client = merchant(MERCHANTS[0])
    assert client.post(client.form(size=len(FILE), sha256=SHA256), FILE[:-1] + b"x").status == 400


@pytest.mark.control("MU_API_KEY")
@pytest.mark.parametrize("key", [None, "x" * 40])
def test_without_a_key_of_the_plan_nothing_is_answered(merchant, key):
    answer = merchant(MERCHANTS[0], key).ask({})
    assert (answer.status, answer.json()["message"]) == (403, "Forbidden")


@pytest.mark.control("MU_API_KEY")
def test_the_key_says_who_calls_and_neither_a_header_nor_the_body(merchant):
    for name in MERCHANTS:
        form = merchant(name).ask({}, {"x-merchant": "another", "x-api-key-id": "another"}).json()
        assert form["key"].startswith(f"uploads/{name}/")
        assert merchant(name).ask({"merchant": "another"}).status == 400


BAD = ["", "no json", "[]", "null", '{"size": -1}', '{"size": "7"}', '{"sha256": "7"}', '{"fileName": ""}']
BAD += ['{"fileName": "4111 1111 1111 1111"}', '{"fileName": "=cmd()"}', '{"other": 1}', '{"size": 1e999}']


@pytest.mark.control("MU_PRESIGNED")
@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
@pytest.mark.parametrize("body", BAD)
def test_a_bad_request_is_400_with_the_rules_and_without_its_values(merchant, body, content_type):
    answer = merchant(MERCHANTS[0]).ask(body, {"content-type": content_type})
    assert answer.status == 400
    assert answer.json()["errors"]
    assert b"4111" not in answer.data and b"cmd" not in answer.data


@pytest.mark.control("MU_FN_LOGS")
def test_the_function_s_log_is_json_in_its_own_group_and_without_names_of_files(stage, merchant):
    secret = f"secret-{uuid.uuid4().hex}.csv"
    form = merchant(MERCHANTS[0]).form(fileName=secret)
    group = f"/aws/lambda/{stage.outputs[Output.API_HANDLER_ARN].rpartition(':')[2]}"
    events = stage.client("logs").filter_log_events(logGroupName=group)["events"]
    ours = [json.loads(event["message"]) for event in events if form["uploadId"] in event["message"]]
    assert [line["message"] for line in ours] == ["upload awaited"]
    assert not [event for event in events if secret in event["message"]]


def test_hallmark_send_carries_files_and_accounts_for_each(stage, hallmark, tmp_path):
    (tmp_path / "one.csv").write_bytes(FILE)
    (tmp_path / "two.csv").write_bytes(b"")
    done = hallmark(
        "send", "--system", "merchant_upload", "--target", "aws", str(tmp_path / "one.csv"), str(tmp_path / "two.csv")
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^files bucket +2 +2 +0 +0$", done.stdout, re.MULTILINE)
    assert re.search(r"^uploads' records +2 +2 +0 +0$", done.stdout, re.MULTILINE)
