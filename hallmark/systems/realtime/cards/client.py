"""Sending of one card transaction to the API, and the meaning of its answer."""

import json
from dataclasses import dataclass
from datetime import datetime

import urllib3

from hallmark import clock
from hallmark.sending.http import Http
from hallmark.sending.outcome import Outcome, Status
from hallmark.sending.trace import header_of
from hallmark.systems.realtime.cards.transaction import Transaction
from infra.errors import UserError


@dataclass(frozen=True)
class ApiClient:
    """Posts transactions, each with the same id until there is a final answer."""

    url: str
    key: str
    started_at: datetime
    http: Http

    def send(self, transaction: Transaction) -> Outcome[Transaction]:
        """Return the outcome; UserError when the key is rejected."""
        headers = {"Content-Type": "application/json", "x-api-key": self.key, **header_of(self.http.mark)}
        answer = self.http.ask("POST", self.url, transaction.body(), headers)
        if isinstance(answer, str):
            return Outcome(transaction, Status.FAILED, reason=answer)
        return self._outcome(transaction, answer)

    def _outcome(self, transaction: Transaction, response: urllib3.BaseHTTPResponse) -> Outcome[Transaction]:
        if response.status == 403:
            raise UserError("The API rejects the key (403). Check that the stage is up and that this is its key.")
        if response.status != 202:
            return Outcome(transaction, Status.REFUSED, reason=_refusal(response))
        try:
            received_at = str(json.loads(response.data)["receivedAt"])
            repeated = clock.from_text(received_at) < self.started_at
        except (ValueError, KeyError, TypeError):
            return Outcome(transaction, Status.FAILED, reason="202 without a `receivedAt`")
        return Outcome(transaction, Status.DUPLICATE if repeated else Status.ACCEPTED, received_at)


def _refusal(response: urllib3.BaseHTTPResponse) -> str:
    """Return the status and the names of the refused fields, such as `400 amount, country`."""
    try:
        fields = ", ".join(sorted({str(error["field"]) for error in json.loads(response.data)["errors"]}))
    except (ValueError, KeyError, TypeError):
        fields = ""
    return f"{response.status} {fields}".strip()
