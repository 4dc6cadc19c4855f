"""A failed batch is read from the stream again, or rebuilt from the table; what fails again stays."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.csv_files.problems import Problem
from hallmark.ledger.messages import Message
from hallmark.redrive.work import Refused, Unknown
from hallmark.systems.merchant_upload import failures
from hallmark.systems.merchant_upload.expectation import Sent
from hallmark.systems.merchant_upload.failure_letters import Owner
from hallmark.systems.merchant_upload.files import MerchantFile
from infra.merchant_upload.outputs import Output

FUNCTION = "arn:aws:lambda:us-east-1:1:function:lambda-merchant-upload-anomaly-detection-dev"
STREAM = "arn:aws:dynamodb:us-east-1:1:table/rows/stream/2026"
BATCH = {
    "shardId": "shard",
    "startSequenceNumber": "5",
    "endSequenceNumber": "7",
    "streamArn": STREAM,
    "approximateArrivalOfFirstRecord": "2026-11-20T10:00:00Z",
    "approximateArrivalOfLastRecord": "2026-11-20T10:00:09Z",
}
LETTER = {"requestContext": {"functionArn": FUNCTION}, "DDBStreamBatchInfo": BATCH}


def record(number: int, kind: str = "transaction", event: str = "INSERT") -> dict[str, Any]:
    keys = {"transaction_id": {"S": f"one#txn-{number}"}, "timestamp": {"N": "1"}}
    image = {**keys, "kind": {"S": kind}}
    created = datetime(2026, 11, 20, tzinfo=UTC)
    data = {"SequenceNumber": str(number), "Keys": keys, "NewImage": image, "ApproximateCreationDateTime": created}
    return {"eventID": str(number), "eventName": event, "dynamodb": data}


class FakeStage:
    """A stream, a table's rows, and a function that fails on some sequence numbers, `fails` by number of times."""

    system, name, region = "merchant_upload", "dev", "us-east-1"
    outputs = {  # noqa: RUF012 - as a stage has it
        Output.ANOMALY_DETECTION_ARN: FUNCTION,
        Output.TRANSACTIONS_TABLE: "rows",
        Output.CARD_INDEX: "cards",
    }

    def __init__(self, records: list[dict[str, Any]], fails: dict[str, int] | None = None, trimmed: str = "") -> None:
        self.records, self.fails, self.trimmed = records, fails or {}, trimmed
        self.calls: list[list[str]] = []
        self.filters: dict[str, Any] = {}

    def client(self, service: str) -> "FakeStage":
        return self

    def get_shard_iterator(self, **asked: Any) -> dict[str, Any]:
        if self.trimmed:
            raise ClientError({"Error": {"Code": self.trimmed}}, "GetShardIterator")
        assert (asked["ShardIteratorType"], asked["SequenceNumber"]) == ("AT_SEQUENCE_NUMBER", "5")
        return {"ShardIterator": "0"}

    def get_records(self, ShardIterator: str) -> dict[str, Any]:
        at = int(ShardIterator)
        return {"Records": self.records[at : at + 2], "NextShardIterator": str(at + 2)}

    def get_paginator(self, _: str) -> "FakeStage":
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        self.filters = asked["ExpressionAttributeValues"]
        return [{"Items": [record(number)["dynamodb"]["NewImage"] for number in (1, 2)]}]

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        numbers = [one["dynamodb"]["SequenceNumber"] for one in json.loads(Payload)["Records"]]
        self.calls.append(numbers)
        failed = [number for number in numbers if self.fails.get(number, 0) > 0]
        for number in failed:
            self.fails[number] -= 1
        said = {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
        return {"Payload": io.BytesIO(json.dumps(said).encode())}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "_PAUSE_SECONDS", 0)


def work(stage: FakeStage, letter: Any = None) -> Any:
    return failures.FAILURES.shape(stage, LETTER if letter is None else letter)


def test_new_rows_of_the_batch_are_judged_again() -> None:
    stage = FakeStage([record(5), record(6, event="MODIFY"), record(7), record(8)])
    found = work(stage)
    assert stage.calls == []
    found.do()
    assert (found.what, stage.calls) == ("invoke anomaly-detection with records of the stream", [["5", "7"]])


def test_what_fails_is_tried_again_from_the_first_on() -> None:
    stage = FakeStage([record(5), record(6), record(7)], fails={"6": 1})
    work(stage).do()
    assert stage.calls == [["5", "6", "7"], ["6", "7"]]


def test_what_fails_again_and_again_stays() -> None:
    with pytest.raises(Refused, match=r"^1 of its 3 records fail again$"):
        work(FakeStage([record(5), record(6), record(7)], fails={"7": 9})).do()


@pytest.mark.parametrize("trimmed", ["TrimmedDataAccessException", "ResourceNotFoundException"])
def test_what_the_stream_forgot_is_rebuilt_from_rows_of_that_time(trimmed: str) -> None:
    stage = FakeStage([], trimmed=trimmed)
    found = work(stage)
    found.do()
    assert (found.what, stage.calls) == ("invoke anomaly-detection with rows of the table", [["1", "2"]])
    assert stage.filters[":earliest"] == {"S": "2026-11-20T09:55:00.000Z"}
    assert stage.filters[":latest"] == {"S": "2026-11-20T10:01:09.000Z"}


def test_another_error_of_the_stream_is_no_end_of_it() -> None:
    with pytest.raises(ClientError):
        work(FakeStage([], trimmed="LimitExceededException"))


@pytest.mark.parametrize(
    "letter",
    [
        {**LETTER, "requestContext": {"functionArn": f"{FUNCTION}-other"}},
        {**LETTER, "DDBStreamBatchInfo": {**BATCH, "streamArn": STREAM.replace("rows", "others")}},
    ],
)
def test_a_batch_of_another_function_or_table_stays(letter: dict[str, Any]) -> None:
    with pytest.raises(Unknown):
        work(FakeStage([]), letter)


def test_another_message_has_no_shape() -> None:
    assert work(FakeStage([]), {"kind": "other"}) is None


def test_messages_are_of_the_run_whose_files_and_rows_they_name() -> None:
    sent = Sent(MerchantFile("one", "a.csv", b"", 0), "up_1", "uploads/one/a b.csv", Problem(1, None, "no-rows"))
    owner = Owner(FakeStage([record(5), record(7)]), {sent.key: sent}, frozenset({"one#txn-7"}))
    notification = {"requestPayload": {"Records": [{"s3": {"object": {"key": "uploads/one/a+b.csv"}}}]}}
    other = {"requestPayload": {"Records": [{"s3": {"object": {"key": "uploads/one/other.csv"}}}]}}
    found = [owner.item_of(Message(json.dumps(body), {})) for body in (notification, other, LETTER, [], "x")]
    assert found == [sent.file.id, None, "one#txn-7", None, None]
    assert owner.item_of(Message("no JSON", {})) is None
    assert (owner.covered, owner.files) == ({"one#txn-7"}, {sent.file.id})
