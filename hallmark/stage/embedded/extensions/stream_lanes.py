"""Lanes of a mapping: which records of a shard are next, up to where all is done, and whether reading goes on.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
"""

import threading
import time
from dataclasses import dataclass
from typing import Any

from ministack.services import eventbridge, lambda_svc

from hallmark.stage.embedded.extensions.iam_judge import role_may
from hallmark.stage.embedded.extensions.stream_batches import Size
from hallmark.stage.embedded.extensions.stream_records import Entry, Shard, stream_of

Json = dict[str, Any]
LOOK_SECONDS = 0.05
READING = tuple(f"dynamodb:{name}" for name in ("DescribeStream", "GetShardIterator", "GetRecords", "ListStreams"))


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


def _factor(mapping: Json) -> int:
    return int(mapping.get("ParallelizationFactor") or 1)


def function_of(mapping: Json) -> Json | None:
    """Return the record of the mapped function or alias; None if there is none."""
    function, config, _ = lambda_svc._get_func_record_for_ref(mapping["FunctionArn"])
    if function is None or config is None:
        return None
    record: Json = lambda_svc._execution_record_for_config(function, {**config, "FunctionArn": mapping["FunctionArn"]})
    return record


def may_read(config: Json, stream: str) -> bool:
    """Return whether the function's role may read the stream."""
    refused = [name for name in READING if not role_may(config["Role"], config["FunctionName"], name, stream)]
    return not refused


def refusal(stream: str) -> str:
    """Return what AWS says of a role that may not read the stream."""
    return (
        f"Cannot access stream {stream}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, and ListStreams Actions on your stream in IAM."
    )


def goes_on(mapping: Json, lane: Lane) -> bool:
    """Return whether the lane may go on: the mapping is there, enabled, has as many lanes, and may read."""
    if lambda_svc._esms.get(mapping["UUID"]) is not mapping or str(mapping.get("Enabled", True)).lower() == "false":
        return False
    return lane.of == _factor(mapping) and function_of(mapping) is not None


def _matches(mapping: Json, record: Json) -> bool:
    filters = (mapping.get("FilterCriteria") or {}).get("Filters") or []
    compiled = [eventbridge._compiled_pattern(one["Pattern"]) or [] for one in filters]
    return not filters or any(eventbridge._matches_detail(record, one) for pattern in compiled for one in pattern)


def gather(mapping: Json, lane: Lane) -> list[Entry]:
    """Return the lane's next records that pass the filter: a full batch, or what has come when the window ends.

    What the filter drops before them is done.
    """
    most = int(mapping.get("BatchSize") or 100)
    deadline = None
    taken: list[Entry] = []
    size, at = Size(), lane.position
    while True:
        chunk = lane.shard.read(at, most)
        for entry in chunk:
            at = entry.position + 1
            if not (lane.takes(entry) and _matches(mapping, entry.record)):
                continue
            if not size.takes(entry) and taken:
                return taken
            taken.append(entry)
            if len(taken) == most:
                return taken
        if chunk:
            continue
        if not taken:
            # What expired before it was read is gone.
            lane.position = max(at, lane.shard.trimmed)
            return []
        lane.position = taken[0].position
        deadline = deadline or time.monotonic() + float(mapping.get("MaximumBatchingWindowInSeconds") or 0)
        if (left := deadline - time.monotonic()) <= 0 or not goes_on(mapping, lane):
            return taken
        time.sleep(min(left, LOOK_SECONDS))


def reads(mapping: Json) -> bool:
    """Return whether the function's role may read; the mapping says so if not."""
    function = function_of(mapping)
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


def lanes_of(mapping: Json) -> list[Lane]:
    """Return a mapping's lanes; as many as it has now, once no lane of another number is busy."""
    identity, factor = mapping["UUID"], _factor(mapping)
    begin(identity, mapping["EventSourceArn"], mapping.get("StartingPosition", "LATEST"), factor)
    lanes = _lanes.get(identity, [])
    if lanes and lanes[0].of != factor and not any(lane.busy for lane in lanes):
        lanes = _lanes[identity] = _regroup(lanes, factor)
    return lanes


def forget(identity: str) -> None:
    """Drop the lanes of a mapping that was deleted."""
    _lanes.pop(identity, None)
