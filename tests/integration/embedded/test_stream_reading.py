"""The records of a stream, and its own API: what a write leaves, where iterators begin, what a closed stream holds."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import STREAM, Injection, inject
from tests.support.streams import Streamed, item, make_table
from tests.support.waiting import wait_for

Make = Callable[..., Streamed]
Json = dict[str, Any]
KEY = item("a/0")


def _shards(client: Any, stream: str, **page: Any) -> list[Json]:
    described = client("dynamodbstreams").describe_stream(StreamArn=stream, **page)["StreamDescription"]
    shards: list[Json] = described["Shards"]
    return shards


def _iterator(client: Any, stream: str, shard: str, kind: str, number: str | None = None) -> str:
    place = {} if number is None else {"SequenceNumber": number}
    answer = client("dynamodbstreams").get_shard_iterator(
        StreamArn=stream, ShardId=shard, ShardIteratorType=kind, **place
    )
    iterator: str = answer["ShardIterator"]
    return iterator


def _records(client: Any, stream: str) -> list[Json]:
    """Return the records of all shards, each shard's in order."""
    found: list[Json] = []
    for shard in _shards(client, stream):
        iterator = _iterator(client, stream, shard["ShardId"], "TRIM_HORIZON")
        found += client("dynamodbstreams").get_records(ShardIterator=iterator)["Records"]
    return found


def _write(client: Any, table: str) -> None:
    """Insert, change (twice), leave as it is, and remove one item; by every kind of write."""
    api = client("dynamodb")
    value = {"ExpressionAttributeNames": {"#v": "value"}, "UpdateExpression": "SET #v = :v", "TableName": table}
    api.put_item(TableName=table, Item=item("a/0", value={"N": "0"}))
    api.update_item(Key=KEY, ExpressionAttributeValues={":v": {"N": "1"}}, **value)
    api.transact_write_items(
        TransactItems=[{"Update": {"Key": KEY, "ExpressionAttributeValues": {":v": {"N": "2"}}, **value}}]
    )
    api.put_item(TableName=table, Item=item("a/0", value={"N": "2"}))
    api.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": KEY}}]})
    api.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item("a/0", value={"N": "3"})}}]})
    api.transact_write_items(TransactItems=[{"Delete": {"TableName": table, "Key": KEY}}])
    api.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": item("a/0", value={"N": "4"})}}])


CHANGES: list[tuple[str, str | None, str | None]] = [
    ("INSERT", None, "0"),
    ("MODIFY", "0", "1"),
    ("MODIFY", "1", "2"),
    ("REMOVE", "2", None),
    ("INSERT", None, "3"),
    ("REMOVE", "3", None),
    ("INSERT", None, "4"),
]


@pytest.mark.parametrize("view", ["NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"])
def test_every_kind_of_write_leaves_the_images_of_its_view(client: Any, unique: str, view: str) -> None:
    stream = make_table(client, unique, view)
    _write(client, unique)
    records = _records(client, stream)
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]
    assert numbers == sorted(set(numbers))

    def image(change: Json, name: str) -> str | None:
        value: str | None = change.get(name, {}).get("value", {}).get("N")
        return value

    seen = [
        (one["eventName"], image(one["dynamodb"], "OldImage"), image(one["dynamodb"], "NewImage")) for one in records
    ]
    has_old, has_new = "OLD" in view, "NEW" in view
    assert seen == [(name, old if has_old else None, new if has_new else None) for name, old, new in CHANGES]
    assert all(record["dynamodb"]["Keys"] == KEY and record["dynamodb"]["SizeBytes"] > 0 for record in records)
    assert {record["dynamodb"]["StreamViewType"] for record in records} == {view}
    assert "eventSourceARN" not in records[0]


def test_iterators_begin_where_they_are_asked_to(client: Any, unique: str) -> None:
    stream = make_table(client, unique)
    _write(client, unique)
    numbers = [record["dynamodb"]["SequenceNumber"] for record in _records(client, stream)]
    shard = next(one["ShardId"] for one in _shards(client, stream) if _holds(client, stream, one, numbers[0]))

    def read(kind: str, number: str | None = None, **limit: int) -> list[str]:
        iterator = _iterator(client, stream, shard, kind, number)
        answer = client("dynamodbstreams").get_records(ShardIterator=iterator, **limit)
        assert answer["NextShardIterator"]
        return [record["dynamodb"]["SequenceNumber"] for record in answer["Records"]]

    assert read("AT_SEQUENCE_NUMBER", numbers[2]) == numbers[2:]
    assert read("AFTER_SEQUENCE_NUMBER", numbers[2]) == numbers[3:]
    assert read("TRIM_HORIZON", Limit=3) == numbers[:3]
    assert read("LATEST") == []
    first = client("dynamodbstreams").get_records(
        ShardIterator=_iterator(client, stream, shard, "TRIM_HORIZON"), Limit=5
    )
    rest = client("dynamodbstreams").get_records(ShardIterator=first["NextShardIterator"])["Records"]
    assert [record["dynamodb"]["SequenceNumber"] for record in rest] == numbers[5:]


