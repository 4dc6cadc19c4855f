"""HTTP requests over persistent connections, retried until there is a final answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import uniform
from threading import Event

import urllib3

from hallmark.sending import trace

ATTEMPTS = 8
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_TIMEOUT = urllib3.Timeout(connect=5, read=35)


@dataclass(frozen=True)
class Http:
    """The connections that all workers of a run share; `stop` ends the pauses between attempts, `mark` is the run's."""

    pool: urllib3.PoolManager
    stop: Event
    mark: str = field(default_factory=trace.new_mark)

    def ask(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse | str:
        """Return the answer after at most `ATTEMPTS` attempts, or the reason why there is no final one."""
        reason = "not sent"
        for attempt in range(ATTEMPTS):
            if attempt and self.stop.wait(_pause(attempt)):
                break
            try:
                answer = self.pool.urlopen(
                    method, url, body=body, headers=dict(headers), retries=False, timeout=_TIMEOUT
                )
            except urllib3.exceptions.HTTPError as error:
                reason = f"no answer ({type(error).__name__})"
                continue
            if answer.status not in _TRANSIENT:
                return answer
            reason = str(answer.status)
        return reason


def _pause(attempt: int) -> float:
    """Return seconds: exponential from `_FIRST_PAUSE`, with full jitter above a half, capped."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**attempt) * uniform(0.5, 1)
