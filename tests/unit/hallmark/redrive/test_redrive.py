"""A redrive meets each message once, and lets go of what it could not do, however it ends."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from hallmark.progress import Progress
from hallmark.redrive.failures import Failures
from hallmark.redrive.queues import Queue
from hallmark.redrive.redrive import redrive
from infra.errors import UserError

QUEUE = Queue("failure", "url", "arn")
FAILURES = Failures((), (), lambda stage, message: None)


@dataclass
class Sqs:
    """A queue that hides nothing: what is not deleted is received again and again."""

    bodies: list[str]
    released: list[str] = field(default_factory=list)

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        names = ("", "NotVisible", "Delayed")
        return {"Attributes": {f"ApproximateNumberOfMessages{name}": "0" if name else "2" for name in names}}

    def receive_message(self, **_: Any) -> dict[str, Any]:
        messages = [
            {"MessageId": body, "ReceiptHandle": f"handle of {body}", "Body": body, "MessageAttributes": {}}
            for body in self.bodies
        ]
        return {"Messages": messages}

    def change_message_visibility(self, ReceiptHandle: str, VisibilityTimeout: int, **_: Any) -> None:
        assert VisibilityTimeout == 0
        self.released.append(ReceiptHandle)


@dataclass
class FakeStage:
    """A stage with nothing but the queue."""

    sqs: Sqs

    def client(self, service: str) -> Any:
        return self.sqs


def test_what_stays_is_met_once_and_let_go() -> None:
    sqs = Sqs(["a", "b"])
    outcome = redrive(FakeStage(sqs), QUEUE, FAILURES, limit=None, dry_run=False, progress=lambda _: None)
    assert outcome.failed == {"a": "it is not JSON", "b": "it is not JSON"}
    assert sorted(sqs.released) == ["handle of a", "handle of b"]


def test_ctrl_c_lets_go_of_what_was_received() -> None:
    sqs = Sqs(["a"])

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(UserError, match="Interrupted after 0 messages; those accepted are deleted"):
        redrive(FakeStage(sqs), QUEUE, FAILURES, limit=None, dry_run=False, progress=interrupt)
    assert sqs.released == ["handle of a"]
