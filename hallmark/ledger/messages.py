"""The messages of a queue: seen where they are, or received, of which the others' go back unharmed.

A receive counts, and a queue with a redrive policy moves a message that was received too often. So a message that
another receive would endanger is replaced by a copy, whose count begins anew.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from botocore.exceptions import ClientError

from hallmark import parallel
from hallmark.stage import Stage

Json = Mapping[str, Any]
# A run that is killed leaves messages hidden for this long.
HIDDEN_SECONDS = 30
_PASS_SECONDS = HIDDEN_SECONDS / 2
_BATCH, _WAIT_SECONDS = 10, 1


@dataclass(frozen=True)
class Message:
    """A message's body and its attributes that are texts."""

    body: str
    attributes: Mapping[str, str]


def look(stage: Stage, url: str) -> list[Message]:
    """Return a queue's messages and leave them there; on AWS by receiving them and giving them back."""
    seen = stage.messages(url)
    return [_message(one) for one in seen] if seen is not None else Pass(stage, url).read()


def held_by_others(stage: Stage, url: str) -> bool:
    """Return whether messages are in flight: some other reader has them."""
    wanted = "ApproximateNumberOfMessagesNotVisible"
    return int(_attribute(stage, url, wanted) or 0) > 0


@dataclass
class Pass:
    """One pass over a queue: each message is received once; ours are taken, all others are given back at its end.

    `keep` gets ours before they are deleted, so that a run that ends in between still knows them.
    """

    stage: Stage
    url: str
    is_ours: Callable[[Message], bool] = lambda message: False
    keep: Callable[[Sequence[Message]], None] = lambda messages: None
    _held: dict[str, Json] = field(default_factory=dict)  # by message id
    _stop: Event = field(default_factory=Event)

    def read(self) -> list[Message]:
        """Return all messages, ours and the others'; on AWS a pass may miss some."""
        workers = parallel.WORKERS
        end = time.monotonic() + _PASS_SECONDS
        pool = ThreadPoolExecutor(workers)
        try:
            for ended in [pool.submit(self._receive_until, end) for _ in range(workers)]:
                ended.result()
            found = [_message(raw) for raw in self._held.values()]
            self._take([(raw, _message(raw)) for raw in self._held.values()])
        finally:
            self._stop.set()
            pool.shutdown()
            self._give_back()
        return found

    def _receive_until(self, end: float) -> None:
        while not self._stop.is_set() and time.monotonic() < end:
            answer = self.stage.client("sqs").receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=_BATCH,
                WaitTimeSeconds=_WAIT_SECONDS,
                VisibilityTimeout=HIDDEN_SECONDS,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
            messages = answer.get("Messages", [])
            self._held.update({raw["MessageId"]: raw for raw in messages})
            if not messages:
                return

    def _take(self, found: Sequence[tuple[Json, Message]]) -> None:
        ours = [(raw, message) for raw, message in found if self.is_ours(message)]
        self.keep([message for _, message in ours])
        for batch in _batches([raw for raw, _ in ours]):
            self.stage.client("sqs").delete_message_batch(QueueUrl=self.url, Entries=_entries(batch))
            for raw in batch:
                del self._held[raw["MessageId"]]

    def _give_back(self) -> None:
        if not self._held:
            return
        policy = json.loads(_attribute(self.stage, self.url, "RedrivePolicy") or "{}")
        limit = int(policy.get("maxReceiveCount", 0))
        endangered: list[Json] = []
        unharmed: list[Json] = []
        for raw in self._held.values():
            (endangered if limit and _receives(raw) >= limit - 1 else unharmed).append(raw)
        parallel.each(self._show, _batches(unharmed))
        parallel.each(self._renew, endangered)

    def _show(self, batch: Sequence[Json]) -> None:
        entries = [{**entry, "VisibilityTimeout": 0} for entry in _entries(batch)]
        self.stage.client("sqs").change_message_visibility_batch(QueueUrl=self.url, Entries=entries)

    def _renew(self, raw: Json) -> None:
        """Send a copy, then delete the message: readers of a standard queue must expect the same message twice."""
        sqs = self.stage.client("sqs")
        trace = raw.get("Attributes", {}).get("AWSTraceHeader")
        system = {"AWSTraceHeader": {"DataType": "String", "StringValue": trace}} if trace else {}
        sqs.send_message(
            QueueUrl=self.url,
            MessageBody=raw["Body"],
            MessageAttributes=raw.get("MessageAttributes", {}),
            MessageSystemAttributes=system,
        )
        with suppress(ClientError):  # its time may be over: then both stay
            sqs.delete_message(QueueUrl=self.url, ReceiptHandle=raw["ReceiptHandle"])


def _message(raw: Json) -> Message:
    attributes = raw.get("MessageAttributes", {}).items()
    return Message(raw["Body"], {name: value.get("StringValue", "") for name, value in attributes})


def _receives(raw: Json) -> int:
    return int(raw.get("Attributes", {}).get("ApproximateReceiveCount", 1))


def _attribute(stage: Stage, url: str, name: str) -> str | None:
    answer = stage.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    found: str | None = answer.get("Attributes", {}).get(name)
    return found


def _batches(messages: Sequence[Json]) -> list[Sequence[Json]]:
    return [messages[begin : begin + _BATCH] for begin in range(0, len(messages), _BATCH)]


def _entries(batch: Sequence[Json]) -> list[dict[str, Any]]:
    return [{"Id": str(number), "ReceiptHandle": raw["ReceiptHandle"]} for number, raw in enumerate(batch)]
