"""The same transaction, or its id, more than once: at the same moment, later, and while functions are killed."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hallmark.stage.embedded.faults import Injection
from hallmark.systems.screening.machine import SUCCEEDED
from hallmark.systems.screening.plain.content import hash_of
from hallmark.systems.screening.transaction import Transaction
from infra.screening.outputs import Output
from tests.integration.screening.faults.injections import (
    COMPLIANCE,
    FRAUD,
    KEPT,
    LOUD,
    VALIDATION,
    WHOLE,
    dynamodb,
    gone,
    killed,
    publish,
    task,
)
from tests.integration.screening.faults.trial import Scenario, Trial
from tests.support.faults import FOR_GOOD

AT_ONCE = 4


def _at_once(trial: Trial, sent: Sequence[Transaction]) -> None:
    """Run executions that begin together."""
    with ThreadPoolExecutor(len(sent)) as pool:
        ended = list(pool.map(trial.answered, sent))
    trial.strikes += len(sent)
    assert {one.status for one in ended} == {SUCCEEDED}


def started_at_once(trial: Trial) -> None:
    """Four executions of one transaction: all have the same answer."""
    one = trial.transaction()
    _at_once(trial, [one, *(trial.again(one) for _ in range(AT_ONCE - 1))])
    trial.ended(one)
    (answer, *others) = [execution.output for execution in trial.executions.values()]
    assert all(other == answer for other in others)


def started_after_end(trial: Trial) -> None:
    """The transaction comes again when it is decided."""
    one = trial.transaction()
    first = trial.answered(one)
    before = trial.ended(one)
    assert trial.answered(trial.again(one)).output == first.output
    trial.strikes += 1
    assert trial.record(one) == before


def started_by_both(trial: Trial) -> None:
    """One of two executions of a transaction fails when the other has gone on with it."""
    one = trial.transaction()
    with trial.faults([task(FRAUD, effect="delay", seconds=12.0)]) as held:
        failing = trial.start(one)
        trial.await_strikes(held, 1)
        with trial.faults([gone(COMPLIANCE, failing.arn)]) as armed:
            trial.start(trial.again(one))
            trial.await_strikes(armed, 1)
            trial.ended(one)
            trial.give_up(failing, frozenset({KEPT}))


def contents_race(trial: Trial) -> None:
    """Four contents under one id, one of another time, begin together: one claims it."""
    one = trial.transaction()
    earlier = {"timestamp": "2026-11-01T00:00:00Z", "kyc": {"status": "pending"}}
    others: Sequence[dict[str, Any]] = ({"amount": 11_000}, {"currency": "EUR"}, earlier)
    _race(trial, [one, *(trial.again(one, **other) for other in others)])


def race_with_killed(trial: Trial) -> None:
    """Two contents race for one id, and whoever claims is killed before it knows."""
    one = trial.transaction()
    with trial.faults([dynamodb("TransactWriteItems", VALIDATION, effect="kill", after=True, times=2)]) as armed:
        _race(trial, [one, trial.again(one, amount=11_000)])
        trial.await_strikes(armed, 2)


def _race(trial: Trial, sent: Sequence[Transaction]) -> None:
    _at_once(trial, sent)
    claim = trial.table.under(sent[0].value["transaction_id"]).claim
    assert claim
    # Whoever claimed the id is the first to a ledger.
    trial.outcomes.sort(key=lambda outcome: hash_of(outcome.item.value) != claim["content_hash"])
    rules = [(execution.output or {}).get("rule") for execution in trial.executions.values()]
    assert rules.count("conflict") == len(sent) - 1, rules
    trial.ended(trial.outcomes[0].item)


def conflict_killed(trial: Trial) -> None:
    """Validation is killed when it records that an id is another content's."""
    one = trial.transaction()
    trial.start(one)
    trial.ended(one)
    other = trial.again(one, amount=11_000)
    _under(trial, other, killed(VALIDATION, "PutItem"))
    trial.ended(other)


def killed_when_going_on(trial: Trial) -> None:
    """Validation is killed when it goes on with what failed before."""
    _failed_and_again(trial, [gone(FRAUD)])


def killed_when_taking_over(trial: Trial) -> None:
    """Validation is killed when it takes over alerts that were not told."""
    _failed_and_again(trial, [publish(times=FOR_GOOD, status=403, code="AuthorizationError")])


def _failed_and_again(trial: Trial, failing: Sequence[Injection]) -> None:
    one = trial.transaction()
    with trial.faults(failing):
        trial.give_up(trial.start(one), WHOLE)
    _under(trial, trial.again(one), killed(VALIDATION, "UpdateItem"))
    trial.ended(one)


def _under(trial: Trial, one: Transaction, injections: Sequence[Injection]) -> None:
    with trial.faults(injections) as armed:
        trial.start(one)
        trial.await_strikes(armed, len(injections))


def redelivered(trial: Trial) -> None:
    """Each function is called again, as by the execution that decided, and as by another one."""
    one = trial.transaction(LOUD)
    execution = trial.answered(one)
    before = trial.ended(one)
    for arn in (execution.arn, f"{execution.arn}-other"):
        key = {"id": before["transaction_id"], "time": str(before["timestamp"])}
        known = {"transaction": one.value, "key": key, "usd": str(before["usd"]), "execution": arn}
        began = {"transaction": one.value, "execution": arn, "startedAt": before["received_at"]}
        said = trial.invoke(Output.VALIDATION_ARN, began)
        assert (said["answer"], said["alerts"]) == (execution.output, {})
        risk = trial.invoke(Output.FRAUD_DETECTION_ARN, known)
        assert risk == execution.output["risk"]
        # Another risk than the one that counts.
        asked = {**known, "risk": {**risk, "score": 0, "level": "LOW", "reasons": []}}
        checked = trial.invoke(Output.COMPLIANCE_CHECKING_ARN, asked)
        assert checked == {"answer": execution.output, "alerts": {}}
        trial.strikes += 3
    assert trial.record(one) == before


def late_attempt(trial: Trial) -> None:
    """An attempt whose task timed out decides when another one has decided, and its alerts are told."""
    one = trial.transaction()
    late = task(COMPLIANCE, effect="delay", seconds=24.0)
    seen = dynamodb("UpdateItem", COMPLIANCE, effect="delay", times=FOR_GOOD)
    with trial.faults([late]) as held, trial.faults([seen]) as written:
        trial.start(one)
        trial.await_strikes(held, 1)
        before = trial.ended(one)
        trial.await_strikes(written, 2)
    # The telling of another one comes after the late write.
    other = trial.transaction()
    trial.start(other)
    trial.ended(other)
    assert trial.record(one) == before


AGAIN: dict[str, Scenario] = {
    "started-at-once": started_at_once,
    "started-after-end": started_after_end,
    "started-by-both": started_by_both,
    "contents-race": contents_race,
    "race-with-killed": race_with_killed,
    "conflict-killed-when-recorded": conflict_killed,
    "repeat-killed-when-going-on": killed_when_going_on,
    "repeat-killed-when-taking-over": killed_when_taking_over,
    "redelivered-after-decision": redelivered,
    "late-attempt": late_attempt,
}
