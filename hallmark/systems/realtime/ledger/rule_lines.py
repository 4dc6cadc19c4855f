"""The three targets of each rule: expected and observed arrivals."""

from collections.abc import Iterable, Iterator

from hallmark.ledger.ledger import Line, compare
from hallmark.systems.realtime.cards.predicates import RULE_IDS
from hallmark.systems.realtime.ledger.observation import Observation

DETECTOR, BUFFER, AUDIT_BUS = "fraud_detector", "buffer queue", "audit bus"


def rule_lines(observed: Observation) -> Iterator[Line]:
    """Yield a line for each rule and target, including rules that only the pipeline knows."""
    received = observed.buffer.deliveries if observed.buffer else ()
    seen = {*observed.records.verdicts, *observed.log.verdicts, *received}
    strangers = sorted({rule for _, rule in seen} - set(RULE_IDS))
    for rule in (*RULE_IDS, *strangers):
        expected = {identity for identity, due in observed.expectations.items() if rule in due.rules}
        yield _detector(observed, rule, expected)
        yield _buffer(observed, rule, expected)
        yield _audit_bus(observed, rule, expected)


def _of(pairs: Iterable[tuple[str, str]], rule: str) -> set[str]:
    return {identity for identity, other in pairs if other == rule}


def _detector(observed: Observation, rule: str, expected: set[str]) -> Line:
    """Return the detector's line: verdict records count; an invocation for a non-matching transaction is unexpected."""
    invoked = observed.log.verdicts
    deliveries = sum(count for (_, other), count in invoked.items() if other == rule)
    verdicts = _of(observed.records.verdicts, rule)
    return compare(DETECTOR, rule, expected, verdicts, deliveries, extra=_of(invoked, rule))


def _buffer(observed: Observation, rule: str, expected: set[str]) -> Line:
    if observed.buffer is None:
        return Line(BUFFER, rule, len(expected), 0, None, judged=False)
    received = observed.buffer.deliveries
    deliveries = sum(count for (_, other), count in received.items() if other == rule)
    return compare(BUFFER, rule, expected, _of(received, rule), deliveries)


def _audit_bus(observed: Observation, rule: str, expected: set[str]) -> Line:
    """Return the audit bus's line: copies name no rule, so a transaction needs one copy for each of its rules.

    Further copies count as this rule's deliveries only when the transaction matches no other rule.
    """
    copies = observed.log.copies
    rules = {identity: len(observed.expectations[identity].rules) for identity in expected}
    arrived = {identity for identity in expected if copies[identity] >= rules[identity]}
    deliveries = sum(copies[identity] if rules[identity] == 1 else 1 for identity in arrived)
    return compare(AUDIT_BUS, rule, expected, arrived, deliveries)
