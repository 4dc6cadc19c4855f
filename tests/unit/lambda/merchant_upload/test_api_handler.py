"""`POST /upload`: what is refused, what the form fixes, what is written down."""

import base64
import importlib
import json
from datetime import UTC, datetime

import boto3
import pytest
from merchant_upload.api_handler.form import Upload, presigned
from merchant_upload.api_handler.wanted import MAX_BYTES, Refused, Wanted, wanted

SHA256 = "ab" * 32
UPLOAD = Upload("up_01JDXYZ", "corner-shop", datetime(2026, 11, 3, 9, 5, tzinfo=UTC))


class Table:
    """Takes items."""

    def __init__(self):
        self.items = []

    def put_item(self, *, Item, ConditionExpression):
        assert ConditionExpression == "attribute_not_exists(transaction_id)"
        self.items.append(Item)


@pytest.fixture
def s3(monkeypatch):
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return boto3.client("s3")


@pytest.fixture
def index(s3, monkeypatch):
    for name, value in {"FILES_BUCKET": "files", "TRANSACTIONS_TABLE": "transactions"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MERCHANTS", '{"corner-shop": "key1", "garden-market": "key2"}')
    module = importlib.reload(importlib.import_module("merchant_upload.api_handler.index"))
    monkeypatch.setattr(module, "_TABLE", Table())
    return module


def asked(index, body, key="key1"):
    event = {"requestContext": {"identity": {"apiKeyId": key}}, "body": body}
    answer = index.handler(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def policy_of(form):
    return json.loads(base64.b64decode(form["fields"]["policy"]))["conditions"]


BAD = [
    (None, "body", "a JSON object"),
    ("", "body", "a JSON object"),
    ("[]", "body", "a JSON object"),
    ("{", "body", "a JSON object"),
    ("[" * 100_000, "body", "a JSON object"),
    ('{"merchant": "garden-market"}', "body", "no other field than fileName, size, sha256"),
    ('{"fileName": 1}', "fileName", "format"),
    ('{"fileName": ""}', "fileName", "format"),
    ('{"fileName": "a\\u0000b"}', "fileName", "format"),
    ('{"fileName": "\\ud800"}', "fileName", "format"),
    (json.dumps({"fileName": "x" * 201}), "fileName", "too-long"),
    ('{"fileName": "=cmd()"}', "fileName", "formula"),
    ('{"fileName": "cards of 4111 1111 1111 1111.csv"}', "fileName", "card-number"),
    ('{"size": 0}', "size", f"a whole number of bytes from 1 to {MAX_BYTES}"),
    ('{"size": true}', "size", f"a whole number of bytes from 1 to {MAX_BYTES}"),
    ('{"size": 1.5}', "size", f"a whole number of bytes from 1 to {MAX_BYTES}"),
    ('{"size": 10485761}', "size", f"a whole number of bytes from 1 to {MAX_BYTES}"),
    (json.dumps({"sha256": SHA256.upper()}), "sha256", "64 hexadecimal digits in lower case"),
]


@pytest.mark.parametrize(("body", "field", "rule"), BAD)
def test_a_bad_body_is_refused_by_field_and_rule(body, field, rule):
    assert wanted(body) == Refused([{"field": field, "rule": rule}])


def test_every_field_is_optional():
    assert wanted("{}") == Wanted()
    body = {"fileName": "x" * 200, "size": MAX_BYTES, "sha256": SHA256}
    assert wanted(json.dumps(body)) == Wanted("x" * 200, MAX_BYTES, SHA256)


def test_the_key_is_ours_never_the_clients_name():
    assert UPLOAD.key == "uploads/corner-shop/2026/11/03/up_01JDXYZ.csv"


def test_the_form_fixes_bucket_key_type_encryption_and_size(s3):
    form = presigned(s3, "files", UPLOAD, Wanted())
    signing = ("x-amz-algorithm", "x-amz-credential", "x-amz-date")
    own = [one for one in policy_of(form) if isinstance(one, list) or not set(one) & set(signing)]
    assert own == [
        {"Content-Type": "text/csv"},
        {"x-amz-server-side-encryption": "aws:kms"},
        ["content-length-range", 1, MAX_BYTES],
        {"bucket": "files"},
        {"key": UPLOAD.key},
    ]


def test_a_size_and_a_checksum_are_signed_into_the_form(s3):
    form = presigned(s3, "files", UPLOAD, Wanted(size=42, sha256=SHA256))
    checksum = base64.b64encode(bytes.fromhex(SHA256)).decode()
    assert ["content-length-range", 42, 42] in policy_of(form)
    assert {"x-amz-checksum-sha256": checksum} in policy_of(form)
    assert form["fields"]["x-amz-checksum-sha256"] == checksum


def test_an_upload_is_answered_and_written_down(index):
    status, answer = asked(index, json.dumps({"fileName": "november.csv", "size": 42}))
    assert status == 201
    assert set(answer) == {"uploadId", "method", "url", "fields", "key", "expiresAt", "maxBytes"}
    assert (answer["method"], answer["maxBytes"]) == ("POST", 42)
    assert answer["uploadId"].startswith("up_") and len(answer["uploadId"]) == 29
    (item,) = index._TABLE.items
    assert item.pop("requestedAt") < answer["expiresAt"]
    assert item == {
        "transaction_id": f"corner-shop#{answer['uploadId']}",
        "timestamp": 0,
        "kind": "upload",
        "status": "waiting",
        "uploadId": answer["uploadId"],
        "merchant": "corner-shop",
        "objectKey": answer["key"],
        "fileName": "november.csv",
        "size": 42,
    }


def test_the_keys_id_says_whose_upload_it_is(index):
    _, answer = asked(index, "{}", key="key2")
    assert answer["key"].startswith("uploads/garden-market/")
    for key in ("key3", "", None):
        assert asked(index, "{}", key=key)[0] == 403
    assert len(index._TABLE.items) == 1


def test_what_is_refused_is_answered_400_and_written_nowhere(index, capsys):
    status, answer = asked(index, '{"fileName": "=secret"}')
    assert (status, answer["errors"]) == (400, [{"field": "fileName", "rule": "formula"}])
    assert index._TABLE.items == []
    assert "secret" not in capsys.readouterr().out
