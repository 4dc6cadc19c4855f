"""A sender starts executions, waits for what leaves no trace, and for what the next of a lane depends on."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from hallmark.sending.outcome import Status
from hallmark.systems.screening.machine import Execution
from hallmark.systems.screening.sender import PATIENCE_SECONDS, Sender
from hallmark.systems.screening.table import StateTable
from hallmark.systems.screening.transaction import DECIDED, RECORDED, Transaction
from tests.unit.hallmark.systems.screening.drawn import at, valid
from tests.unit.hallmark.systems.screening.state_stage import StateStage
from tests.unit.hallmark.systems.screening.stored import claim, failed, record, unfinished


class Calls:
    """A machine that notes its calls."""

    def __init__(self, error: Exception | None = None) -> None:
        self.made: list[str] = []
        self.error = error

    def start(self, text: str) -> Execution:
        self.made.append("start")
        if self.error:
            raise self.error
        return Execution("arn", at(0))

    def run(self, text: str) -> Execution:
        self.made.append("run")
        return Execution("arn", at(0), "SUCCEEDED", {})


def sender(stage: StateStage, calls: Calls, *, is_sync: bool = False) -> tuple[Sender, list[float]]:
    """Return a sender on a clock that only its pauses move, and the pauses."""
    paused: list[float] = []
    machine: Any = calls
    made = Sender(machine, StateTable(stage), is_sync, clock=lambda: sum(paused), sleep=paused.append)
    return made, paused


@pytest.mark.parametrize(
    ("value", "is_sync", "call"),
    [(valid(), False, "start"), (valid(), True, "run"), ([], False, "run"), (valid(timestamp="x"), False, "run")],
)
def test_what_leaves_no_trace_is_always_waited_for(value: Any, is_sync: bool, call: str) -> None:
    calls = Calls()
    made, paused = sender(StateStage(), calls, is_sync=is_sync)
    outcome = made.send(Transaction(1, "{}", value))
    assert (calls.made, outcome.status, paused, set(made.executions)) == ([call], Status.ACCEPTED, [], {1})


@pytest.mark.parametrize(
    ("items", "awaited", "waits"),
    [
        ([claim(), unfinished()], RECORDED, False),
        ([claim(), unfinished()], DECIDED, True),
        ([claim(), record()], DECIDED, False),
        ([claim(), failed()], DECIDED, False),
        ([], RECORDED, True),
        ([claim(content_hash="other"), record(content_hash="other")], RECORDED, True),
    ],
)
def test_the_next_of_a_lane_waits(items: list[Any], awaited: str, waits: bool) -> None:
    made, paused = sender(StateStage(*items), Calls())
    made.send(Transaction(1, "{}", valid(), awaited=awaited))
    assert (sum(paused) >= PATIENCE_SECONDS) is waits


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ClientError({"Error": {"Code": "ExecutionLimitExceeded"}}, "StartExecution"), "ExecutionLimitExceeded"),
        (ReadTimeoutError(endpoint_url="x"), "no answer (ReadTimeoutError)"),
    ],
)
def test_what_cannot_be_started_has_failed(error: Exception, reason: str) -> None:
    made, _ = sender(StateStage(), Calls(error))
    outcome = made.send(Transaction(1, "{}", valid()))
    assert (outcome.status, outcome.reason, made.executions) == (Status.FAILED, reason, {})
