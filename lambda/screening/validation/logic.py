"""What becomes of a transaction that arrives: refused, in conflict, decided before, or to be screened."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Optional, Protocol

from shared_python.iso_times import iso_of
from shared_python.task import TryAgain

from screening import items
from screening.items import Item
from screening.records import RecordMissing
from screening.rules import Rates
from screening.transaction import content_hash, epoch_milliseconds
from screening.validation.fields import Problem, Refused, judge
from screening.validation.records import Arrival, accepted, decided, rejected

_CONFLICT = Problem("transaction_id", "conflict")
_MOST_TURNS = 5


class StartUnknown(Exception):
    """The workflow did not say when the execution began, as RFC 3339 does."""


class Store(Protocol):
    """What validation needs of AWS."""

    def claim(self, claim: Item, record: Item) -> Optional[str]:
        """Write both items, or neither; return the hash of the content whose claim stands in the way."""
        ...

    def keep(self, item: Item) -> None:
        """Write an item, unless it is there."""
        ...

    def record(self, key: Item) -> Optional[Item]:
        """Return an item, or None."""
        ...

    def change(self, before: Item, said: Item, remove: Collection[str] = ()) -> bool:
        """Set and remove attributes; return whether the item was as it was read."""
        ...


def validate(event: Mapping[str, Any], store: Store, rates: Rates, now: Callable[[], str]) -> dict[str, Any]:
    """Return the outcome of an execution's input, which may be any JSON; whatever it says is recorded before."""
    begin = epoch_milliseconds(event["startedAt"])
    if begin is None:
        raise StartUnknown
    transaction, judged = event["transaction"], judge(event["transaction"], begin, rates)
    if judged.transaction_id is None or judged.time is None:
        return _refused(judged)
    hashed = content_hash(transaction)
    arrival = Arrival(judged.transaction_id, judged.time, hashed, event["execution"], iso_of(begin), now())
    if isinstance(judged, Refused):
        record = arrival.refused(judged.problem)
    else:
        record = arrival.screening(transaction, judged.usd, rates)
    claimed = store.claim(arrival.claim(), record)
    if claimed is None:
        return _refused(judged) if isinstance(judged, Refused) else accepted(record)
    if claimed == hashed:
        return _again(arrival, store)
    refused = judged if isinstance(judged, Refused) else Refused(_CONFLICT, judged.transaction_id)
    store.keep(arrival.other(refused.problem))
    return _refused(refused)


def _refused(refused: Refused) -> dict[str, Any]:
    known = {} if refused.transaction_id is None else {"transactionId": refused.transaction_id}
    return rejected({**known, "decision": items.REJECTED, **refused.problem._asdict()})


def _again(arrival: Arrival, store: Store) -> dict[str, Any]:
    """Go on where an earlier execution of the same content ended; its record counts, whatever the rates are now."""
    for _ in range(_MOST_TURNS):
        record = store.record(arrival.key)
        if record is None:
            raise RecordMissing
        if "decision" not in record:
            if _goes_on(arrival, store, record):
                return accepted(record)
        elif not arrival.may_tell(record):
            return decided(record, {})
        elif _takes_over(arrival, store, record):
            return decided(record, record["alerts"])
    raise TryAgain("too many executions of one transaction")


def _goes_on(arrival: Arrival, store: Store, record: Item) -> bool:
    if record["execution"] == arrival.execution:
        # An attempt of this execution whose answer was lost.
        return True
    return store.change(record, {"status": items.SCREENING, **arrival.again(record)}, ["error"])


def _takes_over(arrival: Arrival, store: Store, record: Item) -> bool:
    if record["decided_by"] == arrival.execution:
        return True
    return store.change(record, {"decided_by": arrival.execution, **arrival.again(record)}, ["error"])
