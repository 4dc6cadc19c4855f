"""The items that validation writes, and what it reads of those that stand. Pure: no clock, no AWS."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from shared_python.iso_times import moment_of

from screening import items
from screening.items import Item
from screening.transaction import decimal_of, decimal_text
from screening.validation.fields import Problem

# Fields that are attributes of their own.
_KEPT = ("customer_id", "merchant_id", "channel")
_RELEASED_AFTER = timedelta(seconds=items.RELEASED_AFTER_SECONDS)


@dataclass(frozen=True)
class Arrival:
    """A transaction with a valid id and time, in one execution; `started` and `now` are ISO times."""

    transaction_id: str
    time: int
    content_hash: str
    execution: str
    started: str
    now: str

    @property
    def key(self) -> Item:
        """Return the key of its record."""
        return items.key(self.transaction_id, self.time)

    def claim(self) -> Item:
        """Return the item that claims its id."""
        claim = items.key(self.transaction_id, items.CLAIM)
        return {**claim, "content_hash": self.content_hash, "transaction_time": self.time}

    def refused(self, problem: Problem) -> Item:
        """Return its record when it is refused: no value of it."""
        states = {items.VALIDATED: self.now, items.DECIDED: self.now}
        return {**self._record(items.DECIDED), **_rejection(problem), "states": states}

    def screening(self, transaction: Mapping[str, Any], usd: Decimal, rates_version: str) -> Item:
        """Return its record when it is valid."""
        return {
            **self._record(items.SCREENING),
            "states": {items.VALIDATED: self.now},
            **{name: transaction[name] for name in _KEPT if name in transaction},
            "usd": usd,
            "rates_version": rates_version,
            "transaction": {**transaction, "amount": decimal_of(transaction["amount"])},
            **self.opened(),
        }

    def again(self, record: Mapping[str, Any]) -> Item:
        """Return what its execution changes in a record that it goes on with: it is found if that is lost as well."""
        attempts = int(record["attempts"]) + 1
        return {"execution": self.execution, "attempts": attempts, **self.opened()}

    def opened(self) -> Item:
        """Return by what it is found while it is unfinished."""
        return {"open": items.open_part(self.content_hash), "opened_at": self.started}

    def other(self, problem: Problem) -> Item:
        """Return its item when its id belongs to another content."""
        return {
            **items.key(self.transaction_id, items.other_time(self.content_hash)),
            "status": items.DECIDED,
            "content_hash": self.content_hash,
            "transaction_time": self.time,
            "received_at": self.started,
            "execution": self.execution,
            **_rejection(problem),
        }

    def _record(self, status: str) -> Item:
        return {
            **self.key,
            "status": status,
            "content_hash": self.content_hash,
            "received_at": self.started,
            "execution": self.execution,
            "attempts": 1,
        }

    def may_tell(self, record: Mapping[str, Any]) -> bool:
        """Return whether its execution tells the alerts of a decided record: untold, and left by who decided it."""
        if not record.get("alerts") or items.TOLD in record["states"]:
            return False
        # An attempt that came late may have decided what its own execution had marked as failed before.
        is_left = "open" not in record or ("error" in record and record["execution"] == record["decided_by"])
        if record["decided_by"] == self.execution or is_left:
            return True
        since = max(record["states"][items.DECIDED], record["opened_at"])
        return moment_of(self.started) - moment_of(since) > _RELEASED_AFTER


def accepted(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the next states need of a record that is to be decided, in JSON's types."""
    return {"outcome": items.ACCEPTED, **_reference(record), "usd": decimal_text(record["usd"])}


def decided(record: Mapping[str, Any], alerts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outcome of a decided record, with the alerts that this execution is to tell."""
    if record["decision"] == items.REJECTED:
        return rejected(items.answer_of(record))
    answer = items.answer_of(record)
    return {"outcome": items.DECIDED, "answer": answer, **_reference(record), "alerts": items.plain(alerts)}


def rejected(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outcome of a refusal."""
    return {"outcome": items.REJECTED, "answer": answer}


def _rejection(problem: Problem) -> Item:
    return {"decision": items.REJECTED, **problem._asdict()}


def _reference(record: Mapping[str, Any]) -> dict[str, Any]:
    key = {"id": record["transaction_id"], "time": str(record["timestamp"])}
    return {"key": key, "transaction": items.plain(record["transaction"])}
