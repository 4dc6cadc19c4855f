"""The ledger sees each thing that is missing, invented or different, and repeats do not disturb it."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from hallmark.ledger.ledger import Ledger
from hallmark.ledger.render import render
from hallmark.load.measures import MEASURES
from hallmark.load.reconciliation import Reconciliation
from hallmark.sending.outcome import Run, Status
from hallmark.systems.realtime.ledger import reconcile as reconciliation
from hallmark.systems.realtime.ledger.deciding_rules import DecidingRules
from hallmark.systems.realtime.ledger.reconcile import reconcile
from tests.unit.hallmark.systems.realtime.ledger.pipeline import (
    BUFFER,
    RECEIVED_AT,
    SUCCESS,
    TOTAL,
    Pipeline,
    buffered,
    carried_run,
)

Damage = Callable[[Pipeline], None]
STRANGER = "night-time"


def ledger_of(pipeline: Pipeline, run: Run, *, drain_buffer: bool = False) -> Ledger:
    return reconcile(pipeline, run, drain_buffer=drain_buffer, progress=lambda _: None)


def _matching(pipeline: Pipeline) -> tuple[str, str]:
    """Return a transaction that matches one rule alone, and the rule."""
    pairs = [(record["id"], record["ruleId"]) for record in pipeline.records if record["kind"] == "verdict"]
    identities = [identity for identity, _ in pairs]
    return next(pair for pair in pairs if identities.count(pair[0]) == 1 and pair[1] != STRANGER)


def _plain(pipeline: Pipeline) -> str:
    """Return a transaction that matches nothing."""
    verdicts = {record["id"] for record in pipeline.records if record["kind"] == "verdict"}
    return next(record["id"] for record in pipeline.records if record["id"] not in verdicts)


def _without(kind: str) -> Damage:
    def damage(pipeline: Pipeline) -> None:
        identity, _ = _matching(pipeline)
        pipeline.records = [r for r in pipeline.records if (r["id"], r["kind"]) != (identity, kind)]

    return damage


def _with_verdict(pipeline: Pipeline) -> None:
    pipeline.records.append({"id": _plain(pipeline), "kind": "verdict", "ruleId": STRANGER, "outcome": "cleared"})


def _cleared(pipeline: Pipeline) -> None:
    """Let the stage's rules clear what they should suspect: no alert follows."""
    identity, rule = _matching(pipeline)
    pipeline.records = [r for r in pipeline.records if (r["id"], r["kind"]) != (identity, "alert")]
    for record in pipeline.records:
        if record["id"] == identity and record.get("ruleId") == rule:
            record["outcome"] = "cleared"


def _with_alert(pipeline: Pipeline) -> None:
    pipeline.records.append({"id": _plain(pipeline), "kind": "alert", "ruleId": STRANGER})


def _without_message(pipeline: Pipeline) -> None:
    identity, _ = _matching(pipeline)
    stored = pipeline.sqs.queues[BUFFER]
    stored[:] = [one for one in stored if identity not in one.body]


def _with_message(pipeline: Pipeline) -> None:
    pipeline.sqs.put(BUFFER, buffered(_plain(pipeline), STRANGER))


def _without_copy(pipeline: Pipeline) -> None:
    gone = {"detail-type": "TransactionReceived", "detail": {"transactionId": _matching(pipeline)[0]}}
    pipeline.events = [event for event in pipeline.events if event != gone]


def _with_copy(pipeline: Pipeline) -> None:
    pipeline.events.append({"detail-type": "TransactionReceived", "detail": {"transactionId": _plain(pipeline)}})


def _with_invocation(pipeline: Pipeline) -> None:
    payload = {"ruleId": STRANGER, "detail": {"transactionId": _plain(pipeline)}}
    pipeline.events.append({"detail-type": SUCCESS, "detail": {"requestPayload": payload, "timestamp": RECEIVED_AT}})


def _without_object(pipeline: Pipeline) -> None:
    identity, _ = _matching(pipeline)
    pipeline.objects = [key for key in pipeline.objects if identity not in key]


