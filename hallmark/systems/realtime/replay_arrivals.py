"""What a replay delivers, counted where it arrives: EventBridge tells no number of replayed events.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeReplay.html
"""

import json
from datetime import datetime, timedelta

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.realtime.ledger.audit_activity import AuditActivity

_SECOND = timedelta(seconds=1)  # the archive has no fractions
_FORWARDED = "TransactionReceived"


class Arrivals(AuditActivity):
    """Counts the deliveries of a replay on the audit bus, and their transactions, since it was made.

    An event has the name of its replay; where a bus drops it, those forwarded count whose time is in the range.
    """

    def __init__(self, stage: Stage, name: str, start: datetime, end: datetime) -> None:
        super().__init__(stage, end + _SECOND)
        self._name, self._range = name, (clock.to_text(start), clock.to_text(end + _SECOND))
        self.deliveries = 0
        self.transactions: set[str] = set()

    def _is_meant(self, line: str) -> bool:
        if not super()._is_meant(line):
            return False
        event = json.loads(line)
        detail = event["detail"].get("requestPayload", event)["detail"]
        start, end = self._range
        forwarded = event.get("detail-type") == _FORWARDED and start <= detail["receivedAt"] < end
        if event["replay-name"] == self._name if "replay-name" in event else forwarded:
            self.deliveries += 1
            self.transactions.add(str(detail.get("transactionId")))
        return True
