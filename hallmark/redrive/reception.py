"""One pass over a queue: each message is received once, and what stays is visible again at the end."""

from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from hallmark.redrive.queues import Queue
from hallmark.stage import Stage

Json = dict[str, Any]
BATCH = 10
_HIDDEN_SECONDS = 300


class Reception:
    """The messages of a queue that one pass has met."""

    def __init__(self, stage: Stage, queue: Queue) -> None:
        self._sqs, self._url = stage.client("sqs"), queue.url
        self._held: dict[str, str] = {}  # receipt handles by message id

    def receive(self, most: int, wait_seconds: int) -> list[Json]:
        """Return at most so many messages that this pass has not met, hidden from others until the end."""
        if most <= 0:
            return []
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(BATCH, most),
            WaitTimeSeconds=wait_seconds,
            VisibilityTimeout=_HIDDEN_SECONDS,
            MessageAttributeNames=["All"],
        )
        # A message that returns exceeded its visibility timeout: it was attempted already.
        return [message for message in answer.get("Messages", []) if message["MessageId"] not in self._held]

    def keep(self, message: Json) -> None:
        """Note that a message stays in the queue."""
        self._held[message["MessageId"]] = message["ReceiptHandle"]

    def delete(self, message: Json) -> None:
        """Delete a message."""
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        self._held.pop(message["MessageId"], None)

    def release(self) -> None:
        """Make visible again what stays."""
        for handle in self._held.values():
            with suppress(ClientError):  # the handle may have expired: then the message is visible already
                self._sqs.change_message_visibility(QueueUrl=self._url, ReceiptHandle=handle, VisibilityTimeout=0)
