"""Delivery of DynamoDB streams to functions: a thread per shard that has something to read, and a checkpoint for each.

A shard waits for its oldest batch, the others go on. With a ParallelizationFactor several lanes read a shard, and an
item's changes stay in one lane.
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
"""

import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import _request_account_id, _request_region
from ministack.services import eventbridge, lambda_svc

from hallmark.stage.embedded.extensions import stream_batches
from hallmark.stage.embedded.extensions.iam_judge import role_may
from hallmark.stage.embedded.extensions.stream_batches import EXHAUSTED, TOO_OLD, Batch, Settings
from hallmark.stage.embedded.extensions.stream_records import Entry, Shard, stream_of
from hallmark.stage.embedded.speed.background_priority import BACKGROUND

Json = dict[str, Any]
# AWS backs off up to minutes; tests need only the shape.
RETRY_SECONDS = float(os.environ.get("HALLMARK_STREAM_RETRY_SECONDS", "0.2"))
RETRY_LIMIT_SECONDS, THROTTLE_SECONDS, LOOK_SECONDS = 2.0, 0.2, 0.05
# An event is smaller than 6 MB; JSON is at most so many times larger than what DynamoDB counts.
MOST_BYTES, JSON_FACTOR = 6 * 1024 * 1024, 12
READING = tuple(f"dynamodb:{name}" for name in ("DescribeStream", "GetShardIterator", "GetRecords", "ListStreams"))
FAILED = "PROBLEM: Function call failed"
_log = logging.getLogger("streams")


@dataclass(eq=False)
class Lane:
    """One of `of` readers of a shard: everything of its items before `position` is done."""

    shard: Shard
    number: int
    of: int
    position: int
    busy: bool = False

    def takes(self, entry: Entry) -> bool:
        """Return whether the record's item is of this lane."""
        return self.of == 1 or entry.item % self.of == self.number


_lanes: dict[str, list[Lane]] = {}
_lock = threading.Lock()


@contextmanager
def _scope(account: str, region: str) -> Iterator[None]:
    tokens = _request_account_id.set(account), _request_region.set(region)
    try:
        yield
    finally:
        _request_account_id.reset(tokens[0])
        _request_region.reset(tokens[1])


def _factor(mapping: Json) -> int:
    return int(mapping.get("ParallelizationFactor") or 1)


def _function(mapping: Json) -> Json | None:
    """Return the record of the mapped function or alias; None if there is none."""
    function, config, _ = lambda_svc._get_func_record_for_ref(mapping["FunctionArn"])
    if function is None or config is None:
        return None
    record: Json = lambda_svc._execution_record_for_config(function, {**config, "FunctionArn": mapping["FunctionArn"]})
    return record


def may_read(config: Json, stream: str) -> bool:
    """Return whether the function's role may read the stream."""
    return all([role_may(config["Role"], config["FunctionName"], action, stream) for action in READING])


def refusal(stream: str) -> str:
    """Return what AWS says of a role that may not read the stream."""
    return (
        f"Cannot access stream {stream}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, and ListStreams Actions on your stream in IAM."
    )


def _goes_on(mapping: Json, lane: Lane) -> bool:
    """Return whether the lane may go on: the mapping is there, enabled, has as many lanes, and may read."""
    if lambda_svc._esms.get(mapping["UUID"]) is not mapping or str(mapping.get("Enabled", True)).lower() == "false":
        return False
    return lane.of == _factor(mapping) and _function(mapping) is not None


def _matches(mapping: Json, record: Json) -> bool:
    filters = (mapping.get("FilterCriteria") or {}).get("Filters") or []
    compiled = [eventbridge._compiled_pattern(one["Pattern"]) or [] for one in filters]
    return not filters or any(eventbridge._matches_detail(record, one) for pattern in compiled for one in pattern)


def _gather(mapping: Json, lane: Lane) -> list[Entry]:
    """Return the lane's next records that pass the filter: a full batch, or what has come when the window ends.

    What the filter drops before them is done.
    """
    most = int(mapping.get("BatchSize") or 100)
    deadline = None
    taken: list[Entry] = []
    counted, size, at = 0, 0, lane.position
    while True:
        chunk = lane.shard.read(at, most)
        for entry in chunk:
            at = entry.position + 1
            if not (lane.takes(entry) and _matches(mapping, entry.record)):
                continue
            counted += entry.record["dynamodb"]["SizeBytes"]
            if counted * JSON_FACTOR > MOST_BYTES:
                size += len(json.dumps(entry.record)) if size else len(json.dumps([one.record for one in taken]))
                if size > MOST_BYTES and taken:
                    return taken
            taken.append(entry)
            if len(taken) == most:
                return taken
        if chunk:
            continue
        if not taken:
            lane.position = max(lane.position, at)
            return []
        lane.position = taken[0].position
        deadline = deadline or time.monotonic() + float(mapping.get("MaximumBatchingWindowInSeconds") or 0)
        if (left := deadline - time.monotonic()) <= 0 or not _goes_on(mapping, lane):
            return taken
        time.sleep(min(left, LOOK_SECONDS))


def _deliver(mapping: Json, lane: Lane, entries: list[Entry]) -> None:
    """Deliver until every record is done: taken, or given up; the checkpoint follows.

    A mapping that ends meanwhile leaves the rest to its checkpoint.
    """
    waiting = deque([Batch(entries)])
    while waiting and _goes_on(mapping, lane):
        batch, settings, function = waiting[0], Settings.of(mapping), _function(mapping)
        if function is None:
            return
        config = function["config"]
        if old := batch.expired(settings):
            given_up = Batch(batch.entries[:old], batch.retries, batch.invocations, batch.result)
            stream_batches.give_up(mapping, config, lane.shard, given_up, TOO_OLD)
            _done(lane, waiting, old)
            continue
        result = stream_batches.call(function, lane.shard.id, batch.entries)
        if result.get("throttle"):
            time.sleep(THROTTLE_SECONDS)
            continue
        batch.invocations, batch.result = batch.invocations + 1, result
        failed = stream_batches.first_failure(result, settings, batch.entries)
        mapping["LastProcessingResult"] = "OK" if failed is None else FAILED
        if failed is None:
            _done(lane, waiting, len(batch.entries))
            continue
        time.sleep(_retry(mapping, lane, waiting, failed, settings))


