"""The audit bus, read from its log group: forwarded transactions, and the successes of the functions."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

from hallmark import clock
from hallmark.ledger.log_reader import LogReader
from hallmark.stage import Stage
from hallmark.systems.realtime.ledger.expectation import Expectations
from hallmark.systems.realtime.outputs import Output

_MARGIN = timedelta(seconds=5)  # log times may be truncated to seconds, and slightly out of order


class AuditLog:
    """Reads the log group from the earliest transaction whose copies are incomplete."""

    def __init__(self, stage: Stage, expectations: Expectations) -> None:
        self._expectations = expectations
        earliest = min((_milliseconds(e.received_at) for e in expectations.values()), default=0)
        self._reader = LogReader(stage, stage.outputs[Output.AUDIT_LOG_GROUP], earliest)
        self.copies: Counter[str] = Counter()  # by transaction id
        self.verdicts: Counter[tuple[str, str]] = Counter()  # the detector's successes by (transaction id, rule id)
        self.alerts: Counter[str] = Counter()  # the notifier's successes by transaction id
        self.stirred = False  # whether the last poll saw new lines, of any run
        self.judged_at: dict[tuple[str, str], str] = {}  # when the detector's first success was recorded

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
        """Read what has been written since, including late events."""
        start = min(map(_milliseconds, self._open()), default=self._reader.latest)
        before = self._total()
        self.stirred = False
        for message in self._reader.unread(start - _MARGIN // timedelta(milliseconds=1)):
            self.stirred = True
            self._note(message)
        return self._total() > before

    def _total(self) -> int:
        return self.copies.total() + self.verdicts.total() + self.alerts.total()

    def _note(self, message: str) -> None:
        try:
            event = json.loads(message)
            match event["detail-type"]:
                case "TransactionReceived":
                    self._count_copy(event["detail"]["transactionId"])
                case "Lambda Function Invocation Result - Success":
                    self._count_success(event["detail"]["requestPayload"], event["detail"]["timestamp"])
        except (ValueError, KeyError, TypeError):
            return  # another system's event

    def _count_copy(self, identity: str) -> None:
        if identity in self._expectations:
            self.copies[identity] += 1

    def _count_success(self, payload: dict[str, Any], time: str) -> None:
        """Count by the function's input: a rule beside the detail (the detector), or an event (the notifier)."""
        identity = payload["detail"]["transactionId"]
        if identity not in self._expectations:
            return
        if "ruleId" in payload:
            pair = (identity, payload["ruleId"])
            self.verdicts[pair] += 1
            self.judged_at[pair] = min(time, self.judged_at.get(pair, time))
        else:
            self.alerts[identity] += 1


def _milliseconds(text: str) -> int:
    return round(clock.from_text(text).timestamp() * 1000)
