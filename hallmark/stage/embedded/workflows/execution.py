"""One execution: what it runs, until when, and its events.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

import json
import os
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hallmark.stage.embedded.workflows.failures import TOO_LARGE, Failed, OutOfTime

Json = dict[str, Any]
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
LONGEST_SECONDS = float(os.environ.get("HALLMARK_EXPRESS_SECONDS", "300"))
LARGEST_BYTES = 262_144
# Waits of retriers and of Wait states; a test that need not see them sets a small factor.
WAIT_SCALE = float(os.environ.get("HALLMARK_WORKFLOW_WAIT_SCALE", "1"))
QUEUED, RUNNING, SUCCEEDED, FAILED, TIMED_OUT = "QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT"

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def text_of(data: Any) -> str:
    """Return data as the JSON text that counts and is logged; Failed when it is over the limit."""
    text = _encode(data)
    if len(text) > LARGEST_BYTES // 4 and len(text.encode()) > LARGEST_BYTES:
        raise Failed(TOO_LARGE, f"The state's data exceeds the maximum number of {LARGEST_BYTES} bytes.")
    return text


def now() -> str:
    """Return the time as the context object has it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Execution:
    """An execution of a machine, which is the emulator's record of it as it was at the start."""

    arn: str
    name: str
    machine: Json
    definition: Json
    input: str
    started: str = field(default_factory=now)
    status: str = QUEUED
    stopped: str | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    events: list[Json] = field(default_factory=list)
    _begun: float = 0.0
    _end: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """Start the clock: waiting for a free thread is no time of the execution."""
        seconds = min(float(self.definition.get("TimeoutSeconds", LONGEST_SECONDS)), LONGEST_SECONDS)
        self._begun = time.monotonic()
        self.status, self._end = RUNNING, self._begun + seconds

    def seconds(self) -> float:
        """Return how long it has run."""
        return time.monotonic() - self._begun

    def left(self) -> float:
        """Return the seconds to the execution's end; OutOfTime when it is reached."""
        if (left := self._end - time.monotonic()) <= 0:
            raise OutOfTime
        return left

    def add(self, kind: str, previous: int, **details: Any) -> int:
        """Note an event after another; return its number."""
        with self._lock:
            number = len(self.events) + 1
            event = {"id": number, "type": kind, "details": details, "previous": previous, "time": time.time()}
            self.events.append(event)
        return number

    def shown(self) -> Json:
        """Return what tests and tools may see."""
        names = ("arn", "name", "status", "started", "stopped", "input", "output", "error", "cause")
        return {name: getattr(self, name) for name in names} | {"machine": self.machine["name"]}
