"""Executions that end before their transaction does: unchecked, out of time, without a free function."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import urllib3

from hallmark.systems.screening.machine import Execution
from hallmark.systems.screening.transaction import Transaction
from infra.screening.outputs import Output
from tests.integration.screening.faults.injections import (
    COMPLIANCE,
    FRAUD,
    KEPT,
    REFUSED,
    SDK,
    VALIDATION,
    WHOLE,
    dynamodb,
    gone,
    letter,
    task,
)
from tests.integration.screening.faults.trial import SLA_SECONDS, Scenario, Trial
from tests.support.faults import FOR_GOOD, wait_for, wanted_strikes

# Luhn-valid, and of no card.
CARD_NUMBER = "4111111111111111"
# Less than all attempts of a function take whose calls are late: each waits for two calls, 3 s each.
EXECUTION_SECONDS = 20
# More than the SDK waits for a call, and more than that for all of its calls and another attempt.
CALL_SECONDS, WRITE_SECONDS = 3.5, 12.0
FUNCTION_SECONDS = 4
# Of the letter about what validation did not check: infra/screening/failure.py.
LETTER_ATTEMPTS = 5
PAUSE_SECONDS = 1.5


def killed_unchecked(trial: Trial) -> None:
    """Validation is killed in every attempt, before it has recorded anything."""
    one = trial.transaction()
    with trial.faults([dynamodb("TransactWriteItems", VALIDATION, effect="kill", times=FOR_GOOD)]) as armed:
        execution = trial.start(one)
        trial.await_strikes(armed, 1)
        trial.give_up(execution, WHOLE)
    _sent_again(trial, one, execution)


def throttled_unchecked(trial: Trial) -> None:
    """Validation is throttled until the retries are used up."""
    one = trial.transaction()
    with trial.faults([task(VALIDATION, times=FOR_GOOD, code="TooManyRequestsException")]) as armed:
        execution = trial.start(one)
        trial.await_strikes(armed, 1)
        trial.give_up(execution, WHOLE)
    _sent_again(trial, one, execution)


def letter_refused_unchecked(trial: Trial) -> None:
    """SQS refuses the letter that is all that is known of a transaction, but for its last attempt."""
    one = trial.transaction()
    injections = (gone(VALIDATION), letter(times=LETTER_ATTEMPTS - 1, code="AccessDenied"))
    with trial.faults(injections) as armed:
        execution = trial.start(one)
        trial.await_strikes(armed, wanted_strikes(injections))
        trial.give_up(execution, WHOLE)
    _sent_again(trial, one, execution)


def _sent_again(trial: Trial, one: Transaction, execution: Execution) -> None:
    """The letter names the id alone, so only the sender can start the transaction again; then it is done with."""
    (kept,) = trial.letters(execution)
    assert (kept.state, kept.transaction) == ("Validate", None)
    assert kept.transaction_id == one.value["transaction_id"]
    assert trial.record(one) is None
    again = trial.again(one)
    trial.start(again)
    trial.ended(again)


def id_withheld(trial: Trial) -> None:
    """What fails unchecked has a card number as its id, or is no object at all."""
    card = trial.again(trial.transaction(), transaction_id=CARD_NUMBER)
    grouped = trial.again(card, transaction_id="-".join(CARD_NUMBER[place : place + 4] for place in range(0, 16, 4)))
    for one in (card, grouped, trial.of([trial.prefix]), trial.of(trial.prefix)):
        with trial.faults([gone(VALIDATION)]) as armed:
            execution = trial.start(one)
            trial.await_strikes(armed, 1)
            trial.give_up(execution, frozenset({KEPT}))
        (kept,) = trial.letters(execution)
        assert (kept.transaction, kept.transaction_id) == (None, None)
        trial.stays.add(one.id)


def validation_late_after_failure(trial: Trial) -> None:
    """A write that was given up records a transaction when its execution has failed."""
    one = _late_after_failure(trial, VALIDATION, "TransactWriteItems")
    wait_for(lambda: trial.record(one), f"the record of {one.id}", SLA_SECONDS)


def score_late_after_failure(trial: Trial) -> None:
    """A write that was given up keeps a risk when its execution has failed."""
    one = _late_after_failure(trial, FRAUD, "UpdateItem")
    wait_for(lambda: "risk" in (trial.record(one) or {}), f"the risk of {one.id}", SLA_SECONDS)


def check_late_after_failure(trial: Trial) -> None:
    """A write that was given up decides when its execution has failed: nobody is left to tell the alerts."""
    one = _late_after_failure(trial, COMPLIANCE, "UpdateItem")
    wait_for(lambda: "decision" in (trial.record(one) or {}), f"the decision on {one.id}", SLA_SECONDS)


def _late_after_failure(trial: Trial, function: str, action: str) -> Transaction:
    one = trial.transaction()
    late = dynamodb(action, function, effect="delay", seconds=WRITE_SECONDS, times=SDK)
    with trial.faults([late, dynamodb(action, function, times=FOR_GOOD, **REFUSED)]) as armed:
        execution = trial.start(one)
        trial.await_strikes(armed, SDK + 1)
        trial.give_up(execution, WHOLE)
    return one


def execution_times_out(trial: Trial) -> None:
    """An execution's own time is over, which nothing catches."""
    one = trial.transaction()
    late = dynamodb("Query", FRAUD, effect="delay", seconds=CALL_SECONDS, times=FOR_GOOD)
    with trial.faults([late]) as armed:
        with _short(trial):
            execution = trial.machine.start(one.text)
        trial.noted(one, execution)
        trial.await_strikes(armed, 1)
        trial.give_up(execution, frozenset())
        wait_for(lambda: _status(trial, execution) == "TIMED_OUT", f"the end of {execution.arn}", SLA_SECONDS)


