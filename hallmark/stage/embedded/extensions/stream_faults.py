"""Faults on demand in what Lambda does with a stream: batches fail, come late or twice, or end their function.

See `fault_injection` for how they are requested.
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psutil

from hallmark.stage.embedded.extensions import stream_batches
from hallmark.stage.embedded.extensions.fault_injection import armed, struck_by
from hallmark.stage.embedded.extensions.stream_records import Entry
from hallmark.stage.embedded.faults import DESTINATION, STREAM, Injection

Json = dict[str, Any]


def _kill(function: str) -> None:
    for process in psutil.Process().children():
        with suppress(psutil.Error):
            if process.environ().get("AWS_LAMBDA_FUNCTION_NAME") == function:
                process.kill()


def _suffer(injection: Injection, entries: list[Entry], deliver: Callable[[], Json]) -> Json:
    """Deliver a batch, or not, as the fault wants; return its result."""
    if injection.effect == "kill":
        deadline = threading.Timer(injection.seconds, _kill, (injection.action,))
        deadline.start()
        try:
            return deliver()
        finally:
            deadline.cancel()
    if injection.effect == "delay":
        time.sleep(injection.seconds)
    if injection.effect == "repeat" or injection.after:
        deliver()
    if injection.effect != "refuse":
        return deliver()
    for entry in entries:
        entry.created -= injection.seconds
    return {"error": True, "body": {"errorType": injection.code, "errorMessage": "injected"}}


def install() -> None:
    """Intercept each delivery of a batch, and each record of one that is given up."""
    call, send = stream_batches.call, stream_batches.send

    def call_or_suffer(function: Json, shard: str, entries: list[Entry]) -> Json:
        def deliver() -> Json:
            return call(function, shard, entries)

        if not armed():
            return deliver()
        text = f"{shard} {json.dumps([entry.record for entry in entries])}"
        struck = struck_by(STREAM, function["config"]["FunctionName"], text)
        return _suffer(struck[0], entries, deliver) if struck else deliver()

    def send_or_lose(destination: str, config: Json, record: str) -> None:
        if not (armed() and struck_by(DESTINATION, "Failure", f"{destination} {record}")):
            send(destination, config, record)

    stream_batches.call, stream_batches.send = call_or_suffer, send_or_lose
