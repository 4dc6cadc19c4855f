"""While a client waits, calls of background functions wait too, one after the other, and never for long."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ministack.core import lambda_runtime

from hallmark.stage.embedded.speed import clients_first
from hallmark.stage.embedded.speed.background_priority import BACKGROUND

Serve = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients_first, "_background", {b"DETECTOR", b"BOTH"})
    monkeypatch.setattr(clients_first, "_waited_for", {b"INGEST", b"BOTH"})


def _call(key: str) -> dict[str, Any]:
    signature = f"AWS4-HMAC-SHA256 Credential={key}/20261120/eu-central-1/dynamodb/aws4_request"
    return {"type": "http", "path": "/", "headers": [(b"authorization", signature.encode())], "key": key}


CLIENT = {"type": "http", "path": "/_aws/execute-api/1/dev/transactions", "headers": [], "key": "client"}


def order_of(*scopes: dict[str, Any], patient: bool = False) -> list[str]:
    """The order in which requests end that come at once, after a client's; a call takes three turns of the loop.

    The client's takes twenty; that of a patient one ends after another's.
    """
    ended: list[str] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope is not CLIENT:
            ended.append(f"{scope['key']} begins")
            await _turns(3)
        elif patient:
            while not ended:
                await asyncio.sleep(0.001)
            await _turns(20)
        else:
            await _turns(20)
        ended.append(scope["key"])

    async def run() -> None:
        serve = clients_first.around(app)
        await asyncio.wait_for(asyncio.gather(*(serve(scope, None, None) for scope in (CLIENT, *scopes))), 10)

    asyncio.run(run())
    return ended


async def _turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


def test_a_background_call_comes_after_the_client() -> None:
    assert order_of(_call("DETECTOR")) == ["client", "DETECTOR begins", "DETECTOR"]


@pytest.mark.parametrize("key", ["INGEST", "BOTH", "OPERATOR"])
def test_any_other_call_comes_at_once(key: str) -> None:
    assert order_of(_call(key)) == [f"{key} begins", key, "client"]


def test_those_that_waited_come_one_after_the_other() -> None:
    one_by_one = ["DETECTOR begins", "DETECTOR"] * 3
    assert order_of(*[_call("DETECTOR")] * 3) == ["client", *one_by_one]


def test_it_does_not_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients_first, "AT_MOST_SECONDS", 0.01)
    assert order_of(_call("DETECTOR"), patient=True) == ["DETECTOR begins", "DETECTOR", "client"]


def test_without_a_client_it_comes_at_once() -> None:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None: ...

    async def run() -> None:
        await asyncio.wait_for(clients_first.around(app)(_call("DETECTOR"), None, None), 0.005)

    asyncio.run(run())


def test_a_request_that_fails_lets_the_others_go() -> None:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await asyncio.sleep(0)
        raise ValueError(scope["key"])

    async def run() -> list[Any]:
        serve = clients_first.around(app)
        scopes = (CLIENT, _call("DETECTOR"), _call("DETECTOR"))
        work = asyncio.gather(*(serve(scope, None, None) for scope in scopes), return_exceptions=True)
        return await asyncio.wait_for(work, clients_first.AT_MOST_SECONDS / 2)

    assert [str(error) for error in asyncio.run(run())] == ["client", "DETECTOR", "DETECTOR"]


def test_whoever_starts_a_process_says_whether_somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_runtime, "execution_credentials", lambda config: {"AWS_ACCESS_KEY_ID": config["key"]})
    clients_first.install()
    give = lambda_runtime.execution_credentials
    poller = threading.Thread(target=give, args=({"key": "NOTIFIER"},), name=BACKGROUND)
    poller.start()
    poller.join()
    give({"key": "FLOOR"})
    assert clients_first._background == {b"DETECTOR", b"BOTH", b"NOTIFIER"}
    assert clients_first._waited_for == {b"INGEST", b"BOTH", b"FLOOR"}
