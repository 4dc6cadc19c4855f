"""The function `validation` on a table in this process."""

import importlib
import io
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import quote_plus

from botocore.exceptions import ClientError

from tests.support.function_settings import give
from tests.support.local_dynamodb import LocalDynamoDb

MERCHANT, UPLOAD = "corner-shop", "up_01ARZ3NDEKTSV4RRFFQ69G5FAV"
OTHER, CARD = "up_01ARZ3NDEKTSV4RRFFQ69G5FAW", "4111111111111111"
KEY = f"uploads/{MERCHANT}/2026/11/30/{UPLOAD}.csv"
CREATED = datetime(2026, 11, 30, 12, tzinfo=UTC)
HEADER = "transaction_id,timestamp,card_token,amount,currency,country,merchant_category,card_present,time_zone"
TIMES = {"startedAt", "validatedAt", "finishedAt", "removedAt", "storedAt", "claimedAt"}
PLENTY, LITTLE = 200_000, 1_000


class Killed(BaseException):
    """The process ends, as Lambda ends it."""


class World:
    """The table, one bucket and the function; every call passes `around`."""

    def __init__(self, module, table):
        self.module, self.table, self.objects, self.calls = module, table, {}, []
        self.around = lambda operation, call: call()
        table.empty()
        table.around = self._counted
        module._STORE._s3 = SimpleNamespace(get_object=self._get, delete_object=self._delete)

    def _counted(self, operation, call):
        self.calls.append(operation)
        return self.around(operation, call)

    def _get(self, Bucket, Key, VersionId):
        def read():
            if (Key, VersionId) not in self.objects:
                raise ClientError({"Error": {"Code": "NoSuchVersion"}}, "GetObject")
            content = self.objects[Key, VersionId]
            return {"LastModified": CREATED, "ContentLength": len(content), "Body": io.BytesIO(content)}

        return self._counted("GetObject", read)

    def _delete(self, Bucket, Key, VersionId):
        self._counted("DeleteObject", lambda: self.objects.pop((Key, VersionId), None))

    def upload(self, *lines, key=KEY, version="v1", header=HEADER, **said):
        """Put a file there, and its upload's record if it has none."""
        self.objects[key, version] = "\n".join([header, *lines]).encode()
        _, merchant, *_, name = key.split("/")
        record = {
            "transaction_id": {"S": f"{merchant}#{name[:-4]}"},
            "timestamp": {"N": "0"},
            **{name: {"S": text} for name, text in (("kind", "upload"), ("status", "waiting"), ("objectKey", key))},
            "cardKey": {"S": "open"},
            "requestedAt": {"S": "2026-11-30T11:59:00.000Z"},
            **said,
        }
        if record["transaction_id"] not in [item["transaction_id"] for item in self.table.items()]:
            self.table.put(record)

    def deliver(self, *, key=KEY, version="v1", left=PLENTY):
        """Let S3 say that a file is there."""
        s3 = {"bucket": {"name": "bucket"}, "object": {"key": quote_plus(key), "versionId": version}}
        context = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: left)
        self.module.handler({"Records": [{"s3": s3}]}, context)

    def kept(self):
        """Return all items and objects; of times only that they are there."""
        items = [
            {name: "a time" if name in TIMES else value for name, value in item.items()} for item in self.table.items()
        ]
        return items, sorted(self.objects)

    def item(self, upload=UPLOAD, merchant=MERCHANT):
        """Return an upload's item."""
        (found,) = (item for item in self.table.items() if item["transaction_id"]["S"] == f"{merchant}#{upload}")
        return found

    def counts(self, upload=UPLOAD):
        """Return rows, stored, duplicates, rejected and conflicts of an upload."""
        item = self.item(upload)
        return tuple(int(item[name]["N"]) for name in ("rows", "stored", "duplicates", "rejected", "conflicts"))

    def errors(self, upload=UPLOAD):
        """Return an upload's problems as (line, column, rule)."""
        found = [error["M"] for error in self.item(upload)["errors"]["L"]]
        return [(int(e["line"]["N"]), e.get("column", {}).get("S"), e["rule"]["S"]) for e in found]


def build(monkeypatch):
    """Return the function over an empty table."""
    give(monkeypatch, MAX_ROWS="50000")
    module = importlib.reload(importlib.import_module("merchant_upload.validation.index"))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    table = LocalDynamoDb()
    table.attach(module._STORE._dynamodb)
    table.attach(module._STORE._table.meta.client)
    return World(module, table)


def row(name, amount="12.50", card="tok-000001", at="2026-11-30T10:00:00Z", zone=""):
    return f"{name},{at},{card},{amount},EUR,DE,grocery,true,{zone}"
