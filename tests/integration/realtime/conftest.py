"""A deployed stage for the tests of the pipeline, a client for its API, and eyes on every target."""

import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3
from waiting import wait_for

from hallmark import deploy
from hallmark.stage import Stage, embedded
from hallmark.stage.embedded.emulator import Emulator
from hallmark.up import RULES, deploy_embedded

Json = dict[str, Any]
# A plain purchase by day: it matches no rule.
QUIET: Json = {
    "amount": 12.5,
    "currency": "USD",
    "region": "us-east-1",
    "merchantId": "m-1",
    "merchantCategory": "grocery",
    "cardNotPresent": False,
    "country": "US",
    "cardholderTimeZone": "America/New_York",
    "ts": "2026-03-03T15:00:00.000Z",
}


@pytest.fixture(scope="session")
def stage(running_emulator: Emulator) -> Stage:
    """`dev`, deployed by the CDK CLI."""
    deploy.bootstrap(embedded.ACCOUNT, embedded.environment(running_emulator))
    return deploy_embedded(running_emulator, "dev", lambda step: None, RULES)


@pytest.fixture
def transaction() -> Callable[..., Json]:
    """Make a request body: ids of its own, and the fields of QUIET unless others are given; None leaves one out."""
    run, numbers = uuid.uuid4().hex[:8], itertools.count(1)

    def make(**fields: Any) -> Json:
        number = next(numbers)
        body = {"transactionId": f"txn-{run}-{number}", "accountId": f"acct-{run}-{number}", **QUIET, **fields}
        return {name: value for name, value in body.items() if value is not None}

    return make


@dataclass(frozen=True)
class Api:
    """The stage's API as a client sees it."""

    stage: Stage
    pool: urllib3.PoolManager

    def post(self, body: Any, key: str | None = None, **headers: str) -> urllib3.BaseHTTPResponse:
        """POST a body (text as it is, anything else as JSON) with the stage's key, or another."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        sent = {"content-type": "application/json", "x-api-key": self.stage.api_key if key is None else key, **headers}
        return self.pool.request("POST", self.stage.api_url, body=text, headers=sent)

    def accept(self, body: Json) -> Json:
        """POST a body that must be accepted; returns the answer."""
        answer = self.post(body)
        assert answer.status == 202, answer.data
        accepted: Json = answer.json()
        return accepted


@pytest.fixture(scope="session")
def api(stage: Stage) -> Api:
    return Api(stage, urllib3.PoolManager(maxsize=32))


@dataclass(frozen=True)
class Targets:
    """What has arrived at each target of the rules, by transaction."""

    stage: Stage
    buffered: list[Json]

    def audit_records(self, transaction_id: str, kind: str = "") -> list[Json]:
        """The records of AuditLogs, of one kind or all."""
        items = self.stage.client("dynamodb").query(
            TableName=self.stage.outputs["AuditLogsTable"],
            KeyConditionExpression="transactionId = :id",
            ExpressionAttributeValues={":id": {"S": transaction_id}},
            ConsistentRead=True,
        )["Items"]
        records = [{name: next(iter(value.values())) for name, value in item.items()} for item in items]
        return [record for record in records if kind in ("", record["kind"])]

    def buffer(self, transaction_id: str) -> list[Json]:
        """The messages of the buffer queue, taken out and remembered."""
        url, sqs = self.stage.outputs["BufferQueueUrl"], self.stage.client("sqs")
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.buffered.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [body for body in self.buffered if body["event"]["detail"]["transactionId"] == transaction_id]

    def audit_bus(self, transaction_id: str, source: str = "hallmark.realtime") -> list[Json]:
        """The events that the audit bus has recorded: the forwarded ones, or the functions' results."""
        pages = self.stage.client("logs").get_paginator("filter_log_events")
        group = self.stage.outputs["AuditLogGroup"]
        lines = [line for page in pages.paginate(logGroupName=group) for line in page["events"]]
        events = [json.loads(line["message"]) for line in lines if transaction_id in line["message"]]
        return [event for event in events if event["source"] == source]

    def objects(self, transaction_id: str) -> list[str]:
        """The keys of the processed objects."""
        pages = self.stage.client("s3").get_paginator("list_objects_v2")
        listed = pages.paginate(Bucket=self.stage.outputs["ProcessedBucket"], Prefix="processed/")
        keys = [item["Key"] for page in listed for item in page.get("Contents", [])]
        return [key for key in keys if f"/{transaction_id}/" in key]


@pytest.fixture(scope="session")
def targets(stage: Stage) -> Targets:
    return Targets(stage, [])


@pytest.fixture
def settle(api: Api, targets: Targets, transaction: Callable[..., Json]) -> Callable[[], None]:
    """Wait until a later transaction has gone all the way: what had not arrived before it does not come."""

    def wait() -> None:
        sentinel = transaction(merchantCategory="luxury")["transactionId"], "high-risk-merchant"
        api.accept(transaction(transactionId=sentinel[0], merchantCategory="luxury"))
        wait_for(lambda: targets.audit_records(sentinel[0], "alert"), "the sentinel's alert")
        wait_for(lambda: len(targets.audit_bus(sentinel[0], "lambda")) == 2, "the sentinel's results")

    return wait


@pytest.fixture
def alerts(stage: Stage) -> Iterator[Callable[[], list[Json]]]:
    """The alerts that the topic publishes from now on."""
    sqs, sns = stage.client("sqs"), stage.client("sns")
    url = sqs.create_queue(QueueName=f"alerts-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = stage.outputs["AlertTopicArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    received: list[Json] = []

    def published() -> list[Json]:
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                received.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return received

    yield published
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)
