"""Reconciliation of a run's ledger: wait, observe, judge."""

from collections import Counter

from hallmark.ledger.quiet import Source, wait_until_quiet
from hallmark.progress import Callback, Progress
from hallmark.sending.outcome import Run
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.ledger.audit_log import AuditLog
from hallmark.systems.realtime.ledger.audit_records import AuditRecords
from hallmark.systems.realtime.ledger.buffer_queue import BufferQueue
from hallmark.systems.realtime.ledger.card_ledger import CardLedger
from hallmark.systems.realtime.ledger.deciding_rules import deciding_rules
from hallmark.systems.realtime.ledger.expectation import Expectations, carried_accounts, expect, pairs
from hallmark.systems.realtime.ledger.observation import Observation
from hallmark.systems.realtime.ledger.processed_objects import ProcessedObjects
from hallmark.systems.realtime.ledger.record_lines import mismatches, record_lines
from hallmark.systems.realtime.ledger.rule_lines import rule_lines
from hallmark.systems.realtime.ledger.transactions_table import read_stored

_PER_TRANSACTION = frozenset({"transactions table", "acceptance records"})


def reconcile(stage: Stage, run: Run[Transaction], *, drain_buffer: bool, progress: Callback) -> CardLedger:
    """Wait until the pipeline is quiet and return the ledger of a run, judged against independent expectations."""
    return judge(run, observe(stage, run, drain_buffer=drain_buffer, progress=progress))


def observe(stage: Stage, run: Run[Transaction], *, drain_buffer: bool, progress: Callback) -> Observation:
    """Wait until the pipeline is quiet; return what was observed of a run, and what was expected."""
    parameters = RuleParameters.of(stage.outputs)
    stored = read_stored(stage, carried_accounts(run), parameters.velocity_window_seconds)
    expectations = expect(run, stored, parameters)
    observed = Observation(
        expectations,
        stored,
        AuditRecords(stage, expectations),
        ProcessedObjects(stage, expectations),
        AuditLog(stage, expectations),
        BufferQueue(stage, expectations) if drain_buffer else None,
        deciding_rules(stage, run.started_at),
    )
    sources: list[Source] = [observed.log, observed.objects, observed.records]
    if observed.buffer is not None:
        sources.append(observed.buffer)
    wait_until_quiet(sources, stage.quiet_seconds, tick=lambda: progress(_progress(observed)))
    return observed


def judge(run: Run[Transaction], observed: Observation) -> CardLedger:
    """Return the ledger of the observations."""
    by_rule = tuple(rule_lines(observed))
    records = tuple(record_lines(observed))
    proving = [*by_rule, *(line for line in records if line.place in _PER_TRANSACTION)]
    return CardLedger(
        **run.totals,
        by_rule=by_rule,
        records=records,
        verdicts=dict(Counter(observed.records.verdicts.values())),
        combinations=_combinations(observed.expectations),
        mismatches=tuple(mismatches(observed)),
        lost=tuple(sorted({identity for line in proving for identity in line.missing})),
        foreign_messages=observed.buffer.foreign if observed.buffer is not None else 0,
        rules=observed.rules,
    )


def _combinations(expectations: Expectations) -> int:
    return len({expectation.rules for expectation in expectations.values()})


def _progress(observed: Observation) -> Progress:
    due = pairs(observed.expectations)
    counts = Counter(
        verdicts=len(observed.records.verdicts),
        objects=len(observed.objects.seen),
        alerts=len(observed.records.alerts),
        copies=observed.log.copies.total(),
    )
    return Progress("reconciling", len(due & observed.records.verdicts.keys()), len(due), counts)
