"""A client for a stage's API, and what arrives at the rules' targets and at the topic."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import urllib3

from hallmark.stage import Stage
from hallmark.systems.realtime import api
from infra.realtime.outputs import Output
from tests.support.policy_statements import open_queue

Json = dict[str, Any]


@dataclass(frozen=True)
class Api:
    """The stage's API as a client sees it."""

    stage: Stage
    pool: urllib3.PoolManager

    def post(self, body: Any, key: str | None = None, **headers: str) -> urllib3.BaseHTTPResponse:
        """POST a body (text as it is, anything else as JSON) with the stage's key, or another."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        sent = {"content-type": "application/json", "x-api-key": api.key(self.stage) if key is None else key, **headers}
        return self.pool.request("POST", api.url(self.stage), body=text, headers=sent)

    def accept(self, body: Json) -> Json:
        """POST a body that must be accepted; returns the answer."""
        answer = self.post(body)
        assert answer.status == 202, answer.data
        accepted: Json = answer.json()
        return accepted


@dataclass(frozen=True)
class Targets:
    """What has arrived at each target of the rules, by transaction."""

    stage: Stage
    buffered: list[Json]

    def audit_records(self, transaction_id: str, kind: str = "") -> list[Json]:
        """The records of AuditLogs, of one kind or all."""
        items = self.stage.client("dynamodb").query(
            TableName=self.stage.outputs[Output.AUDIT_LOGS_TABLE],
            KeyConditionExpression="transactionId = :id",
            ExpressionAttributeValues={":id": {"S": transaction_id}},
            ConsistentRead=True,
        )["Items"]
        records = [{name: next(iter(value.values())) for name, value in item.items()} for item in items]
        return [record for record in records if kind in ("", record["kind"])]

    def buffer(self, transaction_id: str) -> list[Json]:
        """The messages of the buffer queue, taken out and remembered."""
        url = self.stage.outputs[Output.BUFFER_QUEUE_URL]
        self.buffered.extend(json.loads(message["Body"]) for message in drained(self.stage, url))
        return [body for body in self.buffered if body["event"]["detail"]["transactionId"] == transaction_id]

    def audit_bus(self, transaction_id: str, source: str = "hallmark.realtime") -> list[Json]:
        """The events that the audit bus has recorded: the forwarded ones, or the functions' results."""
        pages = self.stage.client("logs").get_paginator("filter_log_events")
        group = self.stage.outputs[Output.AUDIT_LOG_GROUP]
        lines = [line for page in pages.paginate(logGroupName=group) for line in page["events"]]
        events = [json.loads(line["message"]) for line in lines if transaction_id in line["message"]]
        return [event for event in events if event["source"] == source]

    def given(self, transaction_id: str, name: str) -> list[Json]:
        """What the functions were given that have succeeded, where it has a field of that name."""
        results = self.audit_bus(transaction_id, "lambda")
        payloads: list[Json] = [result["detail"]["requestPayload"] for result in results]
        return [payload for payload in payloads if name in payload]

    def objects(self, transaction_id: str) -> list[str]:
        """The keys of the processed objects."""
        pages = self.stage.client("s3").get_paginator("list_objects_v2")
        listed = pages.paginate(Bucket=self.stage.outputs[Output.PROCESSED_BUCKET], Prefix="processed/")
        keys = [item["Key"] for page in listed for item in page.get("Contents", [])]
        return [key for key in keys if f"/{transaction_id}/" in key]


@contextmanager
def subscribed(stage: Stage) -> Iterator[Callable[[], list[Json]]]:
    """A queue behind the topic; it gives every alert that was published since, as SNS wrote it."""
    sns = stage.client("sns")
    received: list[Json] = []
    with fed_queue(stage, "sns.amazonaws.com") as (url, arn):
        topic = stage.outputs[Output.ALERT_TOPIC_ARN]
        subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]

        def published() -> list[Json]:
            received.extend(json.loads(message["Body"]) for message in drained(stage, url))
            return received

        yield published
        sns.unsubscribe(SubscriptionArn=subscription)


@contextmanager
def fed_queue(stage: Stage, service: str) -> Iterator[tuple[str, str]]:
    """A queue of its own, by URL and ARN, into which a service may send."""
    sqs = stage.client("sqs")
    url, arn = open_queue(sqs, f"test-{uuid.uuid4().hex[:8]}", service)
    yield url, arn
    sqs.delete_queue(QueueUrl=url)


def drained(stage: Stage, url: str) -> Iterator[Json]:
    """Take every message out of a queue, with its attributes."""
    sqs = stage.client("sqs")
    request = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
    while messages := sqs.receive_message(**request).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            yield message
