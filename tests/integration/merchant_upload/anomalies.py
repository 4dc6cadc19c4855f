"""Rows for tests of verdicts: written as files, read back from the table, alerts heard at the topic."""

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from hallmark.stage import Stage
from hallmark.systems.merchant_upload.plain_verdicts import PlainTransaction
from infra.merchant_upload.outputs import Output
from tests.support.waiting import wait_for

Json = dict[str, Any]
HEADER = "transaction_id,timestamp,card_token,amount,currency,country,merchant_category,card_present,time_zone"
BEGIN = datetime(2026, 10, 25, tzinfo=UTC)


def transaction(merchant: str, bare: str, card: str, time: datetime, amount: str, **more: Any) -> PlainTransaction:
    """Return a row; `bare` is the merchant's own id of it."""
    said = {"currency": "USD", "country": "DE", "merchant_category": "books", "time_zone": None, **more}
    return PlainTransaction(f"{merchant}#{bare}", merchant, card, time, Decimal(amount), **said)


def content(rows: Sequence[PlainTransaction]) -> bytes:
    """Return a file of these rows, in this order."""
    lines = [HEADER]
    for row in rows:
        time = row.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        bare, amount = row.id.split("#")[1], format(row.amount, "f")
        cells = (bare, time, row.card_token, amount, row.currency, row.country, row.merchant_category)
        lines.append(",".join((*cells, "true", row.time_zone or "")))
    return "".join(f"{line}\n" for line in lines).encode()


def kept(stage: Stage, row_id: str) -> Iterator[Json]:
    """Yield the items of an id: claims, uploads and alerts at 0, a row at its own time."""
    answer = stage.client("dynamodb").query(
        TableName=stage.outputs[Output.TRANSACTIONS_TABLE],
        KeyConditionExpression="transaction_id = :id",
        ExpressionAttributeValues={":id": {"S": row_id}},
        ConsistentRead=True,
    )
    plain = TypeDeserializer().deserialize
    for item in answer["Items"]:
        yield {name: plain(value) for name, value in item.items()}


def row_of(stage: Stage, row_id: str) -> Json:
    """Return a row as the table has it, empty if it is not there."""
    return next((item for item in kept(stage, row_id) if item["timestamp"]), {})


def alert_of(stage: Stage, row_id: str) -> Json:
    """Return a row's alert, empty if there is none."""
    return next(kept(stage, f"{row_id}#alert"), {})


def carry(stage: Stage, client: Any, rows: Sequence[PlainTransaction]) -> str:
    """Upload a file of rows and return the upload's id."""
    form = client.form()
    assert client.post(form, content(rows)).status == 204
    return str(form["uploadId"])


def wait_until_done(stage: Stage, merchant: str, upload_id: str, seconds: float = 60.0) -> Json:
    """Return an upload's item once all of its rows are judged."""

    def done() -> Json:
        (item,) = kept(stage, f"{merchant}#{upload_id}")
        return item if item["status"] == "done" else {}

    return wait_for(done, f"the verdicts of {upload_id}", seconds)


@contextmanager
def alerts(stage: Stage) -> Iterator[Callable[[], list[Json]]]:
    """Subscribe a queue to the topic; yield what returns all alerts so far, each as SNS wrote it."""
    sns, sqs = stage.client("sns"), stage.client("sqs")
    topic = stage.outputs[Output.ALERTS_TOPIC_ARN]
    url = sqs.create_queue(QueueName=f"heard-{uuid.uuid4().hex}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**allowed, "Resource": arn}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    heard: list[Json] = []

    def so_far() -> list[Json]:
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                heard.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return heard

    try:
        yield so_far
    finally:
        sns.unsubscribe(SubscriptionArn=subscription)
        sqs.delete_queue(QueueUrl=url)
