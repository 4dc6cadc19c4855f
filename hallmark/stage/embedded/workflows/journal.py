"""The log of an execution: its events by the machine's level, in the format of Step Functions.

One append an execution: a line that comes late would make the emulator copy the whole stream.
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import json
import secrets
import threading
import time
from functools import lru_cache
from typing import Any

from ministack.services import cloudwatch_logs

from hallmark.stage.embedded.workflows.execution import Execution

Json = dict[str, Any]
FATAL = frozenset({"ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"})
ERROR = FATAL | {
    "FailStateEntered",
    *(f"{what}{how}" for what in ("LambdaFunction", "Task") for how in ("Failed", "TimedOut")),
    *("MapIterationFailed", "MapStateFailed", "ParallelStateFailed"),
}
DATA = frozenset({"input", "inputDetails", "output", "outputDetails", "parameters"})
_lock = threading.Lock()
_encode = json.JSONEncoder(ensure_ascii=False).encode


def is_logged(level: str, kind: str) -> bool:
    """Return whether a level has an event."""
    return level == "ALL" or kind in {"ERROR": ERROR, "FATAL": FATAL}.get(level, frozenset())


def lines(execution: Execution) -> list[str]:
    """Return the messages of an execution's events."""
    setting = execution.machine["loggingConfiguration"]
    with_data = setting.get("includeExecutionData", False)
    return [
        _line(execution.arn, event, with_data)
        for event in execution.events
        if is_logged(setting.get("level", "OFF"), event["type"])
    ]


def _line(arn: str, event: Json, with_data: bool) -> str:
    details = {name: value for name, value in event["details"].items() if with_data or name not in DATA}
    line = {
        "id": str(event["id"]),
        "type": event["type"],
        "details": details,
        "previous_event_id": str(event["previous"]),
        "event_timestamp": str(int(event["time"] * 1000)),
        "execution_arn": arn,
    }
    return _encode(line | ({"redrive_count": "0"} if event["id"] == 1 else {}))


def group_of(destination: Json) -> str:
    """Return the name of a log group as a destination."""
    arn: str = destination["cloudWatchLogsLogGroup"]["logGroupArn"]
    return arn.partition(":log-group:")[2].removesuffix(":*")


@lru_cache(maxsize=256)
def _stream(machine: str, minute: str) -> str:
    return f"states/{machine}/{minute}/{secrets.token_hex(4)}"


def write(execution: Execution) -> None:
    """Write what the machine logs of an execution that has ended; a missing group gets nothing."""
    messages = lines(execution)
    for destination in execution.machine["loggingConfiguration"].get("destinations") or [] if messages else []:
        name = group_of(destination)
        stream = _stream(execution.machine["name"], time.strftime("%Y-%m-%d-%H-%M", time.gmtime()))
        with _lock:
            group = cloudwatch_logs._log_groups.get(name)
            if group is None:
                continue
            if stream not in group["streams"]:
                cloudwatch_logs._create_log_stream({"logGroupName": name, "logStreamName": stream})
            now = int(time.time() * 1000)
            entries = [{"timestamp": now, "ingestionTime": now, "message": message} for message in messages]
            cloudwatch_logs._append_log_events(group["streams"][stream], entries)
