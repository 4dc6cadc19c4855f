"""`python -m hallmark.load.trivial_server`: answers every request with 202, on a loopback port that it prints."""

import asyncio
import sys
from typing import Any

import uvicorn

from hallmark.project import LOOPBACK

_BODY = b'{"receivedAt": ""}'


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Read the whole request, and answer."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_BODY)).encode())]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": _BODY})


async def main() -> None:
    """Serve until terminated."""
    server = uvicorn.Server(uvicorn.Config(app, LOOPBACK, 0, access_log=False, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1])
    sys.stdout.flush()
    await serving


if __name__ == "__main__":
    asyncio.run(main())
