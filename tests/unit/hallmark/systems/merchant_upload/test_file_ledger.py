"""The ledger names a file whose object is gone or altered, and an upload whose record is gone or another."""

import io
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from hallmark.sending.outcome import Outcome, Run, Status
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.ledger import reconcile
from hallmark.systems.merchant_upload.uploader import Uploaded
from infra.merchant_upload.outputs import Output

FILE = MerchantFile("one", "a.csv", b"bytes", 0)
PLACE = Uploaded("up_1", "uploads/one/up_1.csv")
RECORD = {
    "objectKey": {"S": PLACE.key},
    "fileName": {"S": "a.csv"},
    "size": {"N": "5"},
    "sha256": {"S": FILE.sha256},
}


class FakeStage:
    """Objects by key and items by partition key, as the two clients give them."""

    outputs = {Output.FILES_BUCKET: "bucket", Output.TRANSACTIONS_TABLE: "table"}  # noqa: RUF012 - as a stage has it

    def __init__(self, objects, items):
        self._objects, self._items = objects, items

    def client(self, service):
        return SimpleNamespace(get_object=self._get_object, get_item=self._get_item)

    def _get_object(self, Bucket, Key):
        if Key not in self._objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(self._objects[Key])}

    def _get_item(self, TableName, Key, ConsistentRead):
        item = self._items.get(Key["transaction_id"]["S"])
        return {"Item": item} if item else {}


def ledger_of(objects, items, status=Status.ACCEPTED):
    run = Run(datetime.now(UTC), 1.0, (Outcome(FILE, status, reason="400 size"),))
    return reconcile(FakeStage(objects, items), run, {FILE.id: PLACE}, lambda progress: None)


def test_a_file_that_is_kept_as_it_was_sent_is_no_difference():
    assert ledger_of({PLACE.key: b"bytes"}, {"one#up_1": RECORD}).differences == []


CASES = {
    "object gone": ({}, {"one#up_1": RECORD}, ["files bucket", "lost"]),
    "record gone": ({PLACE.key: b"bytes"}, {}, ["upload records", "lost"]),
    "other bytes": ({PLACE.key: b"Bytes"}, {"one#up_1": RECORD}, ["stored data differs"]),
    "another record": ({PLACE.key: b"bytes"}, {"one#up_1": {**RECORD, "size": {"N": "6"}}}, ["stored data differs"]),
}


@pytest.mark.parametrize("case", CASES)
def test_every_difference_is_named(case):
    objects, items, wanted = CASES[case]
    ledger = ledger_of(objects, items)
    assert len(ledger.differences) == len(wanted)
    for difference, words in zip(ledger.differences, wanted, strict=True):
        assert difference.startswith(words)
        assert FILE.id in difference


def test_a_refused_file_is_a_difference_with_its_reason():
    ledger = ledger_of({}, {}, Status.REFUSED)
    assert ledger.differences == ["not accepted: 1 of 1 (refused: 400 size)"]
