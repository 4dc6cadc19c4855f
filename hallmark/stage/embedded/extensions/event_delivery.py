"""Delivery to targets: retries by the target's own policy, then its dead-letter queue.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import contextvars
import json
import os
import threading
import time
from dataclasses import dataclass
from typing import Any

from ministack.core.arn import parse_arn
from ministack.services import eventbridge, lambda_svc, sqs, stepfunctions

from hallmark.stage.embedded.extensions.iam_judge import queue_takes

SERVICE = "events.amazonaws.com"

# AWS backs off over hours; tests need only the shape, so the unit is configurable.
BACKOFF_SECONDS = float(os.environ.get("HALLMARK_DELIVERY_BACKOFF_SECONDS", "0.2"))
BACKOFF_LIMIT_SECONDS = 5.0
DEFAULT_ATTEMPTS, DEFAULT_AGE_SECONDS = 185, 86_400
NOT_RETRIED = frozenset({"NO_RESOURCE", "NO_PERMISSIONS"})
Json = dict[str, Any]


class Undeliverable(Exception):
    """A delivery that failed, with the error code that EventBridge writes on a dead letter.

    The event counts as `seconds` older than it is, so that a test need not wait for its maximum age.
    """

    def __init__(self, code: str, message: str, seconds: float = 0.0) -> None:
        super().__init__(message)
        self.code, self.seconds = code, seconds


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one target of one rule."""

    target: Json
    event: Json
    rule: Json
    view: Any


def _exists(arn: str) -> bool:
    spec = parse_arn(arn)
    if spec.service == "sqs":
        return sqs._queue_by_arn(arn) is not None
    if spec.service == "lambda":
        return lambda_svc._get_func_record_for_ref(arn)[0] is not None
    if spec.service == "states":
        return stepfunctions._resolve_state_machine_arn(arn) is not None
    if spec.service == "events" and spec.resource.startswith("event-bus/"):
        return spec.resource.removeprefix("event-bus/") in eventbridge._event_buses
    return True


def send_message(queue_arn: str, body: str, attributes: Json | None = None) -> None:
    """Put a message with string attributes into a queue of the emulator; Undeliverable if there is none."""
    queue = sqs._queue_by_arn(queue_arn)
    if queue is None:
        raise Undeliverable("NO_RESOURCE", f"The queue {queue_arn} does not exist")
    eventbridge._dispatch_to_sqs(parse_arn(queue_arn), body)
    queue["messages"][-1]["message_attributes"] = {
        name: {"DataType": "String", "StringValue": str(value)[:1024]} for name, value in (attributes or {}).items()
    }


def _bury(delivery: Delivery, failure: Undeliverable, condition: str, retries: int) -> None:
    queue = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue or not queue_takes(SERVICE, queue, delivery.rule.get("Arn", "")):
        return
    attributes = {
        "RULE_ARN": delivery.rule.get("Arn"),
        "TARGET_ARN": delivery.target["Arn"],
        "ERROR_CODE": failure.code,
        "ERROR_MESSAGE": failure,
        "RETRY_ATTEMPTS": retries,
    }
    if condition:
        attributes["EXHAUSTED_RETRY_CONDITION"] = condition
    send_message(queue, json.dumps(delivery.view.event_with_detail()), attributes)


def _retry(attempt: Any, delivery: Delivery, failure: Undeliverable) -> None:
    """Retry until the delivery succeeds, or the attempts or the event's maximum age are exhausted."""
    policy = delivery.target.get("RetryPolicy") or {}
    attempts = int(policy.get("MaximumRetryAttempts", DEFAULT_ATTEMPTS))
    deadline = time.monotonic() + float(policy.get("MaximumEventAgeInSeconds", DEFAULT_AGE_SECONDS))
    for retries in range(attempts):
        deadline -= failure.seconds
        if failure.code in NOT_RETRIED:
            return _bury(delivery, failure, "", retries)
        pause = min(BACKOFF_SECONDS * 2**retries, BACKOFF_LIMIT_SECONDS)
        if time.monotonic() + pause > deadline:
            return _bury(delivery, failure, "MaximumEventAgeInSeconds", retries)
        time.sleep(pause)
        try:
            return _attempt(attempt, delivery)
        except Undeliverable as again:
            failure = again
    exhausted = "" if failure.code in NOT_RETRIED else "MaximumRetryAttempts"
    return _bury(delivery, failure, exhausted, attempts)


def _attempt(attempt: Any, delivery: Delivery) -> None:
    if not _exists(delivery.target["Arn"]):
        raise Undeliverable("NO_RESOURCE", f"The target {delivery.target['Arn']} does not exist")
    attempt(delivery.target, delivery.event, delivery.rule, delivery.view)


def install() -> None:
    """Wrap the emulator's single attempt; retries run in a thread, so the publisher never waits for them."""
    attempt = eventbridge._invoke_target

    def invoke_target(target: Json, event: Json, rule: Json, view: Any = None) -> None:
        delivery = Delivery(target, event, rule, view or eventbridge._pattern_event_view(event))
        try:
            _attempt(attempt, delivery)
        except Undeliverable as failure:
            run = contextvars.copy_context().run
            threading.Thread(target=run, args=(_retry, attempt, delivery, failure), daemon=True).start()

    eventbridge._invoke_target = invoke_target
