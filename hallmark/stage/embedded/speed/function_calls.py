"""A shorter path through the emulator for functions' most frequent calls, with the same IAM decisions and services.

For every request the emulator determines which of two hundred services it is for, its sender, and whether it is
allowed. A function's call to DynamoDB or EventBridge names its service, and the IAM decision is the same for all its
calls of one kind: the emulator's own IAM judges one of them a second. IAM is eventually consistent on AWS, too.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
"""

import json
import time
import uuid
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from ministack import app as emulator
from ministack.core import iam_evaluator, responses
from ministack.services import dynamodb, eventbridge

from hallmark.stage.embedded.extensions.call_names import PREFIXES
from hallmark.stage.embedded.extensions.iam_record import is_function, note
from hallmark.stage.embedded.extensions.iam_requests import Use, uses

Json = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
_MODULES = {"dynamodb": dynamodb, "events": eventbridge}
SERVICES = {prefix: (service, _MODULES[service]) for prefix, service in PREFIXES.items()}
KNOWN_SECONDS = 1.0
# The condition keys, beside the caller, on which the decision about one kind of calls may depend (see `_kind`).
CONDITIONS = frozenset(
    {
        *("dynamodb:enclosingoperation", "events:source", "events:detail-type", "aws:securetransport"),
        "lambda:sourcefunctionarn",
    }
)
_account_of = lru_cache(emulator._request_account_scope)


def _credential(headers: Json) -> tuple[str, str]:
    """Return the access key and the region that a request is signed for."""
    key, _, scope = headers.get("authorization", "").partition("Credential=")[2].partition("/")
    return key, scope.split("/", 2)[1] if scope.count("/") > 1 else ""


def _kind(service: str, request: Json) -> Any:
    """Return what IAM considers in a request, beside its sender: tables with actions, or buses with events."""
    if service == "events":
        names = ("EventBusName", "Source", "DetailType")
        return tuple(sorted({tuple(str(entry.get(name)) for name in names) for entry in request["Entries"]}))
    if "TransactItems" in request:
        return tuple(sorted((do, of["TableName"]) for item in request["TransactItems"] for do, of in item.items()))
    return request["TableName"], request.get("IndexName")


def _policies_ask_for_no_more(key: str, service: str) -> bool:
    """Return whether a call's kind is all that its caller's policies depend on; tables and buses have none here."""
    policies = iam_evaluator.resolve_principal(key, responses.get_account_id()).policies
    asking = (one for statements in policies for one in statements if one.conditions and _is_about(one, service))
    blocks = (block for statement in asking for block in statement.conditions.values())
    return all(condition.lower() in CONDITIONS for block in blocks for condition in block)


def _is_about(statement: Any, service: str) -> bool:
    """Return whether a statement may be about a service: not if each of its actions names another one."""
    services = {action.partition(":")[0].lower() for action in statement.actions}
    return bool(statement.not_actions) or any(one == service or not one.isalnum() for one in services)


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


async def _send(send: Any, answer: Answer) -> None:
    status, headers, body = answer
    lines = [(name.encode(), str(value).encode()) for name, value in headers.items()]
    lines += [(b"Content-Length", str(len(body)).encode()), (b"Date", _date(int(time.time())))]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})


def around(app: Any) -> Any:
    """Wrap the emulator's ASGI application: a function's call goes directly to its service."""

    async def serve(scope: Json, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != "/":
            await app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        key, region = _credential(headers)
        service = SERVICES.get(headers.get("x-amz-target", "").partition(".")[0])
        if service is None or not is_function(key) or "content-encoding" in headers:
            await app(scope, receive, send)
            return
        address = (scope.get("client") or ("127.0.0.1",))[0]
        responses.set_request_client_ip(address)
        responses.set_request_account_id(_account_of(key))
        responses.set_request_region(region)
        iam_evaluator.pin_request_origin(address, headers.get("x-forwarded-proto", "https") == "https")
        iam_evaluator._signed_request.set(None)
        iam_evaluator._anonymous.set(False)
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
        answer = await emulator._dispatch_service_request("POST", "/", headers, body, {}, str(uuid.uuid4()))
        await _send(send, answer)

    return serve


def _kind_of(service: str, body: bytes) -> Any:
    try:
        kind = _kind(service, json.loads(body))
        hash(kind)
        return kind
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


async def _served(module: Any, *request: Any) -> Answer:
    """Return the service's response; log and answer its uncaught errors as the emulator does."""
    try:
        answer: Answer = await module.handle_request(*request)
        return answer
    except Exception as error:
        emulator.logger.exception("Error handling a function's call")
        return 500, {}, json.dumps({"__type": "InternalError", "message": str(error)}).encode()


def install() -> None:
    """Serve at once what was allowed within the last second, and record its use again."""
    judge_and_serve = emulator._dispatch_service_request
    known: dict[Any, tuple[float, list[Use]]] = {}

    async def dispatch(method: str, path: str, headers: Json, body: bytes, query: Json, request_id: str) -> Answer:
        key, region = _credential(headers)
        prefix, _, action = headers.get("x-amz-target", "").partition(".")
        service, module = SERVICES.get(prefix, ("", None))
        kind = _kind_of(service, body) if module and is_function(key) else None
        call, now = (key, region, headers.get("x-forwarded-proto"), action, kind), time.monotonic()
        until, used = known.get(call, (0.0, []))
        if kind is not None and now < until:
            for use in used:
                note(*use)
            status, fields, content = await _served(module, method, path, headers, body, query)
            return status, {**fields, "x-amzn-requestid": request_id}, content
        used = []
        uses.set(used)
        answer: Answer = await judge_and_serve(method, path, headers, body, query, request_id)
        if kind is not None and answer[0] == 200 and _policies_ask_for_no_more(key, service):
            known[call] = now + KNOWN_SECONDS, used
        return answer

    emulator._dispatch_service_request = dispatch
