"""The expected results of each accepted transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hallmark import clock
from hallmark.sending.outcome import Outcome, Run, Status
from hallmark.systems.realtime.cards.enrichment import Enriched, local_hour, recent_counts
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.predicates import matching_rules
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.ledger.transactions_table import StoredTransaction


@dataclass(frozen=True, slots=True)
class Expectation:
    """An accepted transaction, enriched independently, with its time of receipt and the rules it matches."""

    enriched: Enriched
    received_at: str
    rules: frozenset[str]


Expectations = Mapping[str, Expectation]  # by transaction id


@dataclass(frozen=True, slots=True)
class _Arrival:
    ts: datetime
    rank: tuple[int, str, int]
    outcome: Outcome[Transaction] | None = None


def expect(run: Run[Transaction], stored: Iterable[StoredTransaction], parameters: RuleParameters) -> Expectations:
    """Return the expectation of each accepted transaction, by its id.

    `stored` are all records of the run's accounts: those of other runs also count in the window, as in the pipeline.
    """
    expectations = {}
    for arrivals in _lanes(run, stored).values():
        arrivals.sort(key=lambda arrival: arrival.rank)
        counts = recent_counts((arrival.ts for arrival in arrivals), parameters.velocity_window_seconds)
        for arrival, count in zip(arrivals, counts, strict=True):
            if arrival.outcome is not None and arrival.outcome.carried:
                enriched = _enriched(arrival.outcome.item, count)
                rules = matching_rules(enriched, parameters)
                expectations[enriched.transaction.transaction_id] = Expectation(
                    enriched, arrival.outcome.received_at, rules
                )
    return expectations


def _enriched(transaction: Transaction, count: int) -> Enriched:
    return Enriched(transaction, count, local_hour(transaction.ts, transaction.cardholder_time_zone))


def _lanes(run: Run[Transaction], stored: Iterable[StoredTransaction]) -> dict[str, list[_Arrival]]:
    """Return the arrivals of each account: earlier runs' by their time, then this run's in its order."""
    records = {record.transaction_id: record for record in stored}
    lanes: dict[str, list[_Arrival]] = defaultdict(list)
    for index, outcome in enumerate(run.outcomes):
        record = records.pop(outcome.item.transaction_id, None)
        if outcome.carried or (record is not None and outcome.status is Status.FAILED):
            lanes[outcome.item.account_id].append(_arrival_of(outcome, index))
    start = clock.to_text(run.started_at)
    for record in records.values():
        if record.received_at < start:
            rank = (0, record.received_at, -1)
            lanes[record.account_id].append(_Arrival(clock.from_text(record.transaction_ts), rank))
    return lanes


def _arrival_of(outcome: Outcome[Transaction], index: int) -> _Arrival:
    early = outcome.status is Status.DUPLICATE
    rank = (0, outcome.received_at, index) if early else (1, "", index)
    return _Arrival(outcome.item.ts, rank, outcome)


def pairs(expectations: Expectations) -> set[tuple[str, str]]:
    """Return the expected (transaction id, rule id) pairs."""
    return {(identity, rule) for identity, expectation in expectations.items() for rule in expectation.rules}


def carried_accounts(run: Run[Transaction]) -> Mapping[str, Sequence[Transaction]]:
    """Return the transactions of each account with at least one accepted."""
    accounts: dict[str, list[Transaction]] = defaultdict(list)
    for outcome in run.carried:
        accounts[outcome.item.account_id].append(outcome.item)
    return accounts
