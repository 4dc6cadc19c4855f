"""Shards, lanes and mappings: what waits for what, and what happens to them when something is changed or removed."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import DESTINATION, STREAM, Injection, inject
from tests.support.policy_statements import allow
from tests.support.streams import READING, Streamed, item, make_function, make_role
from tests.support.waiting import wait_for

Make = Callable[..., Streamed]
MANY = [f"{letter}/{number}" for number in range(10) for letter in "abcdefgh"]


def _delivered(stream: Streamed, keys: list[str]) -> list[str]:
    """Wait until all of the keys were delivered; return what was, in its order."""
    wait_for(lambda: set(itertools.chain(*stream.deliveries())) >= set(keys), "all keys", 20)
    return list(itertools.chain(*stream.deliveries()))


def _shards(stream: Streamed) -> dict[str, list[str]]:
    """Return the keys of each shard by the stream's own API."""
    described = stream.client("dynamodbstreams").describe_stream(StreamArn=stream.stream)["StreamDescription"]
    shards: dict[str, list[str]] = {}
    for shard in described["Shards"]:
        number = shard["SequenceNumberRange"]["StartingSequenceNumber"]
        place = {"streamArn": stream.stream, "shardId": shard["ShardId"], "startSequenceNumber": number}
        shards[shard["ShardId"]] = stream.read({**place, "endSequenceNumber": "9" * 40})
    return shards


def test_a_partition_key_is_in_order_and_in_one_shard(streamed: Make) -> None:
    stream = streamed()
    stream.put(*MANY)
    stream.map(BatchSize=7)
    arrived = _delivered(stream, MANY)
    assert len(arrived) == len(MANY)
    for letter in "abcdefgh":
        assert [key for key in arrived if key[0] == letter] == [key for key in MANY if key[0] == letter]
    shards = _shards(stream)
    assert len(shards) == 4
    assert sorted(itertools.chain(*shards.values())) == sorted(MANY)
    letters = [letter for keys in shards.values() for letter in {key[0] for key in keys}]
    assert len(letters) == len(set(letters)) == 8
    for batch in stream.deliveries():
        assert any(set(batch) <= set(keys) for keys in shards.values())


def test_a_blocked_shard_blocks_no_other(client: Any, streamed: Make) -> None:
    stream = streamed()
    stream.put("a/0", bad=("a/0",))
    mapping = stream.map()
    stream.delivered(1)
    stream.put(*MANY[1:])
    blocked = next(set(keys) for keys in _shards(stream).values() if "a/0" in keys)
    arrived = _delivered(stream, [key for key in MANY if key not in blocked])
    assert blocked & set(arrived) == {"a/0"}
    client("lambda").update_event_source_mapping(UUID=mapping, MaximumRetryAttempts=0)
    _delivered(stream, MANY)


def test_lanes_of_a_shard_run_at_once_and_keep_an_items_order(client: Any, streamed: Make) -> None:
    stream = streamed(WAIT="100")
    for value in range(3):
        for number in range(8):
            changed = item(f"a/{number}", value={"N": str(value)})
            client("dynamodb").put_item(TableName=stream.name, Item=changed)
    stream.map(BatchSize=4, ParallelizationFactor=2)
    wait_for(lambda: len(list(itertools.chain(*stream.deliveries()))) == 24, "all changes", 20)
    batches = stream.deliveries()
    arrived = list(itertools.chain(*batches))
    for number in range(8):
        changes = [f"a/{number}={value}" for value in range(3)]
        assert [key for key in arrived if key in changes] == changes
    # Two lanes: the items of one never are in a batch of the other.
    lanes: list[set[str]] = []
    for batch in ({key.partition("=")[0] for key in batch} for batch in batches):
        met = [lane for lane in lanes if lane & batch]
        lanes = [lane for lane in lanes if lane not in met] + [batch.union(*met)]
    assert len(lanes) == 2