def test_what_no_shard_has_is_refused(client: Any, unique: str) -> None:
    stream = make_table(client, unique)
    _write(client, unique)
    number = _records(client, stream)[0]["dynamodb"]["SequenceNumber"]
    codes = []
    for shard in [*(one["ShardId"] for one in _shards(client, stream)), f"shardId-{0:020d}-{0:08d}"]:
        try:
            _iterator(client, stream, shard, "AT_SEQUENCE_NUMBER", number)
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])
    assert sorted(codes) == ["ResourceNotFoundException", *["ValidationException"] * 3]


def test_shards_are_described_in_pages(client: Any, unique: str) -> None:
    stream = make_table(client, unique)
    ids = [shard["ShardId"] for shard in _shards(client, stream)]
    assert len(set(ids)) == 4
    assert [shard["ShardId"] for shard in _shards(client, stream, Limit=3)] == ids[:3]
    assert [shard["ShardId"] for shard in _shards(client, stream, ExclusiveStartShardId=ids[2])] == ids[3:]


def test_a_closed_stream_can_be_read_to_its_end_and_is_still_delivered(client: Any, streamed: Make) -> None:
    stream = streamed()
    stream.put("a/0")
    client("dynamodb").delete_table(TableName=stream.name)
    described = client("dynamodbstreams").describe_stream(StreamArn=stream.stream)["StreamDescription"]
    assert described["StreamStatus"] == "DISABLED"
    assert all("EndingSequenceNumber" in shard["SequenceNumberRange"] for shard in described["Shards"])
    (record,) = _records(client, stream.stream)
    assert record["dynamodb"]["Keys"] == KEY
    for shard in described["Shards"]:
        iterator = _iterator(client, stream.stream, shard["ShardId"], "TRIM_HORIZON")
        assert "NextShardIterator" not in client("dynamodbstreams").get_records(ShardIterator=iterator)
    stream.map()
    assert stream.delivered(1) == [["a/0"]]


def test_a_stream_that_never_had_a_record_is_closed_too(client: Any, unique: str) -> None:
    stream = make_table(client, unique)
    client("dynamodb").update_table(TableName=unique, StreamSpecification={"StreamEnabled": False})
    assert all("EndingSequenceNumber" in shard["SequenceNumberRange"] for shard in _shards(client, stream))
    assert _records(client, stream) == []


@pytest.mark.embedded
def test_after_a_day_a_record_is_gone(client: Any, streamed: Make, running_emulator: Emulator) -> None:
    stream = streamed()
    stream.put("a/0")
    (record,) = _records(client, stream.stream)
    place = record["dynamodb"]["SequenceNumber"]
    shard = next(one for one in _shards(client, stream.stream) if _holds(client, stream.stream, one, place))
    old = _iterator(client, stream.stream, shard["ShardId"], "TRIM_HORIZON")
    day = Injection(STREAM, stream.name, seconds=24 * 60 * 60 + 1)
    with inject(running_emulator.endpoint, day):
        stream.map(**stream.on_failure)
        (given_up,) = stream.failures()
    assert given_up["requestContext"]["condition"] == "RecordAgeExceeded"
    assert _records(client, stream.stream) == []
    for read in (
        lambda: client("dynamodbstreams").get_records(ShardIterator=old),
        lambda: _iterator(client, stream.stream, shard["ShardId"], "AT_SEQUENCE_NUMBER", place),
    ):
        with pytest.raises(client("dynamodbstreams").exceptions.TrimmedDataAccessException):
            read()
    stream.put("a/1")
    assert stream.delivered(1) == [["a/1"]]


def _holds(client: Any, stream: str, shard: Json, number: str) -> bool:
    try:
        return bool(_iterator(client, stream, shard["ShardId"], "AT_SEQUENCE_NUMBER", number))
    except ClientError:
        return False


def test_the_age_of_the_last_record_is_a_metric(client: Any, streamed: Make) -> None:
    stream = streamed()
    stream.put("a/0")
    stream.map()
    stream.delivered(1)
    wanted = {"Namespace": "AWS/Lambda", "Dimensions": [{"Name": "FunctionName", "Value": stream.name}]}
    names = lambda: {one["MetricName"] for one in client("cloudwatch").list_metrics(**wanted)["Metrics"]}  # noqa: E731
    wait_for(lambda: {"IteratorAge", "Invocations", "Errors", "Duration"} <= names(), "the metrics", 20)
