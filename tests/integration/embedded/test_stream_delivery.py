"""Batches of a stream reach the function as AWS delivers them: again, split, given up, or done."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import STREAM, Injection, inject
from tests.support.streams import Streamed, item
from tests.support.waiting import wait_for

Make = Callable[..., Streamed]
REPORT = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
FIVE = [f"a/{number}" for number in range(5)]


def test_batches_have_at_most_their_size_and_keep_the_order(streamed: Make) -> None:
    stream = streamed()
    stream.put(*FIVE)
    stream.map(BatchSize=2)
    assert stream.delivered(3) == [FIVE[:2], FIVE[2:4], FIVE[4:]]


def test_latest_begins_after_what_is_there(streamed: Make) -> None:
    stream = streamed()
    stream.put("a/before")
    stream.map("LATEST")
    stream.put("a/after")
    assert stream.delivered(1) == [["a/after"]]


def test_what_the_filter_drops_never_comes_and_fills_no_batch(streamed: Make) -> None:
    stream = streamed()
    stream.put(*FIVE, bad=("a/1", "a/3"))
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"bad": {"BOOL": [{"exists": False}]}}}}
    stream.map(BatchSize=2, FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    assert stream.delivered(2) == [["a/0", "a/2"], ["a/4"]]


def test_an_event_is_at_most_six_megabytes(client: Any, streamed: Make) -> None:
    stream = streamed()
    keys = [f"a/{number}" for number in range(20)]
    for key in keys:
        client("dynamodb").put_item(TableName=stream.name, Item=item(key, text={"S": "x" * 390_000}))
    stream.map()
    assert stream.delivered(2) == [keys[:16], keys[16:]]


def test_a_window_gathers_what_comes_meanwhile(streamed: Make) -> None:
    stream = streamed()
    stream.map(BatchSize=5, MaximumBatchingWindowInSeconds=1)
    stream.put(*FIVE[:2])
    assert stream.delivered(1) == [FIVE[:2]]
    begin = time.monotonic()
    stream.put(*FIVE)  # the two are the same as before, and no change
    stream.put("a/5", "a/6")
    assert stream.delivered(2)[1] == [*FIVE[2:], "a/5", "a/6"]
    assert time.monotonic() - begin < 0.9


ANSWERS: list[tuple[Any, bool]] = [
    (None, True),
    ("", True),
    ({}, True),
    ({"batchItemFailures": []}, True),
    ({"batchItemFailures": None}, True),
    ({"other": 1}, True),
    ({"batchItemFailures": [{"itemIdentifier": ""}]}, False),
    ({"batchItemFailures": [{"itemIdentifier": None}]}, False),
    ({"batchItemFailures": [{"itemIdentifier": "12"}]}, False),
    ({"batchItemFailures": [{"wrong": "12"}]}, False),
    ({"batchItemFailures": ["12"]}, False),
    ({"batchItemFailures": "12"}, False),
    ("text", False),
    ([1], False),
]


def test_the_meaning_of_each_answer(client: Any, streamed: Make) -> None:
    stream = streamed()
    for number, (answer, _) in enumerate(ANSWERS):
        told = item(f"a/{number}", answer={"S": json.dumps(answer)})
        client("dynamodb").put_item(TableName=stream.name, Item=told)
    stream.map(BatchSize=1, MaximumRetryAttempts=0, **REPORT, **stream.on_failure)
    assert stream.delivered(len(ANSWERS)) == [[f"a/{number}"] for number in range(len(ANSWERS))]
    failed = [f"a/{number}" for number, (_, succeeds) in enumerate(ANSWERS) if not succeeds]
    records = stream.failures(len(failed))
    assert sorted(stream.read(record["DDBStreamBatchInfo"])[0] for record in records) == sorted(failed)
    context = {"statusCode": 200, "executedVersion": "$LATEST", "functionError": None}
    assert all(record["responseContext"] == context for record in records)


def test_the_lowest_reported_record_is_where_the_batch_begins_again(streamed: Make) -> None:
    stream = streamed(REPORT="1")
    stream.put(*FIVE, bad=("a/2", "a/4"))
    stream.map(MaximumRetryAttempts=1, **REPORT, **stream.on_failure)
    (record,) = stream.failures()
    assert stream.deliveries() == [FIVE, FIVE[2:]]
    assert stream.read(record["DDBStreamBatchInfo"]) == FIVE[2:]


def test_reports_count_only_where_the_mapping_wants_them(streamed: Make) -> None:
    stream = streamed(REPORT="1")
    stream.put(*FIVE, bad=("a/2",))
    stream.map()
    stream.delivered(1)
    stream.put("a/5")
    assert stream.delivered(2) == [FIVE, ["a/5"]]


def test_splitting_finds_the_bad_record_and_is_no_retry(streamed: Make) -> None:
    stream = streamed()
    stream.put(*FIVE, bad=("a/3",))
    stream.map(BisectBatchOnFunctionError=True, MaximumRetryAttempts=1, **stream.on_failure)
    (record,) = stream.failures()
    info = record["DDBStreamBatchInfo"]
    assert (info["batchSize"], stream.read(info)) == (1, ["a/3"])
    assert stream.delivered(8) == [FIVE, FIVE[:2], FIVE[2:], ["a/2"], FIVE[3:], ["a/3"], ["a/3"], ["a/4"]]


def test_a_batch_is_split_where_the_function_reports(streamed: Make) -> None:
    stream = streamed(REPORT="1")
    stream.put(*FIVE, bad=("a/3",))
    stream.map(BisectBatchOnFunctionError=True, MaximumRetryAttempts=0, **REPORT, **stream.on_failure)
    (record,) = stream.failures()
    assert stream.read(record["DDBStreamBatchInfo"]) == ["a/3"]
    assert stream.delivered(4) == [FIVE, FIVE[3:], ["a/3"], ["a/4"]]


def test_the_record_of_exhausted_retries(streamed: Make) -> None:
    stream = streamed()
    stream.put(*FIVE, bad=("a/0",))
    stream.map(MaximumRetryAttempts=2, **stream.on_failure)
    (record,) = stream.failures()
    assert stream.deliveries() == [FIVE] * 3
    context, info = record["requestContext"], record["DDBStreamBatchInfo"]
    assert context.pop("requestId")
    assert context == {
        "functionArn": f"arn:aws:lambda:eu-central-1:000000000000:function:{stream.name}",
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 3,
    }
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert (record["version"], record["timestamp"][-1]) == ("1.0", "Z")
    assert (info["batchSize"], info["streamArn"]) == (5, stream.stream)
    first, last = info["approximateArrivalOfFirstRecord"], info["approximateArrivalOfLastRecord"]
    assert first <= last <= f"{record['timestamp'][:19]}Z"
    assert stream.read(info) == FIVE
    stream.put("a/5")
    assert stream.delivered(4)[-1] == ["a/5"]


@pytest.mark.embedded
def test_the_record_of_a_batch_that_became_too_old(streamed: Make, running_emulator: Emulator) -> None:
    stream = streamed()
    stream.put(*FIVE)
    with inject(running_emulator.endpoint, Injection(STREAM, stream.name, seconds=61)) as fault:
        stream.map(MaximumRecordAgeInSeconds=60, **stream.on_failure)
        (record,) = stream.failures()
        assert fault.strikes == 1
    assert record["requestContext"]["condition"] == "RecordAgeExceeded"
    assert record["DDBStreamBatchInfo"]["batchSize"] == 5
    stream.put("a/5")
    assert stream.delivered(1) == [["a/5"]]


def test_a_throttled_batch_waits_and_is_no_attempt(client: Any, streamed: Make) -> None:
    stream = streamed()
    client("lambda").put_function_concurrency(FunctionName=stream.name, ReservedConcurrentExecutions=0)
    stream.put("a/0")
    mapping = stream.map(MaximumRetryAttempts=0, **stream.on_failure)
    throttled = {"Namespace": "AWS/Lambda", "MetricName": "Throttles"}
    wait_for(lambda: client("cloudwatch").list_metrics(**throttled)["Metrics"], "the metric")
    time.sleep(0.5)  # several attempts are throttled in this time
    client("lambda").delete_function_concurrency(FunctionName=stream.name)
    assert stream.delivered(1) == [["a/0"]]
    wait_for(lambda: _result(client, mapping) == "OK", "the result")


def _result(client: Any, mapping: str) -> str:
    result: str = client("lambda").get_event_source_mapping(UUID=mapping)["LastProcessingResult"]
    return result
