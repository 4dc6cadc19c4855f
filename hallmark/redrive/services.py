"""The calls that hand work on; each raises when the service does not accept it."""

import json
from contextlib import suppress
from typing import Any

from hallmark import clock
from hallmark.redrive.work import Refused
from hallmark.stage import Stage

Json = dict[str, Any]
_LOG_STREAM = "hallmark-redrive"
_ACCEPTED = 202


def invoke(stage: Stage, function_arn: str, payload: Any) -> None:
    """Invoke a function asynchronously, at the qualifier that its ARN has."""
    answer = stage.client("lambda").invoke(
        FunctionName=function_arn, InvocationType="Event", Payload=json.dumps(payload).encode()
    )
    if answer["StatusCode"] != _ACCEPTED:
        raise Refused(f"Lambda answered {answer['StatusCode']}")


def put_event(stage: Stage, entry: Json) -> None:
    """Put an event on a bus; raises when EventBridge rejects the entry."""
    answer = stage.client("events").put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise Refused(f"EventBridge refused the event: {answer['Entries'][0].get('ErrorCode')}")


def start(stage: Stage, machine_arn: str, given: Any) -> None:
    """Start an execution of a state machine with an input."""
    stage.client("stepfunctions").start_execution(stateMachineArn=machine_arn, input=json.dumps(given))


def send(stage: Stage, queue_arn: str, body: Any) -> None:
    """Send a message to a queue."""
    sqs = stage.client("sqs")
    account, name = queue_arn.split(":")[4:]
    url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body))


def log(stage: Stage, group_arn: str, event: Json) -> None:
    """Write an event to a log group, with its own time, into a stream of ours."""
    logs, group = stage.client("logs"), group_arn.split(":", 6)[6].removesuffix(":*")
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=group, logStreamName=_LOG_STREAM)
    line = {"timestamp": round(clock.from_text(event["time"]).timestamp() * 1000), "message": json.dumps(event)}
    answer = logs.put_log_events(logGroupName=group, logStreamName=_LOG_STREAM, logEvents=[line])
    if rejected := answer.get("rejectedLogEventsInfo"):
        raise Refused(f"CloudWatch Logs rejected the line: {', '.join(rejected)}")
