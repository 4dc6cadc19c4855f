"""The audit bus's log group as a sign of life: each success of a function, and each matched transaction, is a line."""

import json
from datetime import datetime, timedelta

from hallmark import clock
from hallmark.ledger.log_reader import LogReader
from hallmark.stage import Stage
from hallmark.systems.realtime.outputs import Output

_MARGIN_MS = timedelta(seconds=5) // timedelta(milliseconds=1)


class AuditActivity:
    """Tells whether anything has been recorded, since the last look, of transactions received until a time.

    Later ones are live traffic, which may never be quiet.
    """

    complete = True  # nothing definite is waited for: silence is enough

    def __init__(self, stage: Stage, until: datetime) -> None:
        self._reader = LogReader(stage, stage.outputs[Output.AUDIT_LOG_GROUP], round(clock.now().timestamp() * 1000))
        self._until = clock.to_text(until)

    def poll(self) -> bool:
        """Read what has been recorded since, and again what may have come late."""
        lines = list(self._reader.unread(self._reader.latest - _MARGIN_MS))
        return any(map(self._is_meant, lines))

    def _is_meant(self, line: str) -> bool:
        try:
            detail = json.loads(line)["detail"]
            received: str = detail.get("requestPayload", {"detail": detail})["detail"]["receivedAt"]
        except (ValueError, KeyError, TypeError, AttributeError):
            return False  # another system's event
        return received <= self._until
