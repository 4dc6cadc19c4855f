"""A workflow's requests reach the emulator's application without a connection, for both are in one process.

Everything else is as for any other request: it is signed, judged, counted, recorded and struck by faults.
"""

import asyncio
import io
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError

Json = dict[str, Any]
# As long as a client of the SDK waits.
SECONDS = 60.0
_CLIENT = ("127.0.0.1", 0)


class _Application:
    """The emulator's ASGI application and its event loop, once it runs."""

    app: ClassVar[Any] = None
    loop: ClassVar[asyncio.AbstractEventLoop | None] = None


class _Raw(io.BytesIO):
    """An answer's content, as the SDK reads it: all of it, or as a stream."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Yield all of it."""
        yield self.read()


def around(app: Any) -> Any:
    """Remember the emulator's ASGI application."""

    async def serve(scope: Json, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            _Application.app, _Application.loop = app, asyncio.get_running_loop()
        await app(scope, receive, send)

    return serve


def connect(client: Any) -> None:
    """Have a client of boto3 call this process's emulator."""
    client.meta.events.register("before-send", _send)


def _send(request: Any, **_: Any) -> Any:
    """Return the answer to a request; None, which sends it over a connection, if its body is a stream."""
    body = request.body or b""
    loop = _Application.loop
    if loop is None or not isinstance(body, (bytes, str)):
        return None
    called = _call(request, body.encode() if isinstance(body, str) else body)
    future = asyncio.run_coroutine_threadsafe(called, loop)
    try:
        status, headers, content = future.result(SECONDS)
    except TimeoutError:
        future.cancel()
        raise ReadTimeoutError(endpoint_url=request.url) from None
    return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), _Raw(content))


async def _call(request: Any, body: bytes) -> tuple[int, dict[str, str], bytes]:
    waiting = iter([{"type": "http.request", "body": body, "more_body": False}])
    status, headers, content = 500, dict[str, str](), b""

    async def receive() -> Json:
        for message in waiting:
            return message
        # The client stays until it has its answer.
        never: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        return await never

    async def send(message: Json) -> None:
        nonlocal status, headers, content
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            content += message.get("body", b"")

    await _Application.app(_scope(request), receive, send)
    return status, headers, content


def _scope(request: Any) -> Json:
    address = urlsplit(request.url)
    given = {"host": address.netloc, **{name.lower(): _text(value) for name, value in request.headers.items()}}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": address.scheme,
        "path": unquote(address.path) or "/",
        "raw_path": (address.path or "/").encode(),
        "root_path": "",
        "query_string": address.query.encode(),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()],
        "client": _CLIENT,
        "server": (address.hostname, address.port),
    }


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
