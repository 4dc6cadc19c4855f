"""Faults on demand: calls of functions, deliveries and destinations fail as a test requests.

`POST /_hallmark/faults` takes an `Injection`, `GET` and `DELETE /_hallmark/faults/<id>` return how often it struck.
Errors are written as the services write them:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

import asyncio
import contextvars
import itertools
import json
import threading
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import psutil
from ministack import app as emulator
from ministack.core.arn import parse_arn
from ministack.services import eventbridge

from hallmark.stage.embedded.extensions import async_invocations
from hallmark.stage.embedded.extensions.call_names import named
from hallmark.stage.embedded.extensions.callers import owner_of
from hallmark.stage.embedded.extensions.event_delivery import Undeliverable
from hallmark.stage.embedded.faults import DELIVERY, DESTINATION, PATH, STREAM, Injection

Json = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
# The agent of requests that a workflow makes, before the machine's name.
AGENT = "hallmark-workflow/"
_XML_SERVICES = frozenset({"s3", "sns"})
_peer_port: contextvars.ContextVar[int] = contextvars.ContextVar("hallmark_peer_port", default=0)


@dataclass
class Armed:
    """A fault that waits for its calls."""

    injection: Injection
    strikes: int = 0


_armed: dict[str, Armed] = {}
_numbers = itertools.count(1)
_lock = threading.Lock()


def _caller() -> psutil.Process | None:
    """Return the handler process at the other end of the connection; None when the caller is not one of ours."""
    return owner_of(_peer_port.get())


def armed() -> bool:
    """Return whether any fault waits for its calls."""
    return bool(_armed)


def struck_by(
    service: str, action: str, text: str, machine: str = ""
) -> tuple[Injection, psutil.Process | None] | None:
    """Return the first fault that strikes this call, which counts as a strike, and the caller if the fault needs it.

    A caller is a function's process, or the workflow of the name `machine`.
    """
    for fault in list(_armed.values()):
        wanted = fault.injection
        if (wanted.service, wanted.action) != (service, action) or not all(part in text for part in wanted.contains):
            continue
        caller = _caller() if wanted.by and not machine else None
        name = caller.environ().get("AWS_LAMBDA_FUNCTION_NAME", "") if caller else machine
        if wanted.by and wanted.by not in (name or ""):
            continue
        with _lock:
            if fault.strikes < wanted.times:
                fault.strikes += 1
                return wanted, caller
    return None


def _refusal(injection: Injection) -> Answer:
    code, fields = injection.code, injection.fields
    if injection.service in _XML_SERVICES:
        text = f"<Code>{escape(code)}</Code><Message>injected</Message>"
        error = f"<Error>{text}</Error>"
        if injection.service == "sns":
            error = f"<ErrorResponse><Error><Type>Receiver</Type>{text}</Error></ErrorResponse>"
        return injection.status, {"Content-Type": "application/xml"}, error.encode()
    body = {"__type": code, "message": "injected", **fields} if code else dict(fields)
    return injection.status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()


def _without(hidden: str, answer: Answer) -> Answer:
    """Return a query's answer without the items that contain a text."""
    status, headers, body = answer
    found = json.loads(body)
    if "Items" not in found:
        return answer
    shown = [item for item in found["Items"] if hidden not in json.dumps(item)]
    body = json.dumps({**found, "Items": shown, "Count": len(shown)}).encode()
    # Clients ask again when the checksum is wrong.
    return status, {**headers, "x-amz-crc32": str(zlib.crc32(body))}, body


async def _suffer(
    injection: Injection, caller: psutil.Process | None, carry_out: Callable[[], Awaitable[Answer]]
) -> Answer:
    if injection.effect == "delay":
        await asyncio.sleep(injection.seconds)
        return await carry_out()
    if injection.effect == "hide":
        return _without(injection.hidden, await carry_out())
    if injection.after:
        await carry_out()
    if injection.effect == "kill" and caller:
        caller.kill()
    return _refusal(injection)


def around(app: Any) -> Any:
    """Wrap the emulator's ASGI application: it accepts faults, and knows the caller's port."""

    async def serve(scope: Json, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            _peer_port.set((scope.get("client") or ("", 0))[1])
            if scope["path"].startswith(PATH):
                status, answer = _administer(scope["method"], scope["path"].removeprefix(PATH), await _body(receive))
                await emulator._send_response(
                    send, status, {"Content-Type": "application/json"}, json.dumps(answer).encode()
                )
                return
        await app(scope, receive, send)

    return serve


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _administer(method: str, path: str, body: bytes) -> tuple[int, Json]:
    identity = path.strip("/")
    if method == "POST" and not identity:
        try:
            injection = Injection(**json.loads(body))
        except (ValueError, TypeError) as error:
            return 400, {"message": str(error)}
        if injection.effect == "hide" and not injection.hidden:
            return 400, {"message": "every item contains an empty text: name what is hidden in `hidden`"}
        if injection.effect == "kill" and not injection.by and injection.service != STREAM:
            return 400, {"message": "only a function's process can be killed: name it in `by`"}
        identity = str(next(_numbers))
        _armed[identity] = Armed(injection)
        return 201, {"id": identity}
    fault = _armed.pop(identity, None) if method == "DELETE" else _armed.get(identity)
    return (200, {"strikes": fault.strikes}) if fault else (404, {"message": "no such fault"})


def install() -> None:
    """Intercept every call of a service, every delivery to a target, and every record for a destination."""
    dispatch, attempt, send = emulator._dispatch_service_request, eventbridge._invoke_target, async_invocations._send

    async def dispatch_request(
        method: str, path: str, headers: Json, body: bytes, query: Json, request_id: str
    ) -> Answer:
        async def carry_out() -> Answer:
            answer: Answer = await dispatch(method, path, headers, body, query, request_id)
            return answer

        if not _armed:
            return await carry_out()
        service, action = named(method, path, headers, body, query)
        machine = headers.get("user-agent", "").partition(AGENT)[2]
        struck = struck_by(service, action, path + body.decode(errors="replace"), machine)
        return await _suffer(*struck, carry_out) if struck else await carry_out()

    def invoke_target(target: Json, event: Json, rule: Json, view: Any = None) -> None:
        text = f"{target['Arn']} {rule.get('Name')} {event.get('Detail')}"
        if _armed and (struck := struck_by(DELIVERY, parse_arn(target["Arn"]).service, text)):
            if struck[0].effect != "repeat":
                raise Undeliverable(struck[0].code, "injected", struck[0].seconds)
            attempt(target, event, rule, view)
        attempt(target, event, rule, view)

    def send_record(destination: str, invocation: Any, outcome: str, record: str) -> None:
        # AWS Lambda counts a record that a destination refuses, and does not send it again.
        if not (_armed and struck_by(DESTINATION, outcome, f"{destination} {record}")):
            send(destination, invocation, outcome, record)

    emulator._dispatch_service_request = dispatch_request
    eventbridge._invoke_target = invoke_target
    async_invocations._send = send_record
