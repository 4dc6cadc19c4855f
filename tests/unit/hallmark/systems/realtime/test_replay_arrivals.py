"""Deliveries of a replay are told from live traffic, by the replay's name or else by the range."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from hallmark.systems.realtime.replay_arrivals import Arrivals

START, END = datetime(2026, 11, 20, 15, tzinfo=UTC), datetime(2026, 11, 20, 16, tzinfo=UTC)
INSIDE, AFTER = "2026-11-20T15:40:07.123Z", "2026-11-20T16:40:07.123Z"


@dataclass
class LogStage:
    """A stage with nothing but the audit bus's log."""

    events: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=lambda: {"AuditLogGroup": "group"})

    def client(self, service: str) -> "LogStage":
        return self

    def get_paginator(self, operation: str) -> "LogStage":
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        lines = [json.dumps(event) for event in self.events]
        yield {"events": [{"eventId": str(n), "timestamp": n, "message": line} for n, line in enumerate(lines)]}


def forwarded(identity: str, received_at: str = INSIDE, **more: str) -> dict[str, Any]:
    detail = {"transactionId": identity, "receivedAt": received_at}
    return {"detail-type": "TransactionReceived", "detail": detail, **more}


def success(identity: str) -> dict[str, Any]:
    payload = {"ruleId": "night-time", "detail": {"transactionId": identity, "receivedAt": INSIDE}}
    return {"detail-type": "Lambda Function Invocation Result - Success", "detail": {"requestPayload": payload}}


@pytest.mark.parametrize(
    ("events", "deliveries", "transactions"),
    [
        ([], 0, 0),
        ([forwarded("a", **{"replay-name": "ours"}), forwarded("a", **{"replay-name": "ours"})], 2, 1),
        ([forwarded("a", **{"replay-name": "another"})], 0, 0),
        ([forwarded("a"), forwarded("b")], 2, 2),
        ([forwarded("a", AFTER), success("b"), {"detail-type": "x"}], 0, 0),
    ],
)
def test_deliveries_are_counted(events: list[dict[str, Any]], deliveries: int, transactions: int) -> None:
    arrivals = Arrivals(LogStage(events), "ours", START, END)
    arrivals.poll()
    arrivals.poll()
    assert (arrivals.deliveries, len(arrivals.transactions)) == (deliveries, transactions)
