"""Faults on demand, for tests: what the emulator is told to do wrong, and how often it did.

AWS lets nobody inject these, so whoever uses this module says that it holds for the embedded stage only.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import urllib3

PATH = "/_hallmark/faults"
# What EventBridge and AWS Lambda do by themselves; every other service is one that somebody calls.
DELIVERY, DESTINATION = "delivery", "destination"
Effect = Literal["refuse", "delay", "kill"]


@dataclass(frozen=True)
class Injection:
    """One fault: the call that it strikes, how often, and what happens then.

    `service` and `action` are those of the call, such as dynamodb and PutItem, or `delivery` (action: the service of
    the target) or `destination` (action: Success or Failure). The call holds all texts of `contains`, and comes from
    the function whose name holds `by`. `refuse` answers with `status` and an error `code`, and with `fields` beside it
    in services that speak JSON (an event whose delivery is refused counts as `seconds` older); `delay` waits `seconds`
    before the call is carried out; `kill` ends the calling process with SIGKILL. With `after` the call is carried out
    before the effect.
    """

    service: str
    action: str
    effect: Effect = "refuse"
    contains: tuple[str, ...] = ()
    times: int = 1
    by: str = ""
    after: bool = False
    status: int = 400
    code: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass
class Injected:
    """A fault in the emulator; `strikes` is how often it has struck."""

    address: str
    pool: urllib3.PoolManager
    _strikes: int | None = None

    @property
    def strikes(self) -> int:
        return self._strikes if self._strikes is not None else _strikes(self.pool.request("GET", self.address))

    def end(self) -> None:
        """Take the fault back; what it did stays known."""
        if self._strikes is None:
            self._strikes = _strikes(self.pool.request("DELETE", self.address))


@contextmanager
def inject(endpoint: str, injection: Injection) -> Iterator[Injected]:
    """Put a fault into the emulator at `endpoint` for the time of a `with` block; RuntimeError when it refuses."""
    pool = urllib3.PoolManager()
    answer = pool.request("POST", f"{endpoint}{PATH}", body=json.dumps(asdict(injection)))
    if answer.status != 201:
        raise RuntimeError(f"the emulator took no fault: {answer.status} {answer.data[:200]!r}")
    injected = Injected(f"{endpoint}{PATH}/{answer.json()['id']}", pool)
    try:
        yield injected
    finally:
        injected.end()


def _strikes(answer: urllib3.BaseHTTPResponse) -> int:
    if answer.status != 200:
        raise RuntimeError(f"the emulator knows no such fault: {answer.status}")
    return int(answer.json()["strikes"])
