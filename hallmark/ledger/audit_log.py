"""The audit bus, read from its log group: forwarded transactions, and the successes of the functions."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

from hallmark.ledger.expectation import Expectations
from hallmark.stage import Stage
from hallmark.traffic import clock

_MARGIN = timedelta(seconds=5)  # log times may be cut to seconds, and come a little out of order


class AuditLog:
    """Reads the log group from the earliest transaction on whose copies are not all there."""

    def __init__(self, stage: Stage, expectations: Expectations) -> None:
        self._client = stage.client("logs")
        self._group = stage.outputs["AuditLogGroup"]
        self._expectations = expectations
        self._read: set[str] = set()
        self._latest = min((_milliseconds(e.received_at) for e in expectations.values()), default=0)
        self.copies: Counter[str] = Counter()  # by transaction id
        self.verdicts: Counter[tuple[str, str]] = Counter()  # the detector's successes by (transaction id, rule id)
        self.alerts: Counter[str] = Counter()  # the notifier's successes by transaction id

    @property
    def complete(self) -> bool:
        """Whether every transaction has at least one copy for each of its rules."""
        return not self._open()

    def _open(self) -> list[str]:
        return [
            expectation.received_at
            for identity, expectation in self._expectations.items()
            if self.copies[identity] < len(expectation.rules)
        ]

    def poll(self) -> bool:
        """Read what has been written since, and again what may have come late."""
        start = min(map(_milliseconds, self._open()), default=self._latest)
        start -= _MARGIN // timedelta(milliseconds=1)
        before = self._total()
        while True:
            known = len(self._read)
            last = self._read_from(start)
            if len(self._read) == known or last is None:
                break
            start = last
        return self._total() > before

    def _total(self) -> int:
        return self.copies.total() + self.verdicts.total() + self.alerts.total()

    def _read_from(self, start: int) -> int | None:
        """Read all pages; returns the last event's time, from which a truncated answer is continued."""
        last = None
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=self._group, startTime=max(0, start)
        )
        for page in pages:
            for entry in page["events"]:
                last = entry["timestamp"]
                self._latest = max(self._latest, last)
                if entry["eventId"] not in self._read:
                    self._read.add(entry["eventId"])
                    self._note(entry["message"])
        return last

    def _note(self, message: str) -> None:
        try:
            event = json.loads(message)
            match event["detail-type"]:
                case "TransactionReceived":
                    self._count_copy(event["detail"]["transactionId"])
                case "Lambda Function Invocation Result - Success":
                    self._count_success(event["detail"]["requestPayload"])
        except (ValueError, KeyError, TypeError):
            return  # another system's event

    def _count_copy(self, identity: str) -> None:
        if identity in self._expectations:
            self.copies[identity] += 1

    def _count_success(self, payload: dict[str, Any]) -> None:
        """Count by what the function was given: a rule beside the detail (the detector), or an event (the notifier)."""
        identity = payload["detail"]["transactionId"]
        if identity not in self._expectations:
            return
        if "ruleId" in payload:
            self.verdicts[identity, payload["ruleId"]] += 1
        else:
            self.alerts[identity] += 1


def _milliseconds(text: str) -> int:
    return round(clock.from_text(text).timestamp() * 1000)
