"""What a topic says during a run, heard through a queue of its own that is subscribed for as long as the run."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from hallmark.ledger.messages import Pass
from hallmark.stage import Stage

Said = Mapping[str, Any]


@dataclass(frozen=True)
class Heard:
    """A message with its attributes; SNS gives each publication an id, which its repeated deliveries share."""

    id: str
    message: Said
    attributes: Said


class Subscription:
    """A queue that hears a topic."""

    def __init__(self, stage: Stage, url: str) -> None:
        self._stage, self._url = stage, url
        self._heard: list[Heard] = []

    def hear(self) -> list[Heard]:
        """Take what has come meanwhile; return all that was said since the subscription, as often as it came."""
        found = Pass(self._stage, self._url, is_ours=lambda _: True).read()
        self._heard += [_heard(json.loads(message.body)) for message in found]
        return self._heard


def _heard(envelope: Said) -> Heard:
    attributes = {name: one["Value"] for name, one in envelope.get("MessageAttributes", {}).items()}
    return Heard(str(envelope["MessageId"]), json.loads(envelope["Message"]), attributes)


@contextmanager
def subscribed(stage: Stage, topic: str) -> Iterator[Subscription]:
    """Subscribe a new queue to a topic, by its ARN; queue and subscription are gone afterwards."""
    sqs, sns = stage.client("sqs"), stage.client("sns")
    url = sqs.create_queue(QueueName=f"hallmark-ledger-{token_hex(8)}")["QueueUrl"]
    try:
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(_may_send(arn, topic))})
        subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
        try:
            yield Subscription(stage, url)
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
