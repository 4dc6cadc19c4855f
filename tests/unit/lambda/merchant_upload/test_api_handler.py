"""The handler: who calls, what is recorded and signed, and what a client is answered."""

import base64
import importlib
import json

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.support.function_settings import give

KEY_ID, MERCHANT = "k1a2b3c4d5", "merchant-1"
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class Recorded(list):
    """Takes the place of the table."""

    def put_item(self, **arguments):
        self.append(arguments)


@pytest.fixture
def module(monkeypatch):
    give(monkeypatch, MERCHANTS=json.dumps({MERCHANT: KEY_ID}))
    module = importlib.reload(importlib.import_module("merchant_upload.api_handler.index"))
    monkeypatch.setattr(module._STORE, "_table", Recorded())
    return module


def event(body="{}", key_id=KEY_ID):
    return {"body": body, "requestContext": {"requestId": "r-1", "identity": {"apiKeyId": key_id}}}


def test_a_request_is_recorded_once_and_answered_with_a_form_for_exactly_its_file(module):
    answer = module.handler(event(json.dumps({"fileName": "November.csv", "size": 7, "sha256": SHA256})), None)
    assert answer["statusCode"] == 201
    body = json.loads(answer["body"])
    (written,) = module._STORE._table
    assert written["Item"]["transaction_id"] == f"{MERCHANT}#{body['uploadId']}"
    assert written["ConditionExpression"] == "attribute_not_exists(transaction_id)"
    policy = json.loads(base64.b64decode(body["fields"]["policy"]))
    assert ["content-length-range", 7, 7] in policy["conditions"]
    for condition in ({"bucket": "bucket"}, {"key": body["key"]}, {"Content-Type": "text/csv"}):
        assert condition in policy["conditions"]
    assert {"x-amz-server-side-encryption": "aws:kms"} in policy["conditions"]
    assert {"x-amz-checksum-sha256": body["fields"]["x-amz-checksum-sha256"]} in policy["conditions"]
    assert body["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_without_a_size_a_file_may_have_up_to_ten_mebibytes(module):
    body = json.loads(module.handler(event(), None)["body"])
    policy = json.loads(base64.b64decode(body["fields"]["policy"]))
    assert ["content-length-range", 0, 10 * 1024 * 1024] in policy["conditions"]


@pytest.mark.parametrize("key_id", ["another", "", None])
def test_a_key_of_no_merchant_is_forbidden_whatever_the_body_says(module, key_id):
    answer = module.handler(event(json.dumps({"merchant": MERCHANT}), key_id), None)
    assert answer["statusCode"] == 403
    assert module._STORE._table == []


def test_a_bad_body_is_400_and_nothing_is_recorded(module):
    answer = module.handler(event('{"size": -1}'), None)
    assert (answer["statusCode"], json.loads(answer["body"])["errors"][0]["field"]) == (400, "size")
    assert module._STORE._table == []


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "PutItem"),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
    ],
)
def test_what_cannot_be_recorded_is_answered_with_try_again(module, monkeypatch, error):
    def put_item(**arguments):
        raise error

    monkeypatch.setattr(module._STORE._table, "put_item", put_item, raising=False)
    answer = module.handler(event(), None)
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "1")


def test_the_log_is_json_and_holds_no_value_of_the_request(module, capsys):
    module.handler(event('{"fileName": "4111 1111 1111 1111"}'), None)
    module.handler(event('{"fileName": "secret.csv"}'), None)
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["request refused", "upload awaited"]
    assert "4111" not in "".join(lines) and "secret" not in "".join(lines)
