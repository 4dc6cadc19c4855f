"""What is counted is what was done: events on their bus, deliveries, invocations with their time."""

from collections.abc import Callable
from typing import Any

from hallmark.stage.embedded import stage_of
from hallmark.stage.embedded.emulator import Emulator
from tests.support.waiting import wait_for


def test_events_deliveries_and_invocations_are_counted(
    running_emulator: Emulator,
    client: Callable[[str], Any],
    bus: str,
    queue: Callable[[str], tuple[str, str]],
    route: Callable[..., str],
    emit: Callable[..., Any],
    function: str,
    unique: str,
) -> None:
    usage = stage_of(running_emulator, "realtime", "dev").usage
    before = usage() or {}
    route(unique, queue(unique)[1])
    for number in range(3):
        emit({"number": number})
    client("lambda").invoke(FunctionName=function, Payload='{"wait": 100}')
    after = usage() or {}
    assert after[f"events:{bus}"] == 3
    assert after[f"bytes:events:{bus}"] == 3 * len('{"number": 0}')
    assert after["deliveries:sqs"] - before.get("deliveries:sqs", 0) >= 3
    assert after[f"invocations:{function}"] == 1
    assert 0.1 <= after[f"seconds:{function}"] < 5
    wait_for(lambda: (usage() or {})["cpu:emulator"] > before["cpu:emulator"], "processor time")


def test_calls_of_tools_are_not_counted(running_emulator: Emulator, client: Callable[[str], Any]) -> None:
    usage = stage_of(running_emulator, "realtime", "dev").usage
    before = {name: value for name, value in (usage() or {}).items() if name.startswith("calls:")}
    client("dynamodb").list_tables()
    assert {name: value for name, value in (usage() or {}).items() if name.startswith("calls:")} == before
