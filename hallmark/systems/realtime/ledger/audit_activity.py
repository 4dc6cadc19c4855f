"""Activity on the audit bus's log group: each success of a function and each matched transaction is a line."""

import json
from datetime import datetime, timedelta

from hallmark import clock
from hallmark.ledger.log_reader import LogReader
from hallmark.stage import Stage
from hallmark.systems.realtime.outputs import Output

_MARGIN_MS = timedelta(seconds=5) // timedelta(milliseconds=1)


class AuditActivity:
    """Reports whether anything was recorded, since the last poll, of transactions received until a time.

    Later transactions are live traffic, which may never be quiet.
    """

    complete = True  # there is no definite end: being quiet is enough

    def __init__(self, stage: Stage, until: datetime) -> None:
        self._reader = LogReader(stage, stage.outputs[Output.AUDIT_LOG_GROUP], round(clock.now().timestamp() * 1000))
        self._until = clock.to_text(until)

    def poll(self) -> bool:
        """Read what has been recorded since, including late events."""
        lines = list(self._reader.unread(self._reader.latest - _MARGIN_MS))
        return sum(self._is_meant(line) for line in lines) > 0

    def _is_meant(self, line: str) -> bool:
        try:
            detail = json.loads(line)["detail"]
            received: str = detail.get("requestPayload", {"detail": detail})["detail"]["receivedAt"]
        except (ValueError, KeyError, TypeError, AttributeError):
            return False  # another system's event
        return received <= self._until
