"""Calls of asynchronous functions wait while a client waits for the gateway's response.

On AWS each service has machines of its own. Here one process serves all of them, and a call of a background function
between the calls of a client's request would delay the client. So that call waits instead, but only for a limited
time: a busy stage always has a waiting client.
"""

import asyncio
from collections import deque
from typing import Any

from ministack.core import lambda_runtime

from hallmark.stage.embedded.speed.background_priority import is_background

AT_MOST_SECONDS = 0.05
GATEWAY = "/execute-api/"
Json = dict[str, Any]
# Access keys of functions -> whether a client waits for them.
_waited_for: set[bytes] = set()
_background: set[bytes] = set()


class Turns:
    """The number of waiting clients, and the calls that wait for them; used by the event loop alone."""

    def __init__(self) -> None:
        self.clients = 0
        self.waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Return when no client waits and no delayed call is being served, or after AT_MOST_SECONDS."""
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        await asyncio.wait((turn,), timeout=AT_MOST_SECONDS)
        turn.cancel()  # it does not come any more, or has come

    def next(self) -> None:
        """Release the first waiting call, if no client waits."""
        while self.waiting and not self.clients:
            turn = self.waiting.popleft()
            if not turn.done():
                return turn.set_result(None)


def _gives_way(scope: Json) -> bool:
    signature = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    key = signature.partition(b"Credential=")[2].partition(b"/")[0]
    return key in _background and key not in _waited_for


def around(app: Any) -> Any:
    """Wrap the emulator's ASGI application."""
    turns = Turns()

    async def serve(scope: Json, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif GATEWAY in scope["path"]:
            turns.clients += 1
            try:
                await app(scope, receive, send)
            finally:
                turns.clients -= 1
                turns.next()
        elif turns.clients and _gives_way(scope):
            await turns.wait()
            try:
                await app(scope, receive, send)
            finally:
                turns.next()
        else:
            await app(scope, receive, send)

    return serve


def install() -> None:
    """Remember which processes were started for asynchronous invocations."""
    give = lambda_runtime.execution_credentials

    def execution_credentials(config: Json) -> dict[str, str]:
        given: dict[str, str] = give(config)
        (_background if is_background() else _waited_for).add(given["AWS_ACCESS_KEY_ID"].encode())
        return given

    lambda_runtime.execution_credentials = execution_credentials
