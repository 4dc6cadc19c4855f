"""Calls of functions that nobody waits for are answered while no client waits for the gateway's answer.

On AWS each service has machines of its own. Here one process answers all of them, and a call of a background function
that comes between the calls of a client's request would make the client wait. So it waits itself, though never long:
a busy stage always has a client that waits.
"""

import asyncio
from collections import deque
from typing import Any

from ministack.core import lambda_runtime

from hallmark.stage.embedded.speed.background_priority import is_background

AT_MOST_SECONDS = 0.05
GATEWAY = "/execute-api/"
Json = dict[str, Any]
# Access keys of functions, by whether somebody waits for them.
_waited_for: set[bytes] = set()
_background: set[bytes] = set()


class Turns:
    """How many clients wait, and what waits for them; used by the event loop alone."""

    def __init__(self) -> None:
        self.clients = 0
        self.waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Return when no client waits, and no call that waited is being answered; or after AT_MOST_SECONDS."""
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        await asyncio.wait((turn,), timeout=AT_MOST_SECONDS)
        turn.cancel()  # it does not come any more, or has come

    def next(self) -> None:
        """Let the first go that still waits, if no client does."""
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
    """Remember whose process was started for work that nobody waits for."""
    give = lambda_runtime.execution_credentials

    def execution_credentials(config: Json) -> dict[str, str]:
        given: dict[str, str] = give(config)
        (_background if is_background() else _waited_for).add(given["AWS_ACCESS_KEY_ID"].encode())
        return given

    lambda_runtime.execution_credentials = execution_credentials
