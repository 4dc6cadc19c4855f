"""A CloudWatch Logs group as the target of a rule: the whole event is one log line.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

import json
import time
from typing import Any

from ministack.core.arn import parse_arn
from ministack.services import cloudwatch_logs, eventbridge

from hallmark.stage.embedded.extensions.event_delivery import Undeliverable

STREAM = "eventbridge"


def _append(group_name: str, message: str) -> None:
    group = cloudwatch_logs._log_groups.get(group_name)
    if group is None:
        raise Undeliverable("NO_RESOURCE", f"The log group {group_name} does not exist")
    now = int(time.time() * 1000)
    if STREAM not in group["streams"]:
        cloudwatch_logs._create_log_stream({"logGroupName": group_name, "logStreamName": STREAM})
    entry = {"timestamp": now, "message": message, "ingestionTime": now}
    cloudwatch_logs._append_log_events(group["streams"][STREAM], [entry])


def install() -> None:
    """Deliver to log groups, and leave every other target to the emulator."""
    attempt = eventbridge._invoke_target

    def invoke_target(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:
        arn = parse_arn(target["Arn"])
        if arn.service != "logs":
            attempt(target, event, rule, view)
            return
        view = view or eventbridge._pattern_event_view(event)
        _append(arn.resource.removeprefix("log-group:").removesuffix(":*"), json.dumps(view.event_with_detail()))

    eventbridge._invoke_target = invoke_target
