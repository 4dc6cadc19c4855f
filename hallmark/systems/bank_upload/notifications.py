"""A run's announcements, heard through a queue of its own that is subscribed to the topic for as long as the run."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from secrets import token_hex
from typing import Any

from hallmark.ledger.messages import Pass
from hallmark.stage import Stage
from infra.bank_upload.outputs import Output

Said = Mapping[str, Any]


class Notifications:
    """What the topic has said since the subscription: messages with their attributes, as often as they came."""

    def __init__(self, stage: Stage, url: str) -> None:
        self._stage, self._url = stage, url
        self._heard: list[tuple[Said, Said]] = []

    def hear(self) -> dict[str, list[tuple[Said, Said]]]:
        """Take what has come meanwhile; return all messages so far with their attributes, by upload."""
        found = Pass(self._stage, self._url, is_ours=lambda _: True).read()
        self._heard += [_said(json.loads(message.body)) for message in found]
        by_upload: dict[str, list[tuple[Said, Said]]] = {}
        for message, attributes in self._heard:
            by_upload.setdefault(str(message.get("uploadId") or message.get("key")), []).append((message, attributes))
        return by_upload


def _said(envelope: Said) -> tuple[Said, Said]:
    attributes = {name: one["Value"] for name, one in envelope.get("MessageAttributes", {}).items()}
    return json.loads(envelope["Message"]), attributes


@contextmanager
def subscribed(stage: Stage) -> Iterator[Notifications]:
    """Subscribe a new queue to the topic; queue and subscription are gone afterwards."""
    sqs, sns, topic = stage.client("sqs"), stage.client("sns"), stage.outputs[Output.RESULTS_TOPIC_ARN]
    url = sqs.create_queue(QueueName=f"hallmark-ledger-{token_hex(8)}")["QueueUrl"]
    try:
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(_may_send(arn, topic))})
        subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
        try:
            yield Notifications(stage, url)
        finally:
            sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    finally:
        sqs.delete_queue(QueueUrl=url)


def _may_send(queue: str, topic: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
