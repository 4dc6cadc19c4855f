"""One transaction to the API, again and again with the same id until there is an answer that lasts."""

import json
from dataclasses import dataclass
from datetime import datetime
from random import uniform
from threading import Event

import urllib3

from hallmark.traffic import clock
from hallmark.traffic.outcome import Outcome, Status
from hallmark.traffic.transaction import Transaction
from infra.errors import UserError

ATTEMPTS = 8
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_TIMEOUT = urllib3.Timeout(connect=5, read=35)


@dataclass(frozen=True)
class ApiClient:
    """Sends over kept connections; `stop` ends the pauses between attempts."""

    url: str
    key: str
    started_at: datetime
    pool: urllib3.PoolManager
    stop: Event

    def send(self, transaction: Transaction) -> Outcome:
        """Return the outcome after at most `ATTEMPTS` attempts; UserError when the key is refused."""
        body = transaction.body()
        reason = "not sent"
        for attempt in range(ATTEMPTS):
            if attempt and self.stop.wait(_pause(attempt)):
                break
            try:
                response = self._post(body)
            except urllib3.exceptions.HTTPError as error:
                reason = f"no answer ({type(error).__name__})"
                continue
            if response.status not in _TRANSIENT:
                return self._outcome(transaction, response)
            reason = str(response.status)
        return Outcome(transaction, Status.FAILED, reason=reason)

    def _post(self, body: bytes) -> urllib3.BaseHTTPResponse:
        headers = {"Content-Type": "application/json", "x-api-key": self.key}
        return self.pool.urlopen("POST", self.url, body=body, headers=headers, retries=False, timeout=_TIMEOUT)

    def _outcome(self, transaction: Transaction, response: urllib3.BaseHTTPResponse) -> Outcome:
        if response.status == 403:
            raise UserError("The API refuses the key (403). Check that the stage is up and that this is its key.")
        if response.status != 202:
            return Outcome(transaction, Status.REFUSED, reason=_refusal(response))
        try:
            received_at = str(json.loads(response.data)["receivedAt"])
            repeated = clock.from_text(received_at) < self.started_at
        except (ValueError, KeyError, TypeError):
            return Outcome(transaction, Status.FAILED, reason="202 without a `receivedAt`")
        return Outcome(transaction, Status.DUPLICATE if repeated else Status.ACCEPTED, received_at)


def _pause(attempt: int) -> float:
    """Return seconds: exponential from `_FIRST_PAUSE`, with full jitter above a half, capped."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**attempt) * uniform(0.5, 1)


def _refusal(response: urllib3.BaseHTTPResponse) -> str:
    """Return the status and the names of the refused fields, such as `400 amount, country`."""
    try:
        fields = ", ".join(sorted({str(error["field"]) for error in json.loads(response.data)["errors"]}))
    except (ValueError, KeyError, TypeError):
        fields = ""
    return f"{response.status} {fields}".strip()