def _status(trial: Trial, execution: Execution) -> str:
    """Return the status of an execution, which only the embedded stage shows."""
    shown = urllib3.request("GET", f"{trial.endpoint}/_hallmark/executions/{execution.arn}").json()
    return str(shown.get("status"))


@contextmanager
def _short(trial: Trial) -> Iterator[None]:
    """Give what is started meanwhile a short time; no other trial starts anything."""
    client, arn = trial.stage.client("stepfunctions"), trial.stage.outputs[Output.WORKFLOW_ARN]
    with trial.STARTS:
        known = client.describe_state_machine(stateMachineArn=arn)["definition"]
        short = json.dumps({**json.loads(known), "TimeoutSeconds": EXECUTION_SECONDS})
        client.update_state_machine(stateMachineArn=arn, definition=short)
        try:
            yield
        finally:
            client.update_state_machine(stateMachineArn=arn, definition=known)


def function_times_out(trial: Trial) -> None:
    """A function's own time is over while it waits for DynamoDB."""
    client = trial.stage.client("lambda")
    name = trial.stage.outputs[Output.COMPLIANCE_CHECKING_ARN].split(":")[6]
    known = client.get_function_configuration(FunctionName=name)["Timeout"]
    one = trial.transaction()
    late = dynamodb("UpdateItem", COMPLIANCE, effect="delay", seconds=CALL_SECONDS, times=2)
    client.update_function_configuration(FunctionName=name, Timeout=FUNCTION_SECONDS)
    try:
        with trial.faults([late]) as armed:
            trial.start(one)
            trial.await_strikes(armed, 2)
            trial.ended(one)
    finally:
        client.update_function_configuration(FunctionName=name, Timeout=known)


def concurrency_used_up(trial: Trial) -> None:
    """No execution of any function is free for a while."""
    client = trial.stage.client("lambda")
    for output in (Output.VALIDATION_ARN, Output.FRAUD_DETECTION_ARN, Output.COMPLIANCE_CHECKING_ARN):
        name = trial.stage.outputs[output].split(":")[6]
        reserved = client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"]
        one = trial.transaction()
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        try:
            trial.start(one)
            trial.strikes += 1
            time.sleep(PAUSE_SECONDS)
            assert "decision" not in (trial.record(one) or {})
        finally:
            client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
        trial.ended(one)


ENDS: dict[str, Scenario] = {
    "validation-killed-for-good": killed_unchecked,
    "validation-throttled-for-good": throttled_unchecked,
    "unchecked-id-withheld": id_withheld,
    "unchecked-letter-refused": letter_refused_unchecked,
    "validation-late-after-failure": validation_late_after_failure,
    "score-late-after-failure": score_late_after_failure,
    "check-late-after-failure": check_late_after_failure,
    "execution-times-out": execution_times_out,
    "function-times-out": function_times_out,
    "concurrency-used-up": concurrency_used_up,
}
