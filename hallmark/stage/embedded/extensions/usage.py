"""Usage that AWS would bill and meter: calls by the functions, events, deliveries, invocations, processor time.

`GET /_hallmark/usage` returns numbers by name, since the emulator started:
`calls:<service>:<action>` and `bytes:<service>:<action>` of requests, made by functions or by clients that post a form;
`events:<bus>` and `bytes:events:<bus>`; `deliveries:<service>`; `invocations:<function>`, and in seconds
`seconds:<function>` of handlers and `processor:<function>` of the processors that they used; `units:dynamodb:write`,
`units:dynamodb:read` and `stored:dynamodb` (bytes) of these calls; `bytes:logs:<group>`; `executions:<workflow>` and
`duration:<workflow>` in seconds; `cpu:handlers` and `cpu:emulator` in seconds. Names are those of all regions together.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
"""

import json
import threading
import time
from collections import Counter
from typing import Any

import psutil
from ministack import app as emulator
from ministack.core.arn import parse_arn
from ministack.services import cloudwatch_logs, eventbridge, lambda_svc

from hallmark.stage.embedded.extensions import processor_use
from hallmark.stage.embedded.extensions.call_names import named
from hallmark.stage.embedded.request_units import Meter

PATH = "/_hallmark/usage"
Json = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
# What CloudWatch Logs adds to each line. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
LOG_LINE_OVERHEAD_BYTES = 26
_counts: dict[str, float] = {}
_meter = Meter()
_lock = threading.Lock()


def add(**amounts: float) -> None:
    """Add amounts to the counts of these names."""
    with _lock:
        for name, amount in amounts.items():
            _counts[name] = _counts.get(name, 0) + amount


def _by_a_function(headers: Json) -> bool:
    """Return whether a function calls: it uses no SDK, or one that names Lambda; tools use the SDK for Python."""
    agent = headers.get("user-agent", "").lower()
    return "boto" not in agent or "exec-env/aws_lambda" in agent


def _processor_seconds() -> dict[str, float]:
    own = psutil.Process()
    found = {"cpu:emulator": sum(own.cpu_times()[:2]), "cpu:handlers": 0.0}
    for child in own.children(recursive=True):
        try:
            found["cpu:handlers"] += sum(child.cpu_times()[:2])
        except psutil.Error:
            continue
    return found


def _logged_bytes() -> dict[str, int]:
    found: Counter[str] = Counter()
    for (_, _, name), group in cloudwatch_logs._log_groups.all_items():
        lines = (line for stream in group["streams"].values() for line in stream["events"])
        found[f"bytes:logs:{name}"] += sum(len(line["message"].encode()) + LOG_LINE_OVERHEAD_BYTES for line in lines)
    return found


def around(app: Any) -> Any:
    """Wrap the emulator's ASGI application: it returns the counts."""

    async def serve(scope: Json, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            body = json.dumps({**_counts, **_processor_seconds(), **_logged_bytes()}).encode()
            await emulator._send_response(send, 200, {"Content-Type": "application/json"}, body)
            return
        await app(scope, receive, send)

    return serve


def install() -> None:
    """Count requests before the emulator handles them."""
    dispatch, publish = emulator._dispatch_service_request, eventbridge._dispatch_event
    attempt, execute = eventbridge._invoke_target, lambda_svc._execute_function_dispatch

    async def dispatch_request(
        method: str, path: str, headers: Json, body: bytes, query: Json, request_id: str
    ) -> Answer:
        answer: Answer = await dispatch(method, path, headers, body, query, request_id)
        if _by_a_function(headers):
            service, action = named(method, path, headers, body, query)
            add(**{f"calls:{service}:{action}": 1, f"bytes:{service}:{action}": len(body)})
            if service == "dynamodb":
                add(**_meter.units(action, body, answer[0], answer[2]))
        return answer

    def dispatch_event(record: Json, *rest: Any) -> Any:
        bus = record["EventBusName"]
        add(**{f"events:{bus}": 1, f"bytes:events:{bus}": len(record["Detail"])})
        return publish(record, *rest)

    def invoke_target(target: Json, *rest: Any) -> None:
        add(**{f"deliveries:{parse_arn(target['Arn']).service}": 1})
        attempt(target, *rest)

    def execute_function(function: Json, config: Json, *rest: Any) -> Any:
        begin = time.monotonic()
        result = execute(function, config, *rest)
        name = config["FunctionName"]
        counted = {"invocations": 1, "seconds": time.monotonic() - begin, "processor": processor_use.taken()}
        add(**{f"{what}:{name}": amount for what, amount in counted.items()})
        return result

    emulator._dispatch_service_request = dispatch_request
    eventbridge._dispatch_event = dispatch_event
    eventbridge._invoke_target = invoke_target
    lambda_svc._execute_function_dispatch = execute_function
