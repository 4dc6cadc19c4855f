"""A state machine as the target of a rule: what Step Functions refuses is a failed delivery, with a dead letter.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import contextvars
import json
from typing import Any

from ministack.services import eventbridge, stepfunctions

from hallmark.stage.embedded.extensions.event_delivery import Undeliverable

# What EventBridge calls the refusals of StartExecution.
CODES = {
    "StateMachineDoesNotExist": "NO_RESOURCE",
    "InvalidExecutionInput": "INVALID_JSON",
    "ExecutionLimitExceeded": "THROTTLING",
}
# The emulator logs every exception of a delivery and drops it, so the failure goes around it.
_failure: contextvars.ContextVar[Undeliverable | None] = contextvars.ContextVar("hallmark_not_started", default=None)


def _dispatch(arn: str, payload: str) -> None:
    status, _, body = stepfunctions._start_execution({"stateMachineArn": arn, "input": payload})
    if status >= 400:
        error = json.loads(body)
        code = str(error.get("__type", "")).rsplit("#", 1)[-1]
        _failure.set(Undeliverable(CODES.get(code, "SDK_CLIENT_ERROR"), f"{code}: {error.get('message')}"))


def install() -> None:
    """Pass on why an execution could not be started."""
    attempt = eventbridge._invoke_target

    def invoke_target(target: dict[str, Any], *rest: Any) -> None:
        token = _failure.set(None)
        try:
            attempt(target, *rest)
            if failure := _failure.get():
                raise failure
        finally:
            _failure.reset(token)

    eventbridge._dispatch_to_stepfunctions, eventbridge._invoke_target = _dispatch, invoke_target
