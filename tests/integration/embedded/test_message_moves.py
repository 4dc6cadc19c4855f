"""A dead-letter queue's messages go back as AWS documents it: as new ones, by one task at a time, until cancelled.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.waiting import wait_for


@dataclass(frozen=True)
class Pair:
    """A queue that gives up after one receive, and its dead-letter queue."""

    sqs: Any
    url: str
    arn: str
    dead_url: str
    dead_arn: str

    def receive(self, url: str, **options: Any) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"], **options
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def fail(self, *bodies: str) -> list[dict[str, Any]]:
        """Send messages, receive each once, and let them go to the dead-letter queue; returns them as first seen."""
        mark = {"mark": {"DataType": "String", "StringValue": "7"}}
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body, MessageAttributes=mark)
        first = self.receive(self.url, VisibilityTimeout=0)
        assert self.receive(self.url) == []
        return first

    def start(self, **options: Any) -> str:
        handle: str = self.sqs.start_message_move_task(SourceArn=self.dead_arn, **options)["TaskHandle"]
        return handle

    def task(self) -> dict[str, Any]:
        """The latest task."""
        latest: dict[str, Any] = self.sqs.list_message_move_tasks(SourceArn=self.dead_arn)["Results"][0]
        return latest

    def ended(self) -> dict[str, Any]:
        return wait_for(lambda: task if (task := self.task())["Status"] != "RUNNING" else {}, "the task")


@pytest.fixture
def pair(client: Any, unique: str, queue: Callable[[str], tuple[str, str]]) -> Pair:
    (url, arn), (dead_url, dead_arn) = queue(unique), queue(f"{unique}-dead")
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1})
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
    return Pair(client("sqs"), url, arn, dead_url, dead_arn)


@pytest.mark.control("RT_DLQ_REDRIVE")
def test_messages_go_back_where_they_came_from_as_new_ones(pair: Pair) -> None:
    first = pair.fail("a", "b")
    pair.start()
    task = pair.ended()
    assert task.pop("StartedTimestamp") > 1_700_000_000_000
    assert task == {
        "Status": "COMPLETED",
        "SourceArn": pair.dead_arn,
        "ApproximateNumberOfMessagesMoved": 2,
        "ApproximateNumberOfMessagesToMove": 2,
    }
    back = pair.receive(pair.url)
    assert [(m["Body"], m["MessageAttributes"]["mark"]["StringValue"]) for m in back] == [("a", "7"), ("b", "7")]
    assert {m["Attributes"]["ApproximateReceiveCount"] for m in back} == {"1"}
    assert not {m["MessageId"] for m in back} & {m["MessageId"] for m in first}
    assert all(m["Attributes"]["SentTimestamp"] >= first[0]["Attributes"]["SentTimestamp"] for m in back)
    assert pair.receive(pair.dead_url) == []


@pytest.mark.control("RT_DLQ_REDRIVE")
def test_messages_go_to_a_named_queue(pair: Pair, unique: str, queue: Any) -> None:
    pair.fail("a")
    url, arn = queue(f"{unique}-other")
    pair.start(DestinationArn=arn)
    assert pair.ended()["DestinationArn"] == arn
    assert [message["Body"] for message in pair.receive(url)] == ["a"]
    assert pair.receive(pair.url) == []


@pytest.mark.control("RT_DLQ_REDRIVE")
def test_one_task_runs_at_a_time_and_can_be_cancelled(pair: Pair) -> None:
    pair.fail("a", "b", "c")
    handle = pair.start(MaxNumberOfMessagesPerSecond=1)
    running = pair.task()
    assert (running["TaskHandle"], running["Status"], running["MaxNumberOfMessagesPerSecond"]) == (handle, "RUNNING", 1)
    assert refusal(pair.start).endswith("UnsupportedOperation")
    moved = pair.sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"]
    task = pair.ended()
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"], "TaskHandle" in task) == (
        "CANCELLED",
        moved,
        False,
    )
    assert (len(pair.receive(pair.url)), len(pair.receive(pair.dead_url))) == (moved, 3 - moved)
    assert refusal(pair.sqs.cancel_message_move_task, TaskHandle=handle).endswith("UnsupportedOperation")


@pytest.mark.control("RT_DLQ_REDRIVE")
def test_a_message_that_came_from_no_queue_needs_a_destination(pair: Pair) -> None:
    pair.sqs.send_message(QueueUrl=pair.dead_url, MessageBody="from elsewhere")
    pair.start()
    task = pair.ended()
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert [message["Body"] for message in pair.receive(pair.dead_url)] == ["from elsewhere"]


def test_what_is_no_dead_letter_queue_is_refused(pair: Pair) -> None:
    start = pair.sqs.start_message_move_task
    assert refusal(start, SourceArn=pair.arn) == "InvalidParameterValue"
    assert refusal(start, SourceArn=f"{pair.arn}-none") == "ResourceNotFoundException"
    assert refusal(start, SourceArn=pair.dead_arn, DestinationArn=f"{pair.arn}-none") == "ResourceNotFoundException"
    assert refusal(start, SourceArn=pair.dead_arn, MaxNumberOfMessagesPerSecond=501) == "InvalidParameterValue"
    assert refusal(pair.sqs.cancel_message_move_task, TaskHandle="none") == "ResourceNotFoundException"


def refusal(call: Callable[..., Any], **request: Any) -> str:
    """The code of the error that a call ends with."""
    with pytest.raises(ClientError) as error:
        call(**request)
    code: str = error.value.response["Error"]["Code"]
    return code
