"""The order of transactions is known from whose requests were accepted, and from the log of ingest_processor."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from hallmark import clock
from hallmark.sending.outcome import Run
from hallmark.systems.realtime.ledger.arrivals import Arrival, lanes
from hallmark.systems.realtime.ledger.races import LONGEST_MS, look
from infra.realtime.functions import TIMEOUT
from tests.unit.hallmark.systems.realtime.ledger.pipeline import INGEST, RECEIVED_AT, Pages, Pipeline, carried_run

AT = round(clock.from_text(RECEIVED_AT).timestamp() * 1000)
MARK, OTHER = "00aa00aa00aa", "bb11bb11bb11"


@dataclass
class Logged(Pipeline):
    """A pipeline with a log of ingest_processor, and what was asked of it."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_paginator(self, operation: str) -> Any:
        return self if operation == "filter_log_events" else Pages(self, operation)

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        self.asked.append(request)
        return [{"events": [{"timestamp": time, "message": text} for time, text in self.lines]}]


def _accepted(time: int, identity: str) -> tuple[int, str]:
    return time, json.dumps({"message": "transaction accepted", "transactionId": identity})


def _arrivals(run: Run) -> list[Arrival]:
    return [one for lane in lanes(run, []) for one in lane.by_receipt]


def test_the_first_acceptance_in_the_log_and_the_trace_of_the_request_count() -> None:
    _, run = carried_run()
    first, second = run.outcomes[0].item.id, run.outcomes[1].item.id
    lines = [(AT, "START RequestId: 1"), _accepted(AT + 9, first), _accepted(AT + 5, first), (AT, "[]")]
    traces = {first: f"1-00000000-{MARK}000000000000", second: f"1-00000000-{OTHER}000000000000"}
    evidence = look(Logged(lines=lines, traces=traces), replace(run, mark=MARK), _arrivals(run))
    assert evidence.logged == {first: AT + 5}
    assert first in evidence.ours
    assert second not in evidence.ours


def test_only_the_times_in_doubt_are_read() -> None:
    _, run = carried_run()
    stage = Logged()
    far = clock.to_text(clock.from_text(RECEIVED_AT) + timedelta(days=30))
    here, there = _arrivals(run)[:2]
    look(stage, run, [here, replace(there, received_at=far)])
    begins = [AT, AT + 30 * 86_400_000]
    assert stage.asked == [
        {"logGroupName": f"/aws/lambda/{INGEST}", "startTime": begin, "endTime": begin + LONGEST_MS} for begin in begins
    ]


def test_no_invocation_is_longer_than_what_is_assumed() -> None:
    assert TIMEOUT.to_milliseconds() < LONGEST_MS
