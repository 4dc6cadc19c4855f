"""The largest requests and answers of API Gateway and Lambda.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

import json
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import apigateway_v1, lambda_svc

BODY_BYTES, HEAD_BYTES = 10_485_760, 10_240
# By the type of an invocation: of the event, and of what a function answers.
EVENT_BYTES = {"RequestResponse": 6_291_456, "Event": 1_048_576}
ANSWER_BYTES = 6_291_556
Answer = tuple[int, dict[str, str], bytes]


def _in_clear(status: int, text: str) -> Answer:
    return status, {"Content-Type": "text/plain"}, text.encode()


def _refused(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
    """Return API Gateway's refusal of a request that is too large, before it looks at anything else; or None."""
    if sum(map(len, headers.values())) + len(f"{method} {path} HTTP/1.1") > HEAD_BYTES:
        return _in_clear(431, f"HTTP header is larger than {HEAD_BYTES} bytes.")
    if len(body) > BODY_BYTES:
        return _in_clear(413, f"HTTP content length exceeded {BODY_BYTES} bytes.")
    return None


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _size(value: Any) -> int:
    """Return the size of a value as JSON, in bytes as Lambda's runtimes write it."""
    return len(_encode(value).encode("utf-8", "replace"))


class _TooLong(Exception):
    """A request whose event is too large for the function behind its method."""


def _limit_gateway() -> None:
    execute, call = apigateway_v1.handle_execute, apigateway_v1._call_lambda_raw
    invoke = apigateway_v1._invoke_lambda_proxy_v1

    async def handle_execute(
        api: str, stage: str, method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> Any:
        return _refused(method, path, headers or {}, body) or await execute(
            api, stage, method, path, headers, body, query
        )

    async def call_lambda(function: str, event: Any, **options: Any) -> Any:
        # An event is little more than its body.
        is_large = len(event.get("body") or "") > ANSWER_BYTES // 2 if isinstance(event, dict) else False
        if is_large and _size(event) > EVENT_BYTES["RequestResponse"]:
            raise _TooLong
        return await call(function, event, **options)

    async def invoke_lambda_proxy(*arguments: Any, **options: Any) -> Any:
        try:
            return await invoke(*arguments, **options)
        except _TooLong:
            return 413, {"Content-Type": "application/json"}, b'{"message":"Request Too Long"}'

    apigateway_v1.handle_execute, apigateway_v1._call_lambda_raw = handle_execute, call_lambda
    apigateway_v1._invoke_lambda_proxy_v1 = invoke_lambda_proxy


def _limit_functions() -> None:
    handle, dispatch = lambda_svc.handle_request, lambda_svc._execute_function_dispatch

    async def handle_request(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if path.endswith("/invocations") and len(body) > min(EVENT_BYTES.values()):
            kind = headers.get("x-amz-invocation-type") or headers.get("X-Amz-Invocation-Type") or "RequestResponse"
            limit = EVENT_BYTES.get(kind, len(body))
            if len(body) > limit:
                text = f"{len(body)} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
                return error_response_json("RequestTooLargeException", text, 413)
        return await handle(method, path, headers, body, query)

    def execute(function: Any, config: Any, event: Any, *rest: Any) -> Any:
        result = dispatch(function, config, event, *rest)
        if not result.get("error") and _size(result.get("body")) > ANSWER_BYTES:
            text = f"Response payload size exceeded maximum allowed payload size ({ANSWER_BYTES} bytes)."
            failure = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": text}
            return {**result, "body": failure, "error": True}
        return result

    lambda_svc.handle_request, lambda_svc._execute_function_dispatch = handle_request, execute


def install() -> None:
    """Refuse what is too large, as each service does."""
    _limit_gateway()
    _limit_functions()
