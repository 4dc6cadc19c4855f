"""SQS in memory: visibility, receive counts and redrive policies, on a clock that the test moves."""

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from botocore.exceptions import ClientError

_ids = count()


@dataclass
class Stored:
    """A message in a queue."""

    body: str
    attributes: dict[str, str] = field(default_factory=dict)
    visible_at: float = 0.0
    receives: int = 0
    handle: str = ""
    identity: str = field(default_factory=lambda: f"m{next(_ids)}")


@dataclass
class Sqs:
    """Queues by URL; `limits` are (maxReceiveCount, URL of the dead-letter queue)."""

    queues: dict[str, list[Stored]] = field(default_factory=dict)
    limits: dict[str, tuple[int, str]] = field(default_factory=dict)
    now: float = 0.0
    receiving: int = 0

    def put(self, url: str, *bodies: str, **attributes: str) -> None:
        self.queues.setdefault(url, []).extend(Stored(body, attributes) for body in bodies)

    def bodies(self, url: str) -> list[str]:
        """The visible messages."""
        return [one.body for one in self.queues.get(url, []) if one.visible_at <= self.now]

    def receive_message(self, QueueUrl: str, VisibilityTimeout: int = 30, **_: Any) -> dict[str, Any]:
        self.receiving += 1
        self._sweep(QueueUrl)
        taken = [one for one in self.queues.get(QueueUrl, []) if one.visible_at <= self.now][:10]
        for one in taken:
            one.receives, one.visible_at = one.receives + 1, self.now + VisibilityTimeout
            one.handle = f"{one.identity}-{one.receives}"
        return {"Messages": [_shown(one) for one in taken]} if taken else {}

    def _sweep(self, url: str) -> None:
        limit, dead = self.limits.get(url, (0, ""))
        over = [
            one for one in self.queues.get(url, []) if limit and one.receives >= limit and one.visible_at <= self.now
        ]
        for one in over:
            self.queues[url].remove(one)
            self.queues.setdefault(dead, []).append(one)

    def _of(self, url: str, handle: str) -> Stored:
        for one in self.queues.get(url, []):
            if one.handle == handle:
                return one
        raise ClientError({"Error": {"Code": "ReceiptHandleIsInvalid", "Message": ""}}, "DeleteMessage")

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:
        self.queues[QueueUrl].remove(self._of(QueueUrl, ReceiptHandle))

    def delete_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        for entry in Entries:
            self.delete_message(QueueUrl, entry["ReceiptHandle"])
        return {}

    def change_message_visibility_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        for entry in Entries:
            self._of(QueueUrl, entry["ReceiptHandle"]).visible_at = self.now + entry["VisibilityTimeout"]
        return {}

    def send_message(self, QueueUrl: str, MessageBody: str, MessageAttributes: dict[str, Any], **_: Any) -> None:
        self.put(QueueUrl, MessageBody, **{name: value["StringValue"] for name, value in MessageAttributes.items()})

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:
        visible = len(self.bodies(QueueUrl))
        found = {
            "QueueArn": f"arn:aws:sqs:eu-central-1:000000000000:{QueueUrl}",
            "ApproximateNumberOfMessages": str(visible),
            "ApproximateNumberOfMessagesNotVisible": str(len(self.queues.get(QueueUrl, [])) - visible),
            "ApproximateNumberOfMessagesDelayed": "0",
        }
        if QueueUrl in self.limits:
            limit, dead = self.limits[QueueUrl]
            target = f"arn:aws:sqs:eu-central-1:000000000000:{dead}"
            found["RedrivePolicy"] = json.dumps({"maxReceiveCount": limit, "deadLetterTargetArn": target})
        return {"Attributes": {name: found[name] for name in AttributeNames if name in found}}


def _shown(one: Stored) -> dict[str, Any]:
    return {
        "MessageId": one.identity,
        "ReceiptHandle": one.handle,
        "Body": one.body,
        "Attributes": {"ApproximateReceiveCount": str(one.receives)},
        "MessageAttributes": {
            name: {"StringValue": text, "DataType": "String"} for name, text in one.attributes.items()
        },
    }


@dataclass
class QueueStage:
    """A stage of queues alone; with `shows` it shows their messages without receiving them."""

    sqs: Sqs
    shows: bool = False
    quiet_seconds: float = 0.0
    outputs: dict[str, str] = field(default_factory=lambda: {"BufferQueueUrl": "buffer"})

    def client(self, service: str) -> Sqs:
        assert service == "sqs"
        return self.sqs

    def messages(self, url: str) -> list[dict[str, Any]] | None:
        return [_shown(one) for one in self.sqs.queues.get(url, [])] if self.shows else None
