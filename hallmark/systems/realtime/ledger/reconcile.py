"""Reconciliation of a run's ledger: wait, observe, judge."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from hallmark.ledger.ledger import Line
from hallmark.ledger.quiet import Source, wait_until_quiet
from hallmark.ledger.waiting import Letter, letters, waiting
from hallmark.progress import Callback, Progress
from hallmark.sending.outcome import Run, Status
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.failures import FAILURES
from hallmark.systems.realtime.ledger.audit_log import AuditLog
from hallmark.systems.realtime.ledger.audit_records import AuditRecords
from hallmark.systems.realtime.ledger.buffer_queue import BufferQueue, Counted
from hallmark.systems.realtime.ledger.card_ledger import CardLedger
from hallmark.systems.realtime.ledger.deciding_rules import deciding_rules
from hallmark.systems.realtime.ledger.expectation import Expectations, carried_accounts, expect, pairs
from hallmark.systems.realtime.ledger.letters import Delivery, deliveries, item_of, lost
from hallmark.systems.realtime.ledger.observation import Observation
from hallmark.systems.realtime.ledger.processed_objects import ProcessedObjects
from hallmark.systems.realtime.ledger.races import look
from hallmark.systems.realtime.ledger.record_lines import mismatches, record_lines
from hallmark.systems.realtime.ledger.rule_lines import BUFFER, rule_lines
from hallmark.systems.realtime.ledger.transactions_table import read_stored
from hallmark.systems.realtime.outputs import Output

_PER_TRANSACTION = frozenset({"transactions table", "acceptance records"})


def reconcile(stage: Stage, run: Run[Transaction], *, drain_buffer: bool, progress: Callback) -> CardLedger:
    """Wait until the pipeline is quiet and return the ledger of a run, judged against independent expectations."""
    return judge(stage, run, observe(stage, run, drain_buffer=drain_buffer, progress=progress))


def observe(
    stage: Stage,
    run: Run[Transaction],
    *,
    drain_buffer: bool,
    progress: Callback,
    counted: Counted | None = None,
    keep: Callable[[], None] = lambda: None,
) -> Observation:
    """Wait until the pipeline is quiet; return what was observed of a run, and what was expected.

    `counted` is what an earlier look counted in the buffer queue; `keep` is called before messages are taken from it.
    """
    parameters = RuleParameters.of(stage.outputs)
    stored = read_stored(stage, carried_accounts(run), parameters.velocity_window_seconds)
    expectations = expect(run, stored, parameters, partial(look, stage, run))
    log, objects = AuditLog(stage, expectations), ProcessedObjects(stage, expectations)
    records = AuditRecords(stage, expectations)
    sources: list[Source] = [log, objects, records]
    buffer = None
    if drain_buffer or counted is not None or stage.messages(stage.outputs[Output.BUFFER_QUEUE_URL]) is not None:
        mark = run.mark if drain_buffer else None
        buffer = BufferQueue(
            stage,
            expectations,
            sources[:],
            taking=mark,
            counted=counted,
            keep=keep,
            of_others=partial(_of_others, run, records),
        )
        sources.append(buffer)
    observed = Observation(expectations, stored, records, objects, log, buffer, deciding_rules(stage, run.started_at))
    wait_until_quiet(
        sources, stage.quiet_seconds, tick=lambda: progress(_progress(observed)), stirs=lambda: log.stirred
    )
    return observed


def judge(stage: Stage, run: Run[Transaction], observed: Observation) -> CardLedger:
    """Return the ledger of the observations; look for what is missing in the queues for failures."""
    again = _of_others(run, observed.records)
    run = run.with_duplicates(again)
    lines, records = list(rule_lines(observed)), tuple(record_lines(observed))
    found = list(_letters(stage, run, (*lines, *records)))
    explained = deliveries(stage, found)
    by_rule = tuple(_without_read(line, again, explained) if line.place == BUFFER else line for line in lines)
    proving = [*by_rule, *(line for line in records if line.place in _PER_TRANSACTION)]
    return CardLedger(
        **run.totals,
        by_rule=by_rule,
        records=records,
        verdicts=dict(Counter(observed.records.verdicts.values())),
        combinations=_combinations(observed.expectations),
        mismatches=tuple(mismatches(observed)),
        lost=tuple(sorted(lost(proving, explained))),
        waiting=waiting(stage, found),
        foreign_messages=observed.buffer.foreign if observed.buffer is not None else 0,
        rules=observed.rules,
        read_before=sum(len(line.missing) for line in lines) - sum(len(line.missing) for line in by_rule),
    )


def _of_others(run: Run[Transaction], records: AuditRecords) -> set[str]:
    """Return the transactions that the stage accepted from an earlier run, or from another one at the same time."""
    earlier = {outcome.item.id for outcome in run.carried if outcome.status is Status.DUPLICATE}
    return earlier | records.accepted_from_others(run.mark)


def _without_read(line: Line, again: set[str], explained: frozenset[Delivery]) -> Line:
    """Return the buffer's line without what another run got accepted: it, or a reader, may have taken it since."""
    missing = tuple(name for name in line.missing if name not in again or (line.place, line.rule, name) in explained)
    return replace(line, expected=line.expected - len(line.missing) + len(missing), missing=missing)


def _letters(stage: Stage, run: Run[Transaction], lines: tuple[Line, ...]) -> Iterator[Letter]:
    """Yield the letters of what is missing somewhere, or had no answer: what is complete needs none."""
    names = {name for line in lines for name in line.missing}
    missed = names | {name.rpartition("/")[0] for name in names}
    missed |= {outcome.item.id for outcome in run.outcomes if outcome.status is Status.FAILED}
    if missed:
        yield from (letter for letter in letters(stage, FAILURES, item_of) if letter.item in missed)


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
