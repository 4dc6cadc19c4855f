"""Reconciles a run of transactions: wait for decisions, read back what there is, compare it with a plain reading."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from hallmark import clock
from hallmark.ledger.patience import wait
from hallmark.ledger.waiting import Waiting, given_up, letters, waiting
from hallmark.parallel import each
from hallmark.progress import Callback
from hallmark.sending.outcome import Run, Status
from hallmark.stage import Stage
from hallmark.systems.screening import lines
from hallmark.systems.screening.alerts import Alerts, Hears
from hallmark.systems.screening.expectation import Expected, Sent, expect
from hallmark.systems.screening.failures import failures
from hallmark.systems.screening.findings import DECIDED, LOST, STUCK, Findings
from hallmark.systems.screening.following import Following, item_of
from hallmark.systems.screening.ledger import ScreeningLedger
from hallmark.systems.screening.letters import Owner
from hallmark.systems.screening.machine import Execution
from hallmark.systems.screening.plain.content import is_identifier
from hallmark.systems.screening.plain.history import Past
from hallmark.systems.screening.plain.tables import tables
from hallmark.systems.screening.stuck import ADVICE as STUCK_ADVICE
from hallmark.systems.screening.table import FINAL, StateTable, Under
from hallmark.systems.screening.transaction import Transaction
from hallmark.tables import Item


def reconcile(
    stage: Stage,
    run: Run[Transaction],
    executions: Mapping[int, Execution],
    heard: Hears | None,
    progress: Callback,
) -> ScreeningLedger:
    """Wait until every transaction is decided and its alerts are told, or nothing changes any more; return the ledger.

    Without somebody who heard the topic, alerts are not judged.
    """
    table, began = StateTable(stage), clock.to_text(run.started_at)
    sent = [_sent(one.item, executions[one.item.number]) for one in run.outcomes if one.item.number in executions]
    given = given_up(stage, failures())
    following = Following(table.under, sent, progress)
    wait(following, given)
    under = following.under
    expected = _expected(table, sent, under, began)
    due = frozenset(_due(expected, under, began))
    alerts = Alerts(heard, under.keys(), due, progress) if heard else None
    if alerts:
        if following.complete:
            wait(alerts, given)
        time.sleep(stage.quiet_seconds)
        alerts.poll()
    owner = Owner({one.execution.arn: one.item.id for one in sent})
    waits = waiting(stage, letters(stage, failures(), owner.item_of))
    told = alerts.told if alerts else None
    found = Findings(expected, under, frozenset(owner.covered), due, told, stage.name, tables(), began)
    return _ledger(_with_repeats(run, found), found, waits)


def _sent(item: Transaction, execution: Execution) -> Sent:
    return Sent(item, execution, clock.from_text(execution.started_at), execution.started_at)


def _expected(
    table: StateTable, sent: Sequence[Sent], under: Mapping[str, Under], began: str
) -> tuple[tuple[Sent, Expected], ...]:
    """Return what must become of each, with what other runs left: claims of ids, and records of the customers."""
    claims: dict[str, str | None] = {}
    known = []
    for one in sent:
        item = item_of(one, under[one.identity.id]) if one.identity else None
        known.append(replace(one, received_at=item["received_at"]) if item else one)
    for name, one_of in under.items():
        if one_of.claim and one_of.record and one_of.record["received_at"] < began:
            claims[name] = one_of.claim["content_hash"]
    named = (one.item.value.get("customer_id") for one in sent if one.identity and one.content_hash)
    customers = {customer for customer in named if is_identifier(customer, 3, 64)}
    found = zip(customers, each(table.of_customer, customers), strict=True)
    others = {customer: [past for past in pasts if past.id not in under] for customer, pasts in found}
    keys = [(past.id, past.time) for pasts in others.values() for past in pasts]
    records = table.records(keys) if keys else {}
    past = {customer: list(_of_others(pasts, records)) for customer, pasts in others.items()}
    return tuple(expect(known, tables(), past, claims))


def _of_others(pasts: Sequence[Past], records: Mapping[tuple[str, int], Item]) -> Iterator[Past]:
    for past in pasts:
        record = records.get((past.id, past.time))
        if record:
            yield replace(past, received_at=record["received_at"])


def _due(
    expected: Sequence[tuple[Sent, Expected]], under: Mapping[str, Under], began: str
) -> Iterator[tuple[str, str]]:
    """Yield the alerts that the run must hear: of what it was the first to send, or what was told meanwhile."""
    for one, wanted in expected:
        item = item_of(one, under[one.identity.id]) if one.identity else None
        if one.identity is None or item is None or item["status"] != FINAL:
            continue
        if item["received_at"] >= began or item.get("states", {}).get("told", "") >= began:
            yield from ((one.identity.id, kind) for kind in wanted.alerts)


def _with_repeats(run: Run[Transaction], found: Findings) -> Run[Transaction]:
    """Return the run with what was sent before, by it or by others, as duplicates."""
    repeats = {one.item.number for one, _ in found.expected if found.is_repeat(one)}
    outcomes = (
        replace(one, status=Status.DUPLICATE) if one.carried and one.item.number in repeats else one
        for one in run.outcomes
    )
    return replace(run, outcomes=tuple(outcomes))


def _ledger(run: Run[Transaction], found: Findings, waits: tuple[Waiting, ...]) -> ScreeningLedger:
    ends = found.ends()
    return ScreeningLedger(
        **run.totals,
        mismatches=tuple(lines.mismatches(found)),
        lost=tuple(sorted(one.item.id for one, end in ends if end == LOST)),
        waiting=waits,
        ends=dict(Counter(end for _, end in ends)),
        decisions=dict(Counter(found.decision_of(one) for one, end in ends if end == DECIDED)),
        places=lines.places(found),
        decisions_made=lines.decisions(found),
        reasons_found=lines.reasons(found),
        rules_found=lines.rules(found),
        rejections=lines.rejections(found),
        alerts=lines.alerts(found),
        seconds_each=tuple(sorted(found.seconds_of.values())),
        seconds_of=found.seconds_of,
        earlier_rules=sum(found.is_by_other_rules(one) for one, _ in found.expected),
        unfinished=tuple(f"{one.item.id} is stuck: {STUCK_ADVICE}" for one, end in ends if end == STUCK),
    )
