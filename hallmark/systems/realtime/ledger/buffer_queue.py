"""The buffer queue, drained as its consumer would."""

import json
from collections import Counter
from typing import Any

from hallmark.parallel import WORKERS, each
from hallmark.stage import Stage
from hallmark.systems.realtime.ledger.expectation import Expectations, pairs
from hallmark.systems.realtime.outputs import Output

_BATCH = 10
_WAIT_SECONDS = 1


class BufferQueue:
    """Receives and deletes messages; those of other runs are counted as foreign."""

    def __init__(self, stage: Stage, expectations: Expectations) -> None:
        self._client = stage.client("sqs")
        self._url = stage.outputs[Output.BUFFER_QUEUE_URL]
        self._expectations = expectations
        self._due = pairs(expectations)
        self.deliveries: Counter[tuple[str, str]] = Counter()  # by (transaction id, rule id)
        self.foreign = 0

    @property
    def complete(self) -> bool:
        """Whether every expected message has come."""
        return self._due <= self.deliveries.keys()

    def poll(self) -> bool:
        """Drain the queue until it is empty for a moment."""
        before = self.deliveries.total()
        for bodies in each(self._drain, range(WORKERS)):
            for body in bodies:
                self._note(body)
        return self.deliveries.total() > before

    def _drain(self, _: int) -> list[str]:
        bodies: list[str] = []
        while messages := self._receive():
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages)
            ]
            self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)
            bodies += [message["Body"] for message in messages]
        return bodies

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._client.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=_BATCH, WaitTimeSeconds=_WAIT_SECONDS
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _note(self, body: str) -> None:
        try:
            message = json.loads(body)
            pair = (message["event"]["detail"]["transactionId"], message["ruleId"])
        except (ValueError, KeyError, TypeError):
            self.foreign += 1
            return
        if pair[0] in self._expectations:
            self.deliveries[pair] += 1
        else:
            self.foreign += 1