def _with_object(pipeline: Pipeline) -> None:
    day = pipeline.objects[0].rpartition("/")[0].rpartition("/")[0]
    pipeline.objects.append(f"{day}/{_plain(pipeline)}/{STRANGER}.json")


def _without_row(pipeline: Pipeline) -> None:
    pipeline.stored = [row for row in pipeline.stored if row["transactionId"] != _plain(pipeline)]


def _other_count(pipeline: Pipeline) -> None:
    pipeline.stored[5]["recentTxnCount"] += 1


def _other_hour(pipeline: Pipeline) -> None:
    pipeline.stored[5]["localHour"] = (pipeline.stored[5]["localHour"] + 1) % 24


DAMAGES = [
    pytest.param(_without("verdict"), "at fraud_detector", "missing", True, id="detector-missing"),
    pytest.param(_with_verdict, "at fraud_detector", "unexpected", False, id="detector-extra"),
    pytest.param(_with_invocation, "at fraud_detector", "unexpected", False, id="detector-invoked"),
    pytest.param(_without_message, "at buffer queue", "missing", True, id="buffer-missing"),
    pytest.param(_with_message, "at buffer queue", "unexpected", False, id="buffer-extra"),
    pytest.param(_without_copy, "at audit bus", "missing", True, id="audit-bus-missing"),
    pytest.param(_with_copy, "audit bus, all rules", "unexpected", False, id="audit-bus-extra"),
    pytest.param(_without("alert"), "alerts", "missing", False, id="alert-missing"),
    pytest.param(_with_alert, "alerts", "unexpected", False, id="alert-extra"),
    pytest.param(_cleared, "suspicions", "missing", False, id="cleared"),
    pytest.param(_cleared, "alerts", "missing", False, id="cleared-without-alert"),
    pytest.param(_without("accepted"), "acceptance records", "missing", True, id="acceptance-missing"),
    pytest.param(_without_object, "processed objects", "missing", False, id="object-missing"),
    pytest.param(_with_object, "processed objects", "unexpected", False, id="object-extra"),
    pytest.param(_without_row, "transactions table", "missing", True, id="row-missing"),
    pytest.param(_other_count, "stored enrichment", "recentTxnCount", False, id="count-differs"),
    pytest.param(_other_hour, "stored enrichment", "localHour", False, id="hour-differs"),
]


@pytest.mark.control("RT_NO_LOSS", "RT_AUDIT")
def test_a_complete_run_has_no_differences() -> None:
    pipeline, run = carried_run()
    ledger = ledger_of(pipeline, run)
    assert ledger.differences == []
    assert (ledger.accepted, ledger.combinations, ledger.lost) == (TOTAL, 32, ())
    assert all(line.expected == line.observed > 0 for line in ledger.lines)


@pytest.mark.control("RT_NO_LOSS")
@pytest.mark.parametrize(("damage", "place", "what", "loses"), DAMAGES)
def test_each_damage_is_a_difference(damage: Damage, place: str, what: str, loses: bool) -> None:
    pipeline, run = carried_run()
    damage(pipeline)
    ledger = ledger_of(pipeline, run)
    assert [text for text in ledger.differences if place in text and what in text]
    assert bool(ledger.lost) is loses


@pytest.mark.control("RT_NO_LOSS")
def test_one_copy_too_few_leaves_none_of_the_rules_proved() -> None:
    pipeline, run = carried_run()
    verdicts = [record["id"] for record in pipeline.records if record["kind"] == "verdict"]
    identity = next(identity for identity in verdicts if verdicts.count(identity) == 5)
    pipeline.events.remove({"detail-type": "TransactionReceived", "detail": {"transactionId": identity}})
    ledger = ledger_of(pipeline, run)
    assert [line.missing for line in ledger.by_rule if line.place == "audit bus"] == [(identity,)] * 5
    assert ledger.lost == (identity,)


@pytest.mark.control("RT_IDEMPOTENT")
def test_repeated_deliveries_are_counted_and_do_not_differ() -> None:
    pipeline, run = carried_run()
    identity, rule = _matching(pipeline)
    pipeline.deliver(identity, rule)
    ledger = ledger_of(pipeline, run)
    assert ledger.differences == []
    surplus = {line.place: line.deliveries - line.observed for line in ledger.by_rule if line.rule == rule}
    assert surplus == {"fraud_detector": 1, "buffer queue": 1, "audit bus": 1}


