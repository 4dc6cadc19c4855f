"""The transactions of each account in the order of their receipt: a run's own, and all others that are stored."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hallmark import clock
from hallmark.sending.outcome import Outcome, Run, Status
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.ledger.transactions_table import StoredTransaction

OTHERS = -1


@dataclass(frozen=True, slots=True)
class Arrival:
    """A transaction that is stored or was answered as such; `index` is its place in the run, or `OTHERS`."""

    identity: str
    account: str
    ts: datetime
    received_at: str
    index: int = OTHERS
    outcome: Outcome[Transaction] | None = None
    record: StoredTransaction | None = None

    @property
    def carried(self) -> bool:
        """Whether the run got it accepted, so that it was stored before the run sent the account's next one."""
        return self.outcome is not None and self.outcome.carried


class Lane:
    """The arrivals of one account."""

    def __init__(self, arrivals: Iterable[Arrival]) -> None:
        self.by_receipt = sorted(arrivals, key=lambda one: (one.received_at, one.index))
        self._by_time = sorted(self.by_receipt, key=lambda one: one.ts)
        self._times = [one.ts for one in self._by_time]

    def beside(self, arrival: Arrival, window: timedelta) -> Sequence[Arrival]:
        """Return the other arrivals with a ts in (t - window, t]."""
        first, end = bisect_right(self._times, arrival.ts - window), bisect_right(self._times, arrival.ts)
        return [one for one in self._by_time[first:end] if one.identity != arrival.identity]


def lanes(run: Run[Transaction], stored: Iterable[StoredTransaction]) -> list[Lane]:
    """Return the lanes of a run's accounts; what was sent twice is in them once, what had no answer if it is stored."""
    records = {record.transaction_id: record for record in stored}
    arrivals: dict[str, Arrival] = {}
    for index, outcome in enumerate(run.outcomes):
        item, record = outcome.item, records.get(outcome.item.id)
        known = arrivals.get(item.id)
        if (known is None or not known.carried) and (outcome.carried or (record and outcome.status is Status.FAILED)):
            received = outcome.received_at or (record.received_at if record else "")
            arrivals[item.id] = Arrival(item.id, item.account_id, item.ts, received, index, outcome, record)
    for identity, record in records.items():
        if identity not in arrivals:
            moment = clock.from_text(record.transaction_ts)
            arrivals[identity] = Arrival(identity, record.account_id, moment, record.received_at, record=record)
    found: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals.values():
        found[arrival.account].append(arrival)
    return list(map(Lane, found.values()))