def test_a_mapping_that_is_disabled_goes_on_where_it_stood(client: Any, streamed: Make) -> None:
    stream = streamed()
    mapping = stream.map()
    stream.put("a/0")
    stream.delivered(1)
    client("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)
    wait_for(lambda: client("lambda").get_event_source_mapping(UUID=mapping)["State"] == "Disabled", "the state")
    stream.put("a/1", "a/2")
    client("lambda").update_event_source_mapping(UUID=mapping, Enabled=True, BatchSize=1, ParallelizationFactor=3)
    arrived = _delivered(stream, ["a/0", "a/1", "a/2"])
    assert sorted(arrived) == ["a/0", "a/1", "a/2"]
    assert max(len(batch) for batch in stream.deliveries()) == 1


def test_settings_change_while_a_batch_is_retried(client: Any, streamed: Make) -> None:
    stream = streamed()
    stream.put("a/0", "a/1", bad=("a/0",))
    mapping = stream.map(**stream.on_failure)
    stream.delivered(2)
    client("lambda").update_event_source_mapping(UUID=mapping, MaximumRetryAttempts=0)
    (record,) = stream.failures()
    assert record["DDBStreamBatchInfo"]["batchSize"] == 2
    wait_for(lambda: client("lambda").get_event_source_mapping(UUID=mapping)["LastProcessingResult"], "a result")


def test_a_deleted_mapping_delivers_no_more(client: Any, streamed: Make) -> None:
    stream = streamed()
    mapping = stream.map()
    stream.put("a/0", bad=("a/0",))
    stream.delivered(1)
    client("lambda").delete_event_source_mapping(UUID=mapping)
    stream.map("LATEST")
    stream.put("a/1")
    assert _delivered(stream, ["a/1"])[-1] == "a/1"
    count = len(stream.deliveries())
    stream.put("a/2")
    _delivered(stream, ["a/2"])
    assert len(stream.deliveries()) == count + 1


def test_what_comes_without_a_function_is_delivered_when_it_is_there_again(
    client: Any, streamed: Make, reader: str
) -> None:
    stream = streamed()
    stream.map()
    client("lambda").delete_function(FunctionName=stream.name)
    stream.put("a/0")
    make_function(client, stream.name, reader)
    assert _delivered(stream, ["a/0"]) == ["a/0"]


def test_a_role_that_may_not_read_gets_no_mapping_and_stops_one(client: Any, streamed: Make, unique: str) -> None:
    stream = streamed()
    role = make_role(client, f"{unique}-role", allow(READING, "*"))
    client("lambda").update_function_configuration(FunctionName=stream.name, Role=role)
    mapping = stream.map()
    rights = {"Statement": [allow(READING[:2], "*")]}
    client("iam").put_role_policy(RoleName=f"{unique}-role", PolicyName="test", PolicyDocument=json.dumps(rights))
    stream.put("a/0")
    said = f"Cannot access stream {stream.stream}. Please ensure the role can perform the GetRecords"
    result = lambda: client("lambda").get_event_source_mapping(UUID=mapping)["LastProcessingResult"]  # noqa: E731
    wait_for(lambda: result().startswith(f"PROBLEM: {said}"), "the refusal", 20)
    with pytest.raises(ClientError, match="Cannot access stream"):
        stream.map()
    rights = {"Statement": [allow([*READING, "logs:*"], "*")]}
    client("iam").put_role_policy(RoleName=f"{unique}-role", PolicyName="test", PolicyDocument=json.dumps(rights))
    assert _delivered(stream, ["a/0"]) == ["a/0"]


def test_a_topic_gets_records_of_failures_where_the_role_may_publish(client: Any, streamed: Make, unique: str) -> None:
    stream = streamed()
    topic = client("sns").create_topic(Name=unique)["TopicArn"]
    sends = {"Statement": [allow("sqs:SendMessage", stream.queue_arn, Principal={"Service": "sns.amazonaws.com"})]}
    client("sqs").set_queue_attributes(QueueUrl=stream.queue, Attributes={"Policy": json.dumps(sends)})
    raw = {"RawMessageDelivery": "true"}
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=stream.queue_arn, Attributes=raw)
    for name, actions in (("silent", READING), ("loud", [*READING, "sns:Publish"])):
        role = make_role(client, f"{unique}-{name}", allow(actions, "*"))
        client("lambda").update_function_configuration(FunctionName=stream.name, Role=role)
        mapping = stream.map("LATEST", MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": topic}})
        stream.put(f"a/{name}", bad=(f"a/{name}",))
        _delivered(stream, [f"a/{name}"])
        if name == "silent":
            stream.put("a/next")
            _delivered(stream, ["a/next"])
        else:
            (record,) = stream.failures()
            assert stream.read(record["DDBStreamBatchInfo"]) == ["a/loud"]
        client("lambda").delete_event_source_mapping(UUID=mapping)


def test_a_function_that_dies_in_a_batch_gets_it_again(streamed: Make) -> None:
    stream = streamed(DIE="1")
    stream.put("a/0", "a/1", bad=("a/1",))
    stream.map(MaximumRetryAttempts=1, **stream.on_failure)
    (record,) = stream.failures()
    assert stream.deliveries() == [["a/0", "a/1"]] * 2
    assert record["responseContext"]["functionError"] == "Unhandled"
    stream.put("a/2")
    assert stream.delivered(3)[-1] == ["a/2"]


REFUSED: list[dict[str, Any]] = [
    {"BatchSize": 10_001},
    {"MaximumBatchingWindowInSeconds": 301},
    {"MaximumRetryAttempts": 10_001},
    {"MaximumRecordAgeInSeconds": 59},
    {"ParallelizationFactor": 11},
    {"FilterCriteria": {"Filters": [{"Pattern": "{"}]}},
    {"FilterCriteria": {"Filters": [{"Pattern": '{"eventName": "INSERT"}'}]}},
    {"FilterCriteria": {"Filters": [{"Pattern": '{"a": ["b"]}'}] * 6}},
    {"starting": "AT_TIMESTAMP"},
]


def test_settings_that_lambda_refuses(streamed: Make) -> None:
    stream = streamed()
    for settings in REFUSED:
        with pytest.raises(ClientError, match=r"ValidationException|InvalidParameterValueException"):
            stream.map(**settings)


def test_a_mapping_shows_lambdas_defaults(client: Any, streamed: Make) -> None:
    stream = streamed()
    shown = client("lambda").get_event_source_mapping(UUID=stream.map())
    names = ("BatchSize", "MaximumRetryAttempts", "MaximumRecordAgeInSeconds", "ParallelizationFactor")
    assert [shown[name] for name in names] == [100, -1, -1, 1]
    assert (shown["BisectBatchOnFunctionError"], shown["DestinationConfig"]) == (False, {"OnFailure": {}})


def test_a_mapping_of_a_stack_has_lambdas_defaults_and_delivers(client: Any, streamed: Make, stack: Any) -> None:
    stream = streamed()
    stream.put("a/0")
    properties = {"FunctionName": stream.name, "EventSourceArn": stream.stream, "StartingPosition": "TRIM_HORIZON"}
    made = stack({"Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}})
    shown = client("lambda").get_event_source_mapping(UUID=made["Mapping"])
    assert (shown["BatchSize"], shown["MaximumRetryAttempts"]) == (100, -1)
    assert stream.delivered(1) == [["a/0"]]


@pytest.mark.embedded
def test_a_batch_comes_twice_or_late_or_fails_on_demand(streamed: Make, running_emulator: Emulator) -> None:
    stream = streamed(WAIT="400")
    stream.map()
    for effect, times in (("repeat", 2), ("refuse", 1)):
        with inject(running_emulator.endpoint, Injection(STREAM, stream.name, effect, (effect,))) as fault:
            stream.put(f"a/{effect}")
            assert stream.delivered(len(stream.deliveries()) + times)[-times:] == [[f"a/{effect}"]] * times
            assert fault.strikes == 1
    with inject(running_emulator.endpoint, Injection(STREAM, stream.name, "kill", ("kill",), seconds=0.2)):
        stream.put("a/kill")
        wait_for(lambda: stream.deliveries().count(["a/kill"]) == 2, "the batch again", 20)
    late = Injection(STREAM, stream.name, "delay", ("late",), seconds=2)
    other = next(key for key in "bcdefgh" if _shard(stream, key) != _shard(stream, "a"))
    _delivered(stream, ["a/where", f"{other}/where"])
    with inject(running_emulator.endpoint, late):
        stream.put("a/late", f"{other}/soon")
        assert _delivered(stream, ["a/late"])[-2:] == [f"{other}/soon", "a/late"]


def _shard(stream: Streamed, partition: str) -> str:
    stream.put(f"{partition}/where")
    return next(identity for identity, keys in _shards(stream).items() if f"{partition}/where" in keys)


@pytest.mark.embedded
def test_a_destination_that_refuses_loses_the_record(streamed: Make, running_emulator: Emulator) -> None:
    stream = streamed()
    stream.put("a/0", bad=("a/0",))
    refuses = Injection(DESTINATION, "Failure", contains=(stream.queue_arn,))
    with inject(running_emulator.endpoint, refuses) as fault:
        stream.map(MaximumRetryAttempts=0, **stream.on_failure)
        wait_for(lambda: fault.strikes == 1, "the refusal", 20)
    stream.put("a/1", bad=("a/1",))
    (record,) = stream.failures()
    assert stream.read(record["DDBStreamBatchInfo"]) == ["a/1"]
