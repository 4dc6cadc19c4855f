"""Asynchronous invocations: a queue per function with few pollers, retries, and destinations per qualifier.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import contextvars
import json
import os
import queue
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import new_uuid
from ministack.services import eventbridge, lambda_svc

from hallmark.stage.embedded.extensions.event_delivery import send_message
from hallmark.stage.embedded.extensions.iam_judge import role_may
from hallmark.stage.embedded.speed.background_priority import BACKGROUND

# The emulator starts a process for each concurrent invocation; pollers drain AWS's own queue, too.
POLLERS = int(os.environ.get("HALLMARK_ASYNC_POLLERS", "2"))
RETRY_SECONDS = float(os.environ.get("HALLMARK_ASYNC_RETRY_SECONDS", "0.5"))
THROTTLE_SECONDS = 0.2
DEFAULT_RETRIES, DEFAULT_AGE_SECONDS = 2, 21_600
Json = dict[str, Any]


@dataclass
class Invocation:
    """One event for one qualified function, with its context (account, region, trace)."""

    arn: str
    function: Json
    event: Any
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    request_id: str = field(default_factory=new_uuid)
    accepted: float = field(default_factory=time.monotonic)
    attempts: int = 0

    @property
    def config(self) -> Json:
        config: Json = self.function.get("config") or self.function
        return config

    @property
    def settings(self) -> Json:
        """Return the event invoke configuration of the invoked qualifier; another qualifier's does not count."""
        parts = self.arn.split(":")
        qualifier = parts[7] if len(parts) > 7 else "$LATEST"
        base = lambda_svc._functions.get(self.config["FunctionName"]) or {}
        configs = base.get("event_invoke_configs") or {}
        settings: Json = configs.get(qualifier) or (configs.get("") if qualifier == "$LATEST" else None) or {}
        return settings

    def expired(self, pause: float) -> bool:
        age = float(self.settings.get("MaximumEventAgeInSeconds") or DEFAULT_AGE_SECONDS)
        return time.monotonic() - self.accepted + pause > age


_queues: dict[str, "queue.SimpleQueue[Invocation]"] = {}
_lock = threading.Lock()


def _enqueue(invocation: Invocation) -> None:
    with _lock:
        waiting = _queues.get(invocation.arn)
        if waiting is None:
            waiting = _queues[invocation.arn] = queue.SimpleQueue()
            for _ in range(POLLERS):
                threading.Thread(target=_poll, args=(waiting,), name=BACKGROUND, daemon=True).start()
    waiting.put(invocation)


def _later(invocation: Invocation, pause: float) -> None:
    timer = threading.Timer(pause, _enqueue, (invocation,))
    timer.daemon = True
    timer.start()


def _poll(waiting: "queue.SimpleQueue[Invocation]") -> None:
    while True:
        invocation = waiting.get()
        invocation.context.run(_invoke, invocation)


def _invoke(invocation: Invocation) -> None:
    result = lambda_svc._execute_function_with_config_scope(invocation.function, invocation.event)
    if result.get("throttle"):
        # A throttled event goes back to the queue until it is too old; it does not count as an attempt.
        if invocation.expired(THROTTLE_SECONDS):
            return _finish(invocation, result, "EventAgeExceeded")
        return _later(invocation, THROTTLE_SECONDS)
    invocation.attempts += 1
    if not result.get("error"):
        return _finish(invocation, result, "Success")
    retries = invocation.settings.get("MaximumRetryAttempts")
    pause = RETRY_SECONDS * 2 ** (invocation.attempts - 1)
    if invocation.attempts > (DEFAULT_RETRIES if retries is None else int(retries)):
        return _finish(invocation, result, "RetriesExhausted")
    if invocation.expired(pause):
        return _finish(invocation, result, "EventAgeExceeded")
    return _later(invocation, pause)


def _record(invocation: Invocation, result: Json, condition: str) -> Json:
    response: Json = {"statusCode": 200, "executedVersion": invocation.config.get("Version", "$LATEST")}
    if condition != "Success":
        response["functionError"] = result.get("function_error") or "Unhandled"
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": invocation.request_id,
            "functionArn": invocation.arn,
            "condition": condition,
            "approximateInvokeCount": invocation.attempts,
        },
        "requestPayload": invocation.event,
        "responseContext": response,
        "responsePayload": result.get("body"),
    }


def _finish(invocation: Invocation, result: Json, condition: str) -> None:
    outcome = "Success" if condition == "Success" else "Failure"
    destination = (invocation.settings.get("DestinationConfig") or {}).get(f"On{outcome}", {}).get("Destination")
    dead_letters = (invocation.config.get("DeadLetterConfig") or {}).get("TargetArn")
    if destination:
        _send(destination, invocation, outcome, json.dumps(_record(invocation, result, condition)))
    elif dead_letters and outcome == "Failure":
        send_message(dead_letters, json.dumps(invocation.event))


def _send(destination: str, invocation: Invocation, outcome: str, record: str) -> None:
    """Send with the function's role, as Lambda does; drop a record that the role may not send."""
    role, name = invocation.config["Role"], invocation.config["FunctionName"]
    if parse_arn(destination).service == "sqs":
        if role_may(role, name, "sqs:SendMessage", destination):
            send_message(destination, record)
        return
    entry = {
        "EventBusName": destination,
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {outcome}",
        "Detail": record,
        "Resources": [invocation.arn, destination],
    }
    keys = {"events:source": [entry["Source"]], "events:detail-type": [entry["DetailType"]]}
    if role_may(role, name, "events:PutEvents", destination, **keys):
        eventbridge._put_events({"Entries": [entry]})


def _of_latest(call: Any) -> Any:
    """Return a call about settings of which version is the latest one where none is named."""

    def called(name: str, qualifier: str | None = None, *rest: Any) -> Any:
        return call(name, qualifier or "$LATEST", *rest)

    return called


def install() -> None:
    """Send InvocationType=Event, and what EventBridge delivers to a function, through the queue."""
    for call in ("_get_event_invoke_config", "_put_event_invoke_config", "_delete_event_invoke_config"):
        setattr(lambda_svc, call, _of_latest(getattr(lambda_svc, call)))

    def invoke_async(function: Json, event: Any) -> None:
        _enqueue(Invocation((function.get("config") or function)["FunctionArn"], function, event))

    def dispatch_to_lambda(arn: str, payload: str) -> None:
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)
        record = lambda_svc._execution_record_for_config(function, {**config, "FunctionArn": arn})
        _enqueue(Invocation(arn, record, json.loads(payload)))

    lambda_svc.invoke_async_with_retry = invoke_async
    eventbridge._dispatch_to_lambda = dispatch_to_lambda
