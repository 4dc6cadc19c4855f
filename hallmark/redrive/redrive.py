"""Redrive of a queue: repeat each message's work, and delete the messages whose work was accepted."""

import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from hallmark.parallel import each
from hallmark.progress import Callback, Progress
from hallmark.redrive.failures import Failures
from hallmark.redrive.queues import Queue, count
from hallmark.redrive.reception import BATCH, Reception
from hallmark.redrive.shapes import work_of
from hallmark.redrive.work import Refused, Unknown
from hallmark.stage import Stage
from infra.errors import UserError

Json = dict[str, Any]
# Long polling queries all SQS servers, a short poll only some; use it while messages are known to exist.
_WAIT_SECONDS = 1
_LOOKS_PER_QUIET_TIME = 5


@dataclass
class Outcome:
    """The result for a queue's messages: how many were done, by action, and which stay, with the reason.

    `left` is SQS's count of the queue afterwards, which is approximate on AWS.
    """

    done: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)  # by message id
    left: int = 0


def redrive(
    stage: Stage, queue: Queue, failures: Failures, *, limit: int | None, dry_run: bool, progress: Callback
) -> Outcome:
    """Redrive a queue's messages, at most `limit` of them; with `dry_run` only list what would be done.

    SQS itself moves the messages of another queue's dead-letter queue back; all others are repeated by their format.
    A message is deleted once the service has accepted its work, so work may be repeated, and consumers are idempotent.
    Each message's receive count increases by one, also in a dry run.
    UserError on Ctrl-C, and for a limit where SQS moves all messages.
    """
    if queue.source is None:
        outcome = _Run(stage, queue, failures, dry_run, limit, progress).work()
    elif limit is not None:
        raise UserError(f"SQS moves all of {queue.name} back to {queue.source.name}: leave --limit out")
    elif dry_run:
        outcome = Outcome(Counter({_back(queue.source): count(stage, queue)}))
    else:
        outcome = _move(stage, queue, queue.source, progress)
    outcome.left = count(stage, queue)
    return outcome


def _back(source: Queue) -> str:
    return f"move back to {source.name}"


def _move(stage: Stage, queue: Queue, source: Queue, progress: Callback) -> Outcome:
    """Let SQS move a dead-letter queue's messages back to their source.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    """
    sqs = stage.client("sqs")
    handle = sqs.start_message_move_task(SourceArn=queue.arn, DestinationArn=source.arn)["TaskHandle"]
    try:
        while True:
            task = sqs.list_message_move_tasks(SourceArn=queue.arn, MaxResults=1)["Results"][0]
            moved = task.get("ApproximateNumberOfMessagesMoved", 0)
            total = task.get("ApproximateNumberOfMessagesToMove", moved)
            progress(Progress(_back(source), moved, max(total, moved), Counter()))
            if task["Status"] not in ("RUNNING", "CANCELLING"):
                break
            time.sleep(stage.quiet_seconds / _LOOKS_PER_QUIET_TIME)
    except (KeyboardInterrupt, SystemExit):
        with suppress(ClientError):  # it may have ended already
            sqs.cancel_message_move_task(TaskHandle=handle)
        raise UserError(f"Interrupted: moved messages stay in {source.name}. Redrive again for the rest.") from None
    outcome = Outcome(Counter({_back(source): moved} if moved else {}))
    if task["Status"] != "COMPLETED":
        outcome.failed["the task"] = f"{task['Status'].lower()}: {task.get('FailureReason', 'without a reason')}"
    return outcome


@dataclass
class _Run:
    """One pass over a queue; failed messages stay hidden until the end, so that each is received only once."""

    stage: Stage
    queue: Queue
    failures: Failures
    dry_run: bool
    limit: int | None
    progress: Callback
    outcome: Outcome = field(default_factory=Outcome)

    def __post_init__(self) -> None:
        self.reception = Reception(self.stage, self.queue)

    def work(self) -> Outcome:
        total = count(self.stage, self.queue)
        total = total if self.limit is None else min(total, self.limit)
        try:
            while messages := self.reception.receive(self._room(), _WAIT_SECONDS if self._seen() < total else 0):
                for message, result in zip(messages, each(self._attempt, messages), strict=True):
                    self._note(message, result)
                seen = self._seen()
                self.progress(Progress(f"redriving {self.queue.name}", seen, max(total, seen), self.outcome.done))
        except KeyboardInterrupt:
            done = self.outcome.done.total()
            raise UserError(f"Interrupted after {done} messages; those accepted are deleted. Redrive again.") from None
        finally:
            self.reception.release()
        return self.outcome

    def _seen(self) -> int:
        return self.outcome.done.total() + len(self.outcome.failed)

    def _room(self) -> int:
        return BATCH if self.limit is None else self.limit - self._seen()

    def _attempt(self, message: Json) -> str | Exception:
        """Do a message's work and delete it; return what was done, or why it stays."""
        try:
            work = work_of(self.stage, self.queue, message, self.failures)
            if not self.dry_run:
                work.do()
                self.reception.delete(message)
        except (Unknown, Refused, ClientError, ParamValidationError) as reason:
            return reason
        return work.what

    def _note(self, message: Json, result: str | Exception) -> None:
        number = message["MessageId"]
        if isinstance(result, str):
            self.outcome.done[result] += 1
        else:
            self.outcome.failed[number] = str(result)
        if self.dry_run or not isinstance(result, str):
            self.reception.keep(message)
