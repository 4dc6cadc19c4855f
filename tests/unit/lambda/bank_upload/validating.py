"""The function `validation` over a table and a bucket in this process."""

import base64
import importlib
import io
import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from bank_upload import items
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from tests.support.function_settings import give
from tests.support.local_dynamodb import LocalDynamoDb

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


@contextmanager
def building():
    """Give the function over empty stores."""
    with pytest.MonkeyPatch.context() as patch:
        banks = json.dumps({"key-1": BANK, "key-2": "second-bank"})
        give(patch, BANKS=banks, STATUS_TABLE="status", MAX_FILE_BYTES="100000", MAX_ROWS="1000")
        module = importlib.reload(importlib.import_module("bank_upload.validation.index"))
        tables = LocalDynamoDb({"status": (("uploadId", "S"), ("part", "S"))})
        tables.attach(module._STORE._table.meta.client)
        yield World(module, tables)


def emptied(built, monkeypatch):
    """Return the function over empty stores, at the time of the tests."""
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
