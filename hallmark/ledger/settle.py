"""From a run to its ledger."""

from collections import Counter

from hallmark.ledger.audit_log import AuditLog
from hallmark.ledger.audit_records import AuditRecords
from hallmark.ledger.buffer_queue import BufferQueue
from hallmark.ledger.expectation import Expectations, carried_accounts, expect, pairs
from hallmark.ledger.ledger import Ledger
from hallmark.ledger.observation import Observation
from hallmark.ledger.processed_objects import ProcessedObjects
from hallmark.ledger.quiet import Source, wait_until_quiet
from hallmark.ledger.record_lines import mismatches, record_lines
from hallmark.ledger.rule_lines import rule_lines
from hallmark.ledger.transactions_table import read_stored
from hallmark.stage import Stage
from hallmark.traffic.outcome import Callback, Progress, Run, Status
from hallmark.traffic.parameters import RuleParameters

_PER_TRANSACTION = frozenset({"transactions table", "acceptance records"})


def settle(stage: Stage, run: Run, *, drain_buffer: bool, progress: Callback) -> Ledger:
    """Wait until the pipeline is quiet and return the ledger of a run, judged against independent expectations."""
    return judge(run, observe(stage, run, drain_buffer=drain_buffer, progress=progress))


def observe(stage: Stage, run: Run, *, drain_buffer: bool, progress: Callback) -> Observation:
    """Wait until the pipeline is quiet and return what was seen of a run, and what was expected."""
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
    )
    sources: list[Source] = [observed.log, observed.objects, observed.records]
    if observed.buffer is not None:
        sources.append(observed.buffer)
    wait_until_quiet(sources, stage.quiet_seconds, tick=lambda: progress(_progress(observed)))
    return observed


def judge(run: Run, observed: Observation) -> Ledger:
    """Return the ledger of what was observed."""
    by_rule = tuple(rule_lines(observed))
    records = tuple(record_lines(observed))
    proving = [*by_rule, *(line for line in records if line.place in _PER_TRANSACTION)]
    return Ledger(
        sent=len(run.outcomes),
        accepted=run.count(Status.ACCEPTED),
        duplicates=run.count(Status.DUPLICATE),
        refused=run.count(Status.REFUSED),
        failed=run.count(Status.FAILED),
        seconds=run.seconds,
        reasons=_reasons(run),
        by_rule=by_rule,
        records=records,
        verdicts=dict(Counter(observed.records.verdicts.values())),
        combinations=_combinations(observed.expectations),
        mismatches=tuple(mismatches(observed)),
        lost=tuple(sorted({identity for line in proving for identity in line.missing})),
        foreign_messages=observed.buffer.foreign if observed.buffer is not None else 0,
    )


def _reasons(run: Run) -> dict[str, int]:
    return dict(Counter(f"{outcome.status}: {outcome.reason}" for outcome in run.outcomes if not outcome.carried))


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
    return Progress("settling", len(due & observed.records.verdicts.keys()), len(due), counts)
