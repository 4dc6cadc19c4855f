"""One trace from the API through PutEvents to every function: the emulator starts a new one at each invocation.

https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-tracing.html
"""

import contextvars
import secrets
import time
from typing import Any

from ministack.services import apigateway_v1, eventbridge, lambda_svc

_trace: contextvars.ContextVar[str | None] = contextvars.ContextVar("hallmark_trace", default=None)


def _new_root() -> str:
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def _continued(header: str) -> str:
    """Return the header as a function sees it: the same root, a segment of its own as the parent, sampled."""
    root = next((part for part in header.split(";") if part.startswith("Root=")), None) or _new_root()
    return f"{root};Parent={secrets.token_hex(8)};Sampled=1"


def current() -> str | None:
    """Return the header of the trace that this thread continues."""
    return _trace.get()


def begin() -> None:
    """Begin a trace in this thread."""
    _trace.set(_new_root())


def install() -> None:
    """Pass the trace header on in a context variable, from the request to the invocation."""
    invoke_proxy = apigateway_v1._invoke_lambda_proxy_v1
    start_trace = lambda_svc._xray_trace_id_for_invocation
    attempt = eventbridge._invoke_target

    async def invoke_lambda_proxy(*args: Any, **options: Any) -> Any:
        stage, headers = args[3], args[7]
        if stage.get("tracingEnabled"):
            header = headers.get("x-amzn-trace-id") or _new_root()
            _trace.set(header)
            args = (*args[:7], {**headers, "X-Amzn-Trace-Id": header}, *args[8:])
        return await invoke_proxy(*args, **options)

    def trace_for_invocation(config: dict[str, Any], inbound: str | None = None) -> str | None:
        header = inbound or _trace.get()
        traced = (config.get("TracingConfig") or {}).get("Mode") == "Active"
        return _continued(header) if header and traced else start_trace(config, inbound)

    def invoke_target(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:
        token = _trace.set(event.get("_TraceHeader"))
        try:
            attempt(target, event, rule, view)
        finally:
            _trace.reset(token)

    apigateway_v1._invoke_lambda_proxy_v1 = invoke_lambda_proxy
    lambda_svc._xray_trace_id_for_invocation = trace_for_invocation
    eventbridge._invoke_target = invoke_target