def _done(lane: Lane, waiting: "deque[Batch]", count: int) -> None:
    """Set the checkpoint after the first records of the first batch."""
    batch = waiting[0]
    lane.position = batch.entries[count - 1].position + 1
    del batch.entries[:count]
    if not batch.entries:
        waiting.popleft()


def _retry(mapping: Json, lane: Lane, waiting: "deque[Batch]", failed: int, settings: Settings) -> float:
    """Prepare what comes again after a failure, or give it up; return the pause before the next delivery."""
    batch = waiting[0]
    if failed:
        _done(lane, waiting, failed)
        batch.retries = 0
        if settings.bisect:  # the reported place is where the batch is split, which is no retry
            batch.invocations = 0
            return RETRY_SECONDS
    elif settings.bisect and len(batch.entries) > 1:
        half = len(batch.entries) // 2
        waiting.popleft()
        waiting.extendleft([Batch(batch.entries[half:]), Batch(batch.entries[:half])])
        return RETRY_SECONDS
    if settings.retries is not None and batch.retries >= settings.retries:
        function = _function(mapping)
        if function is not None:
            stream_batches.give_up(mapping, function["config"], lane.shard, batch, EXHAUSTED)
        _done(lane, waiting, len(batch.entries))
        return 0.0
    batch.retries += 1
    return float(min(RETRY_SECONDS * 2 ** min(batch.retries - 1, 10), RETRY_LIMIT_SECONDS))


def _run(account: str, region: str, mapping: Json, lane: Lane) -> None:
    with _scope(account, region):
        try:
            while _goes_on(mapping, lane) and _reads(mapping) and (entries := _gather(mapping, lane)):
                _deliver(mapping, lane, entries)
        except Exception:
            _log.exception("the delivery of %s failed", mapping["EventSourceArn"])
            time.sleep(RETRY_LIMIT_SECONDS)
        finally:
            lane.busy = False
            # A record may have come after the last look, or a setting have changed.
            if lane.position < lane.shard.end:
                lambda_svc._esm_wake.set()


def _reads(mapping: Json) -> bool:
    function = _function(mapping)
    if function is None:
        return False
    if may_read(function["config"], mapping["EventSourceArn"]):
        return True
    mapping["LastProcessingResult"] = f"PROBLEM: {refusal(mapping['EventSourceArn'])}"
    return False


def begin(mapping_id: str, arn: str, starting: str, factor: int = 1) -> None:
    """Set a new mapping's checkpoints: at each shard's oldest record, or after its newest."""
    stream = stream_of(arn)
    if stream is None:
        return
    with _lock:
        if mapping_id not in _lanes:
            _lanes[mapping_id] = [
                Lane(shard, number, factor, shard.trimmed if starting == "TRIM_HORIZON" else shard.end)
                for shard in stream.shards
                for number in range(factor)
            ]


def _regroup(lanes: list[Lane], factor: int) -> list[Lane]:
    """Return lanes of another number, each from the first record of its shard that is not done."""
    begins: dict[str, int] = {}
    for lane in lanes:
        begins[lane.shard.id] = min(lane.position, begins.get(lane.shard.id, lane.position))
    shards = {lane.shard.id: lane.shard for lane in lanes}.values()
    return [Lane(shard, number, factor, begins[shard.id]) for shard in shards for number in range(factor)]


def _poll_one(account: str, region: str, mapping: Json) -> None:
    """Start a thread for each lane of a mapping that has something to read."""
    begin(mapping["UUID"], mapping["EventSourceArn"], mapping.get("StartingPosition", "LATEST"), _factor(mapping))
    lanes = _lanes.get(mapping["UUID"], [])
    if lanes and lanes[0].of != _factor(mapping) and not any(lane.busy for lane in lanes):
        lanes = _lanes[mapping["UUID"]] = _regroup(lanes, _factor(mapping))
    ready = [lane for lane in lanes if not lane.busy and lane.position < lane.shard.end and _goes_on(mapping, lane)]
    if not ready or not _reads(mapping):
        return
    for lane in ready:
        lane.busy = True
        threading.Thread(target=_run, args=(account, region, mapping, lane), name=BACKGROUND, daemon=True).start()


def _poll() -> bool:
    for account, region, mapping in lambda_svc._iter_all_esms():
        arn = mapping.get("EventSourceArn", "")
        if ":dynamodb:" in arn:
            with _scope(account, region):
                _poll_one(account, region, mapping)
    # The emulator looks again when a record comes, not at once.
    return False


def install() -> None:
    """Replace the emulator's polling of streams, and the positions that it keeps."""
    release = lambda_svc._release_esm_poll_state

    def release_poll_state(mapping_id: str) -> None:
        release(mapping_id)
        _lanes.pop(mapping_id, None)

    def init_stream_position(mapping_id: str, arn: str, starting: str) -> None:
        if ":dynamodb:" in arn:
            begin(mapping_id, arn, starting)

    lambda_svc._poll_dynamodb_streams = _poll
    lambda_svc._init_stream_position = init_stream_position
    lambda_svc._release_esm_poll_state = release_poll_state
