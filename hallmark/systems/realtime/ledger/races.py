"""What can be known of the order of transactions that the stage processed at the same time.

A transaction is counted, then stored, then logged as accepted, in one invocation, whose begin is its `receivedAt`.
So two of them are certainly one after the other when one was logged before the other was received.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hallmark import clock
from hallmark.sending.outcome import Run, Status
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.ledger.acceptances import accepted_from_others
from hallmark.systems.realtime.ledger.arrivals import OTHERS, Arrival
from hallmark.systems.realtime.outputs import Output

# No invocation of ingest_processor lasts longer, which infra/realtime/functions.py sets, with what a service adds.
LONGEST_MS = 12_000
_ACCEPTED = "transaction accepted"


@dataclass(frozen=True)
class Evidence:
    """The ids that the stage accepted from the run's own requests, and when acceptances were logged, in ms."""

    ours: Collection[str] = frozenset()
    logged: Mapping[str, int] = field(default_factory=dict)

    def bounds(self, arrival: Arrival, beside: Collection[Arrival]) -> tuple[int, int]:
        """Return how many of the others were stored at least, and at most, when an arrival was counted."""
        least = sum(self._before(one, arrival) for one in beside)
        return least, len(beside) - sum(self._after(one, arrival) for one in beside)

    def _before(self, one: Arrival, counted: Arrival) -> bool:
        if OTHERS < one.index < counted.index and one.carried and counted.identity in self.ours:
            return True
        return self._end(one) < milliseconds(counted)

    def _after(self, one: Arrival, counted: Arrival) -> bool:
        if OTHERS < counted.index < one.index and counted.carried and one.identity in self.ours:
            return True
        return self._end(counted) < milliseconds(one)

    def _end(self, arrival: Arrival) -> int:
        return self.logged.get(arrival.identity, milliseconds(arrival) + LONGEST_MS)


Look = Callable[[Collection[Arrival]], Evidence]


def nothing(_: Collection[Arrival]) -> Evidence:
    """Return no evidence: only the times of receipt decide."""
    return Evidence()


def look(stage: Stage, run: Run[Transaction], arrivals: Collection[Arrival]) -> Evidence:
    """Read whose requests were accepted, and when each acceptance was logged."""
    ours = {one.identity for one in arrivals if one.outcome and one.outcome.status is Status.ACCEPTED}
    logged: dict[str, int] = {}
    for begin, end in _spans(sorted(map(milliseconds, arrivals))):
        for identity, time in _accepted(stage, begin, end):
            logged[identity] = min(time, logged.get(identity, time))
    return Evidence(ours - accepted_from_others(stage, ours, run.mark), logged)


def milliseconds(arrival: Arrival) -> int:
    """Return when an arrival was received, in milliseconds since 1970."""
    return round(clock.from_text(arrival.received_at).timestamp() * 1000)


def _spans(begins: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the times of invocations that began at these times, those that overlap as one."""
    while begins:
        first = last = begins.pop(0)
        while begins and begins[0] <= last + LONGEST_MS:
            last = begins.pop(0)
        yield first, last + LONGEST_MS


def _accepted(stage: Stage, begin: int, end: int) -> Iterator[tuple[str, int]]:
    function = stage.outputs[Output.INGEST_PROCESSOR_ARN].split(":")[6]
    pages = stage.client("logs").get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=f"/aws/lambda/{function}", startTime=begin, endTime=end):
        for entry in page["events"]:
            line = _line(entry["message"])
            if line.get("message") == _ACCEPTED:
                yield line["transactionId"], entry["timestamp"]


def _line(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}  # Lambda's own lines
    return found if isinstance(found, dict) else {}
