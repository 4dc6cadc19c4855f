"""The expected results of each accepted transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hallmark.sending.outcome import Outcome, Run
from hallmark.systems.realtime.cards.enrichment import SATURATION, Enriched, local_hour, recent_counts
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.predicates import matching_rules
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.ledger.arrivals import Arrival, lanes
from hallmark.systems.realtime.ledger.races import Look, nothing
from hallmark.systems.realtime.ledger.transactions_table import StoredTransaction


@dataclass(frozen=True, slots=True)
class Expectation:
    """An accepted transaction, enriched independently, with its time of receipt and the rules it matches."""

    enriched: Enriched
    received_at: str
    rules: frozenset[str]


Expectations = Mapping[str, Expectation]  # by transaction id


def expect(
    run: Run[Transaction], stored: Iterable[StoredTransaction], parameters: RuleParameters, look: Look = nothing
) -> Expectations:
    """Return the expectation of each accepted transaction, by its id.

    `stored` are all records of the run's accounts: those of other runs also count in the window, as in the pipeline.
    A count follows from the order of receipt. Where another one is stored, `look` finds which order is certain: of the
    counts that were possible the stored one is expected, else the one that is nearest to it.
    """
    window = timedelta(seconds=parameters.velocity_window_seconds)
    counts: dict[str, int] = {}
    doubtful: list[tuple[Arrival, int, Sequence[Arrival]]] = []
    found = lanes(run, stored)
    for lane in found:
        ranked = recent_counts((one.ts for one in lane.by_receipt), parameters.velocity_window_seconds)
        for one, count in zip(lane.by_receipt, ranked, strict=True):
            counts[one.identity] = count
            if one.carried and one.record is not None and one.record.recent_txn_count != count:
                doubtful.append((one, one.record.recent_txn_count, lane.beside(one, window)))
    if doubtful:
        evidence = look({arrival for one, _, beside in doubtful for arrival in (one, *beside)})
        for one, kept, beside in doubtful:
            least, most = (min(SATURATION, count + 1) for count in evidence.bounds(one, beside))
            counts[one.identity] = min(max(kept, least), most)
    carried = (one.outcome for lane in found for one in lane.by_receipt if one.outcome and one.carried)
    return {outcome.item.id: _expectation(outcome, counts[outcome.item.id], parameters) for outcome in carried}


def _expectation(outcome: Outcome[Transaction], count: int, parameters: RuleParameters) -> Expectation:
    item = outcome.item
    enriched = Enriched(item, count, local_hour(item.ts, item.cardholder_time_zone))
    return Expectation(enriched, outcome.received_at, matching_rules(enriched, parameters))


def pairs(expectations: Expectations) -> set[tuple[str, str]]:
    """Return the expected (transaction id, rule id) pairs."""
    return {(identity, rule) for identity, expectation in expectations.items() for rule in expectation.rules}


def carried_accounts(run: Run[Transaction]) -> Mapping[str, Sequence[Transaction]]:
    """Return the transactions of each account with at least one accepted."""
    accounts: dict[str, list[Transaction]] = defaultdict(list)
    for outcome in run.carried:
        accounts[outcome.item.account_id].append(outcome.item)
    return accounts
