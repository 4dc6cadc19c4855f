"""Delivery of DynamoDB streams to functions: a thread per shard that has something to read, and a checkpoint for each.

A shard waits for its oldest batch, the others go on. With a ParallelizationFactor several lanes read a shard, and an
item's changes stay in one lane.
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ministack.core.responses import _request_account_id, _request_region
from ministack.services import lambda_svc

from hallmark.stage.embedded.extensions import stream_batches
from hallmark.stage.embedded.extensions.stream_batches import EXHAUSTED, TOO_OLD, Batch, Settings
from hallmark.stage.embedded.extensions.stream_lanes import (
    Lane,
    begin,
    forget,
    function_of,
    gather,
    goes_on,
    lanes_of,
    reads,
)
from hallmark.stage.embedded.extensions.stream_records import Entry
from hallmark.stage.embedded.speed.background_priority import BACKGROUND

Json = dict[str, Any]
# AWS backs off up to minutes; tests need only the shape.
RETRY_SECONDS = float(os.environ.get("HALLMARK_STREAM_RETRY_SECONDS", "0.2"))
RETRY_LIMIT_SECONDS, THROTTLE_SECONDS = 2.0, 0.2
FAILED = "PROBLEM: Function call failed"
_log = logging.getLogger("streams")


@contextmanager
def _scope(account: str, region: str) -> Iterator[None]:
    tokens = _request_account_id.set(account), _request_region.set(region)
    try:
        yield
    finally:
        _request_account_id.reset(tokens[0])
        _request_region.reset(tokens[1])


def _deliver(mapping: Json, lane: Lane, entries: list[Entry]) -> None:
    """Deliver until every record is done: taken, or given up; the checkpoint follows.

    A mapping that ends meanwhile leaves the rest to its checkpoint.
    """
    waiting = deque([Batch(entries)])
    while waiting and goes_on(mapping, lane):
        batch, settings, function = waiting[0], Settings.of(mapping), function_of(mapping)
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
        function = function_of(mapping)
        if function is not None:
            stream_batches.give_up(mapping, function["config"], lane.shard, batch, EXHAUSTED)
        _done(lane, waiting, len(batch.entries))
        return 0.0
    batch.retries += 1
    return float(min(RETRY_SECONDS * 2 ** min(batch.retries - 1, 10), RETRY_LIMIT_SECONDS))


def _run(account: str, region: str, mapping: Json, lane: Lane) -> None:
    with _scope(account, region):
        try:
            while goes_on(mapping, lane) and reads(mapping) and (entries := gather(mapping, lane)):
                _deliver(mapping, lane, entries)
        except Exception:
            _log.exception("the delivery of %s failed", mapping["EventSourceArn"])
            time.sleep(RETRY_LIMIT_SECONDS)
        finally:
            lane.busy = False
            # A record may have come after the last look, or a setting have changed.
            if lane.position < lane.shard.end:
                lambda_svc._esm_wake.set()


def _poll_one(account: str, region: str, mapping: Json) -> None:
    """Start a thread for each lane of a mapping that has something to read."""
    ready = [
        lane
        for lane in lanes_of(mapping)
        if not lane.busy and lane.position < lane.shard.end and goes_on(mapping, lane)
    ]
    if not ready or not reads(mapping):
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
        forget(mapping_id)

    def init_stream_position(mapping_id: str, arn: str, starting: str) -> None:
        if ":dynamodb:" in arn:
            begin(mapping_id, arn, starting)

    lambda_svc._poll_dynamodb_streams = _poll
    lambda_svc._init_stream_position = init_stream_position
    lambda_svc._release_esm_poll_state = release_poll_state
