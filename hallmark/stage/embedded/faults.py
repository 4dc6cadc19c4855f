"""Faults on demand, for tests: a client of the emulator's fault injection.

AWS offers no way to inject these, so a test that uses this module must be marked as embedded only.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import urllib3

PATH = "/_hallmark/faults"
# What EventBridge and AWS Lambda do by themselves; every other service is called.
DELIVERY, DESTINATION, STREAM = "delivery", "destination", "stream"
Effect = Literal["refuse", "delay", "kill", "repeat", "hide"]


@dataclass(frozen=True)
class Injection:
    """One fault: the calls that it strikes, how often, and its effect.

    `service` and `action` are those of the call, such as dynamodb and PutItem, or `delivery` (action: the service of
    the target) or `destination` (action: Success or Failure). The call contains all texts of `contains`, from the
    function or the workflow whose name contains `by`; a workflow calls a function with lambda and Invoke. `refuse`
    answers with `status` and an error `code`, and with `fields` beside it in services that speak JSON (an event whose
    delivery is refused counts as `seconds` older); `delay` waits `seconds` before the call is executed; `kill` ends the
    calling process with SIGKILL; `repeat` delivers an event twice. With `after` the call is executed before the effect.
    `hide` answers a query of DynamoDB without the items that contain the text `hidden`, as an index does that lags
    behind its table.

    Or `service` is `stream`, and `action` the function to which a batch is delivered; it contains the id of its shard
    and its records as JSON. `refuse` makes it fail as if the function had, and its records `seconds` older; `delay`
    delivers it `seconds` later, `repeat` twice; `kill` ends the function's processes `seconds` after it was delivered.
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
    hidden: str = ""


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
        """Remove the fault; its strikes stay known."""
        if self._strikes is None:
            self._strikes = _strikes(self.pool.request("DELETE", self.address))


@contextmanager
def inject(endpoint: str, injection: Injection) -> Iterator[Injected]:
    """Put a fault into the emulator at `endpoint` for the time of a `with` block; RuntimeError when it refuses."""
    pool = urllib3.PoolManager()
    answer = pool.request("POST", f"{endpoint}{PATH}", body=json.dumps(asdict(injection)))
    if answer.status != 201:
        raise RuntimeError(f"the emulator refused the fault: {answer.status} {answer.data[:200]!r}")
    injected = Injected(f"{endpoint}{PATH}/{answer.json()['id']}", pool)
    try:
        yield injected
    finally:
        injected.end()


def _strikes(answer: urllib3.BaseHTTPResponse) -> int:
    if answer.status != 200:
        raise RuntimeError(f"the emulator has no such fault: {answer.status}")
    return int(answer.json()["strikes"])
