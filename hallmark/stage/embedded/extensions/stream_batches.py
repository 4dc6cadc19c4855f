"""What becomes of a batch of a stream: its delivery, the meaning of the answer, and the record of a batch given up.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import new_uuid
from ministack.services import cloudwatch, lambda_svc, sns

from hallmark.stage.embedded.extensions.event_delivery import Undeliverable, send_message
from hallmark.stage.embedded.extensions.iam_judge import role_may
from hallmark.stage.embedded.extensions.stream_records import RETENTION_SECONDS, Entry, Shard

Json = dict[str, Any]
# The payload of a call; JSON is at most so many times larger than what DynamoDB counts.
MOST_BYTES, JSON_FACTOR = 6 * 1024 * 1024, 12
REPORT = "ReportBatchItemFailures"
EXHAUSTED, TOO_OLD = "RetryAttemptsExhausted", "RecordAgeExceeded"


@dataclass(frozen=True)
class Settings:
    """A mapping's settings as they are now; None is no limit."""

    retries: int | None
    age: float
    bisect: bool
    reports: bool
    destination: str | None

    @classmethod
    def of(cls, mapping: Json) -> "Settings":
        retries, age = (int(mapping.get(f"Maximum{name}") or 0) for name in ("RetryAttempts", "RecordAgeInSeconds"))
        unbounded = mapping.get("MaximumRetryAttempts") is None or retries < 0
        return cls(
            None if unbounded else retries,
            float(age) if age > 0 else RETENTION_SECONDS,
            str(mapping.get("BisectBatchOnFunctionError", False)).lower() == "true",
            REPORT in (mapping.get("FunctionResponseTypes") or []),
            ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination"),
        )


@dataclass
class Size:
    """The size of a batch's event, measured only when it may be too large."""

    counted: int = 0
    measured: int = 0
    unmeasured: list[Entry] = field(default_factory=list)

    def takes(self, entry: Entry) -> bool:
        """Return whether an event with this record, too, is small enough for a call."""
        self.counted += entry.record["dynamodb"]["SizeBytes"]
        self.unmeasured.append(entry)
        if self.counted * JSON_FACTOR <= MOST_BYTES:
            return True
        self.measured += sum(len(json.dumps(one.record)) for one in self.unmeasured)
        self.unmeasured.clear()
        return self.measured <= MOST_BYTES


@dataclass
class Batch:
    """Records that are delivered together, how often they were, and the last result; a split begins anew."""

    entries: list[Entry]
    retries: int = 0
    invocations: int = 0
    result: Json | None = None

    def expired(self, settings: Settings) -> int:
        """Return how many records at the head are too old to be delivered."""
        oldest = time.time() - settings.age
        return next((at for at, entry in enumerate(self.entries) if entry.created >= oldest), len(self.entries))


def call(function: Json, shard: str, entries: list[Entry]) -> Json:
    """Invoke the function with records of a shard, and keep its metrics, with the age of the last record.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """
    name, begin = function["config"]["FunctionName"], time.time()
    age = max(begin - entries[-1].created, 0) * 1000
    cloudwatch.record_metric("AWS/Lambda", "IteratorAge", age, "Milliseconds", {"FunctionName": name})
    event = {"Records": [entry.record for entry in entries]}
    result: Json = lambda_svc._execute_function_with_config_scope(function, event)
    if not result.get("throttle"):
        seconds = max(time.time() - begin, 1e-6)
        lambda_svc._emit_lambda_metrics(name, seconds * 1000, bool(result.get("error")), throttle=False)
    return result


def first_failure(result: Json, settings: Settings, entries: list[Entry]) -> int | None:
    """Return the place of the first record that comes again; None if the whole batch succeeded.

    No response, an empty one, and one without failures is a success. Of several failures the lowest sequence number
    counts; a failure that names no record of the batch makes the whole batch fail.
    """
    if result.get("error"):
        return 0
    if not settings.reports:
        return None
    body = result.get("body")
    if isinstance(body, str | bytes):
        try:
            body = json.loads(body or "null")
        except ValueError:
            return 0
    if body is None or body == "":
        return None
    if not isinstance(body, dict):
        return 0
    failures = body.get("batchItemFailures")
    if failures is None:
        return None
    if not isinstance(failures, list):
        return 0
    places = {entry.number: at for at, entry in enumerate(entries)}
    named = [str(one.get("itemIdentifier")) if isinstance(one, dict) else "" for one in failures]
    return min((places.get(name, 0) for name in named), default=None)


def _seconds(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _record(config: Json, arn: str, shard: Shard, batch: Batch, condition: str) -> Json:
    first, last = batch.entries[0], batch.entries[-1]
    record: Json = {
        "requestContext": {
            "requestId": new_uuid(),
            "functionArn": config["FunctionArn"],
            "condition": condition,
            "approximateInvokeCount": batch.invocations,
        }
    }
    if batch.result is not None:
        error = (batch.result.get("function_error") or "Unhandled") if batch.result.get("error") else None
        version = config.get("Version", "$LATEST")
        record["responseContext"] = {"statusCode": 200, "executedVersion": version, "functionError": error}
    return record | {
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "DDBStreamBatchInfo": {
            "shardId": shard.id,
            "startSequenceNumber": first.number,
            "endSequenceNumber": last.number,
            "approximateArrivalOfFirstRecord": _seconds(first.created),
            "approximateArrivalOfLastRecord": _seconds(last.created),
            "batchSize": len(batch.entries),
            "streamArn": arn,
        },
    }


def give_up(mapping: Json, config: Json, shard: Shard, batch: Batch, condition: str) -> None:
    """Send the record of a batch that is not delivered again to the mapping's destination, if it has one."""
    if destination := Settings.of(mapping).destination:
        record = _record(config, mapping["EventSourceArn"], shard, batch, condition)
        send(destination, config, json.dumps(record))


def send(destination: str, config: Json, record: str) -> None:
    """Send with the function's role, as Lambda does; drop a record that the role may not send."""
    service = parse_arn(destination).service
    action = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}.get(service)
    if action is None or not role_may(config["Role"], config["FunctionName"], action, destination):
        return
    if service == "sns":
        sns._fanout(destination, new_uuid(), record, "")
        return
    try:
        send_message(destination, record)
    except Undeliverable:
        return