def test_a_buffer_that_is_not_drained_is_not_judged_nor_touched() -> None:
    pipeline, run = carried_run()
    pipeline.shows = False
    ledger = ledger_of(pipeline, run, drain_buffer=False)
    assert (ledger.differences, pipeline.sqs.receiving) == ([], 0)
    console = Console(record=True, width=140)
    render(ledger, console)
    assert "not drained" in console.export_text()


def test_messages_of_other_runs_are_foreign() -> None:
    pipeline, run = carried_run()
    pipeline.sqs.put(BUFFER, buffered("other-run", "night-time"), "no JSON")
    ledger = ledger_of(pipeline, run)
    assert (ledger.differences, ledger.foreign_messages) == ([], 2)


@pytest.mark.parametrize(("status", "reason"), [(Status.REFUSED, "400 amount"), (Status.FAILED, "503")])
def test_what_was_not_carried_is_a_difference(status: Status, reason: str) -> None:
    pipeline, run = carried_run()
    index = len(run.outcomes) - 1
    last = replace(run.outcomes[index], status=status, received_at="", reason=reason)
    ledger = ledger_of(pipeline, replace(run, outcomes=(*run.outcomes[:index], last)))
    assert ledger.differences == [f"not accepted: 1 of {TOTAL} ({status}: {reason})"]


@pytest.mark.control("RT_IDEMPOTENT")
def test_duplicates_are_judged_like_the_accepted() -> None:
    pipeline, run = carried_run()
    repeated = tuple(replace(outcome, status=Status.DUPLICATE) for outcome in run.outcomes)
    ledger = ledger_of(pipeline, replace(run, outcomes=repeated))
    assert (ledger.differences, ledger.duplicates, ledger.accepted) == ([], TOTAL, 0)


@pytest.mark.control("RT_IDEMPOTENT")
def test_what_was_accepted_from_others_and_a_repeat_are_duplicates() -> None:
    pipeline, run = carried_run()
    first, second = run.outcomes[:2]
    pipeline.traces[first.item.id] = "1-00000000-bb11bb11bb11000000000000"
    pipeline.traces[second.item.id] = "1-00000000-00aa00aa00aa000000000000"
    repeated = replace(run, mark="00aa00aa00aa", outcomes=(*run.outcomes, second))
    ledger = ledger_of(pipeline, repeated)
    assert (ledger.differences, ledger.sent, ledger.accepted, ledger.duplicates) == ([], TOTAL + 1, TOTAL - 1, 2)


def test_json_and_tables_tell_the_differences() -> None:
    pipeline, run = carried_run()
    _without("alert")(pipeline)
    ledger = ledger_of(pipeline, run)
    console = Console(record=True, width=140)
    render(ledger, console)
    text = console.export_text()
    assert json.loads(ledger.to_json())["differences"] == ledger.differences
    assert all(difference in text for difference in ledger.differences)


def test_rules_that_nobody_published_are_a_difference_and_another_files_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = DecidingRules(("rules not as published: items[night-time, 1]",), "night-time version 2 of narrow.yaml")
    monkeypatch.setattr(reconciliation, "deciding_rules", lambda stage, started_at: rules)
    pipeline, run = carried_run()
    ledger = ledger_of(pipeline, run)
    assert ledger.differences == ["rules not as published: items[night-time, 1]"]
    outcome: Any = SimpleNamespace(reconciliation=Reconciliation(ledger))
    assert MEASURES["ledger differences"][0](outcome, "steady") == 1
    assert ledger.figures["rules in force"] == "night-time version 2 of narrow.yaml"
    console = Console(width=200, record=True)
    render(ledger, console)
    assert "items[night-time, 1]" in console.export_text()
    _cleared(pipeline)
    assert "rules in force: night-time version 2 of narrow.yaml" in ledger_of(pipeline, run).differences
