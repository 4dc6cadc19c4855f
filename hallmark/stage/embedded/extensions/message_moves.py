"""SQS message moves: a task of the service moves a dead-letter queue's messages back, or to another queue.

A moved message is a new one, with its own id and age; a queue has one task at a time; a cancelled task does not move
messages back.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""

import asyncio
import base64
import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import get_region, new_uuid
from ministack.services import sqs

MAX_PER_SECOND, MAX_RESULTS = 500, 10
Json = dict[str, Any]


@dataclass
class Move:
    """One task: from a dead-letter queue to the named queue, or to where each message came from."""

    source: str
    destination: str | None
    rate: int | None
    to_move: int
    status: str = "RUNNING"
    moved: int = 0
    reason: str | None = None
    started: int = field(default_factory=lambda: int(time.time() * 1000))
    number: str = field(default_factory=new_uuid)

    @property
    def handle(self) -> str:
        """The handle by which the task can be cancelled."""
        return base64.b64encode(json.dumps({"taskId": self.number, "sourceArn": self.source}).encode()).decode()

    def entry(self) -> Json:
        """Return the task as ListMessageMoveTasks shows it; the handle only while it runs."""
        fields = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "Status": self.status,
            "SourceArn": self.source,
            "DestinationArn": self.destination,
            "MaxNumberOfMessagesPerSecond": self.rate,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.reason,
            "StartedTimestamp": self.started,
        }
        return {name: value for name, value in fields.items() if value is not None}


_moves: dict[str, list[Move]] = defaultdict(list)  # by the source's ARN, newest first
_tasks: set["asyncio.Task[None]"] = set()  # an unreferenced task may be garbage-collected before it ends


def _existing(arn: str, parameter: str) -> Json:
    queue: Json | None = sqs._queue_by_arn(arn)
    if queue is None or parse_arn(arn).region != get_region():
        raise sqs._Err(
            "ResourceNotFoundException", f"The resource that you specified for the {parameter} parameter doesn't exist."
        )
    return queue


def _is_dead_letter_queue(arn: str) -> bool:
    policies = (queue["attributes"].get("RedrivePolicy") for queue in sqs._queues.values())
    return any(json.loads(policy).get("deadLetterTargetArn") == arn for policy in policies if policy)


def _start(data: Json, _: str) -> Json:
    source, destination, rate = (
        data.get(name) for name in ("SourceArn", "DestinationArn", "MaxNumberOfMessagesPerSecond")
    )
    queue = _existing(source or "", "SourceArn")
    if not _is_dead_letter_queue(queue["attributes"]["QueueArn"]):
        raise sqs._Err("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
    if destination is not None and _existing(destination, "DestinationArn")["is_fifo"] != queue["is_fifo"]:
        raise sqs._Err("UnsupportedOperation", "Source and destination queues must be of the same type.")
    if rate is not None and not 1 <= rate <= MAX_PER_SECOND:
        raise sqs._Err("InvalidParameterValue", f"MaxNumberOfMessagesPerSecond must be 1 to {MAX_PER_SECOND}.")
    if any(move.status == "RUNNING" for move in _moves[source or ""]):
        raise sqs._Err("UnsupportedOperation", "There is already a task running for this source queue.")
    sqs._refresh_counts(queue)
    move = Move(source or "", destination, rate, int(queue["attributes"]["ApproximateNumberOfMessages"]))
    _moves[move.source].insert(0, move)
    del _moves[move.source][MAX_RESULTS:]
    task = asyncio.get_running_loop().create_task(_run(move))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return {"TaskHandle": move.handle}


async def _run(move: Move) -> None:
    """Move the visible messages, oldest first, between the requests that the emulator answers."""
    while move.status == "RUNNING":
        queue = sqs._queue_by_arn(move.source)
        now = time.time()
        message = next((m for m in (queue or {}).get("messages", []) if m["visible_at"] <= now), None)
        if queue is None or message is None:
            move.status = "COMPLETED"
            return
        destination = move.destination or message.get("sys", {}).get("DeadLetterQueueSourceArn")
        target = sqs._queue_by_arn(destination) if destination else None
        if target is None:
            move.status, move.reason = "FAILED", "CouldNotDetermineMessageSource"
            return
        _send(target, message)
        queue["messages"].remove(message)
        move.moved += 1
        await asyncio.sleep(1 / move.rate if move.rate else 0)


def _send(target: Json, message: Json) -> None:
    request = {"MessageBody": message["body"], "MessageAttributes": message.get("message_attributes") or {}}
    if target["is_fifo"]:
        request |= {"MessageGroupId": message["group_id"], "MessageDeduplicationId": message["id"]}
    sqs._act_send_message(request, sqs._queue_url(target["attributes"]["QueueArn"].rsplit(":", 1)[1]))


def _list(data: Json, _: str) -> Json:
    source, limit = data.get("SourceArn") or "", int(data.get("MaxResults") or 1)
    _existing(source, "SourceArn")
    if limit > MAX_RESULTS:
        raise sqs._Err("InvalidParameterValue", f"MaxResults must be 1 to {MAX_RESULTS}.")
    return {"Results": [move.entry() for move in _moves[source][:limit]]}


def _cancel(data: Json, _: str) -> Json:
    handle = data.get("TaskHandle")
    move = next((move for moves in _moves.values() for move in moves if move.handle == handle), None)
    if move is None:
        raise sqs._Err("ResourceNotFoundException", "Task does not exist.")
    if move.status != "RUNNING":
        raise sqs._Err("UnsupportedOperation", "Only active tasks can be cancelled.")
    move.status = "CANCELLED"
    return {"ApproximateNumberOfMessagesMoved": move.moved}


def install() -> None:
    """Add the three actions."""
    sqs._HANDLERS.update(
        {"StartMessageMoveTask": _start, "ListMessageMoveTasks": _list, "CancelMessageMoveTask": _cancel}
    )
