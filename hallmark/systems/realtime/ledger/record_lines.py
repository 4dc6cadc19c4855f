"""The pipeline's records of transactions: table, audit trail, objects, alerts."""

from collections.abc import Iterable, Iterator

from hallmark.ledger.ledger import Line, compare
from hallmark.systems.realtime.ledger.expectation import pairs
from hallmark.systems.realtime.ledger.observation import Observation
from hallmark.systems.realtime.ledger.rule_lines import AUDIT_BUS


def record_lines(observed: Observation) -> Iterator[Line]:
    """Yield a line for each kind of record, and one for the copies on the audit bus.

    What is expected comes from the plain predicates alone, never from the stage's rules or verdicts.
    """
    carried = set(observed.expectations)
    records = observed.records
    stored = {record.transaction_id for record in observed.stored} & carried
    expected = pairs(observed.expectations)
    yield compare("transactions table", "", carried, stored, None)
    yield compare("acceptance records", "", carried, set(records.accepted), None)
    yield compare("verdict records", "", _names(expected), _names(records.verdicts), observed.log.verdicts.total())
    yield compare("processed objects", "", _names(expected), _names(observed.objects.seen), None)
    # What matches a rule is suspected and alerted, whatever the rules on the stage say.
    yield compare("suspicions", "", _names(expected), _names(records.suspected), None)
    yield compare("alerts", "", _names(expected), _names(records.alerts), observed.log.alerts.total())
    yield _audit_records(observed)
    yield _copies(observed)


def mismatches(observed: Observation) -> Iterator[str]:
    """Yield a sentence for each stored enrichment that differs from the one computed here."""
    for record in observed.stored:
        expectation = observed.expectations.get(record.transaction_id)
        if expectation is None:
            continue
        computed = expectation.enriched
        for name, kept, wanted in (
            ("recentTxnCount", record.recent_txn_count, computed.recent_txn_count),
            ("localHour", record.local_hour, computed.local_hour),
        ):
            if kept != wanted:
                yield f"{record.transaction_id} ({name} {kept} instead of {wanted})"


def _names(found: Iterable[tuple[str, str]]) -> set[str]:
    return {f"{identity}/{rule}" for identity, rule in found}


def _audit_records(observed: Observation) -> Line:
    """Return the total of the audit trail; the lines of its parts name the differences."""
    records = observed.records
    expected = len(observed.expectations) + 2 * len(pairs(observed.expectations))  # a verdict and an alert for each
    return Line("audit records", "", expected, len(records), None)


def _copies(observed: Observation) -> Line:
    """Return the transactions with copies on the audit bus: exactly those that match a rule."""
    expected = {identity for identity, due in observed.expectations.items() if due.rules}
    copies = observed.log.copies
    return compare(f"{AUDIT_BUS}, all rules", "", expected, set(copies), copies.total())
