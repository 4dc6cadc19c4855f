"""The faults that are injected into calls, as a table: what is struck, how often, and where it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hallmark.stage.embedded.faults import Injection
from tests.support.faults import CANCELED, FOR_GOOD, THROTTLED

VALIDATION, FRAUD, COMPLIANCE, WORKFLOW = "validation", "fraud-detection", "compliance-checking", "transactions"
FUNCTIONS = (VALIDATION, FRAUD, COMPLIANCE)
# What all ids of a trial begin with, put in by the trial.
IDS = "{ids}"
# Calls that the functions' SDK makes before it gives up: lambda/shared_python/task.py.
SDK = 2
# Retries of a task, attempts of a call by the workflow, and their seconds: infra/constructs/states.py and screening.
RETRIES, CALL_ATTEMPTS = 3, 2
SECONDS, CALL_SECONDS = 15.0, 5.0
# Parts of updates of a record by the workflow.
TOLD, UNTOLD, FAILED = "#states.#told = :now", "attribute_not_exists(#states.#told)", "attribute_not_exists(#decision)"
# What the branch of failures does: the letter, the mark in the table.
KEPT, MARKED = "kept", "marked"
WHOLE = frozenset({KEPT, MARKED})
CONFLICT = "com.amazonaws.dynamodb.v20120810#TransactionConflictException"
REFUSED: Mapping[str, Any] = {"code": "com.amazonaws.dynamodb.v20120810#AccessDeniedException"}
SERVER_ERROR: Mapping[str, Any] = {"status": 500, "code": "InternalServerError"}
# Values of transactions: one is approved without an alert, one has both alerts, for it is large, abroad, and cash.
QUIET: Mapping[str, Any] = {}
LOUD: Mapping[str, Any] = {"amount": 12_000, "merchant_country": "CA", "channel": "cash"}


@dataclass(frozen=True)
class Case:
    """The injections of one fault, and what its transaction says.

    With `fails` the execution fails, and what is named there is all that the branch of failures could do.
    """

    injections: tuple[Injection, ...]
    values: Mapping[str, Any] = field(default_factory=lambda: LOUD)
    fails: frozenset[str] | None = None


def dynamodb(action: str, by: str, *contains: str, **effect: Any) -> Injection:
    return Injection("dynamodb", action, by=by, contains=(IDS, *contains), **effect)


def publish(kind: str = "", **effect: Any) -> Injection:
    """What happens to an alert; the body of the call is a form."""
    return Injection(
        "sns", "Publish", by=WORKFLOW, contains=(IDS, *([f"%22kind%22%3A%22{kind}%22"] if kind else [])), **effect
    )


def task(function: str, *contains: str, **effect: Any) -> Injection:
    """What happens to an invocation by the workflow."""
    return Injection(
        "lambda", "Invoke", by=WORKFLOW, contains=(IDS, f":function:lambda-screening-{function}-", *contains), **effect
    )


def letter(**effect: Any) -> Injection:
    """What happens to the letter about a failure."""
    return Injection("sqs", "SendMessage", by=WORKFLOW, contains=(IDS,), **effect)


def gone(function: str, *contains: str) -> Injection:
    """Make a state fail at once: what says that there is no such function is not tried again."""
    return task(function, *contains, code="ResourceNotFoundException")


def killed(by: str, *actions: str) -> tuple[Injection, ...]:
    """Kill a function at each of these calls, first without carrying it out, then after it."""
    return tuple(dynamodb(action, by, effect="kill", after=after) for action in actions for after in (False, True))


def _killed_for_good(by: str, action: str, **effect: Any) -> Injection:
    return dynamodb(action, by, effect="kill", times=FOR_GOOD, **effect)


def _unsent(kind: str = "", times: int = FOR_GOOD) -> Injection:
    return publish(kind, times=times, status=403, code="AuthorizationError")


_CLAIM, _READ, _QUERY, _UPDATE = "TransactWriteItems", "GetItem", "Query", "UpdateItem"
_LETTER_REFUSED = letter(times=CALL_ATTEMPTS, code="AccessDenied")

_KILLED: dict[str, Case] = {
    "validation-killed-when-claiming": Case(killed(VALIDATION, _CLAIM)),
    "validation-killed-when-reading": Case(
        (dynamodb(_CLAIM, VALIDATION, effect="kill", after=True), dynamodb(_READ, VALIDATION, effect="kill"))
    ),
    "validation-killed-when-it-has-read": Case(
        tuple(dynamodb(action, VALIDATION, effect="kill", after=True) for action in (_CLAIM, _READ))
    ),
    "refusal-killed-when-recorded": Case(killed(VALIDATION, _CLAIM), {"currency": "ZZZ"}),
    "score-killed-when-looking-back": Case(killed(FRAUD, _QUERY)),
    "score-killed-when-recording": Case(killed(FRAUD, _UPDATE)),
    "check-killed-when-looking-back": Case(killed(COMPLIANCE, _QUERY)),
    "check-killed-when-deciding": Case(killed(COMPLIANCE, _UPDATE)),
    "check-killed-when-approving": Case(killed(COMPLIANCE, _UPDATE), QUIET),
}

_TRIED_AGAIN: dict[str, Case] = {
    **{
        f"{function}-throttled": Case((task(function, times=RETRIES, code="TooManyRequestsException"),))
        for function in FUNCTIONS
    },
    **{f"{function}-late": Case((task(function, effect="delay", seconds=SECONDS + 0.5),)) for function in FUNCTIONS},
    "claim-throttled": Case((dynamodb(_CLAIM, VALIDATION, times=RETRIES, code=THROTTLED),)),
    "claim-conflict": Case((dynamodb(_CLAIM, VALIDATION, times=RETRIES, **CANCELED),)),
    "claim-answer-lost": Case((dynamodb(_CLAIM, VALIDATION, after=True, **SERVER_ERROR),)),
    "claim-late": Case((dynamodb(_CLAIM, VALIDATION, effect="delay", seconds=4.0),)),
    "reads-throttled": Case(
        (
            dynamodb(_QUERY, FRAUD, times=SDK, code=THROTTLED),
            dynamodb(_QUERY, COMPLIANCE, times=SDK, code=THROTTLED),
        )
    ),
    "writes-throttled": Case(
        (
            dynamodb(_UPDATE, FRAUD, times=SDK, code=THROTTLED),
            dynamodb(_UPDATE, COMPLIANCE, times=SDK, code=THROTTLED),
        )
    ),
    "writes-conflict": Case(
        (
            dynamodb(_UPDATE, FRAUD, times=SDK, code=CONFLICT),
            dynamodb(_UPDATE, COMPLIANCE, times=SDK, code=CONFLICT),
        )
    ),
    "risk-answer-lost": Case((dynamodb(_UPDATE, FRAUD, after=True, **SERVER_ERROR),)),
    "decision-answer-lost": Case((dynamodb(_UPDATE, COMPLIANCE, after=True, **SERVER_ERROR),)),
    "decision-late": Case((dynamodb(_UPDATE, COMPLIANCE, effect="delay", seconds=4.0),)),
    "alert-throttled": Case((publish(code="Throttled"),)),
    "alert-answer-lost": Case((publish(after=True, status=500, code="InternalError"),)),
    "alert-late": Case((publish(effect="delay", seconds=CALL_SECONDS + 0.5),)),
    "telling-throttled": Case((dynamodb(_UPDATE, WORKFLOW, TOLD, code=THROTTLED),)),
    "telling-answer-lost": Case((dynamodb(_UPDATE, WORKFLOW, TOLD, after=True, **SERVER_ERROR),)),
}

_FAILED: dict[str, Case] = {
    "validation-killed-for-good-when-claimed": Case(
        (dynamodb(_CLAIM, VALIDATION, effect="kill", after=True), _killed_for_good(VALIDATION, _READ)), fails=WHOLE
    ),
    "score-killed-for-good": Case((_killed_for_good(FRAUD, _UPDATE),), fails=WHOLE),
    "check-killed-for-good": Case((_killed_for_good(COMPLIANCE, _UPDATE),), fails=WHOLE),
    "check-killed-for-good-when-decided": Case((_killed_for_good(COMPLIANCE, _UPDATE, after=True),), fails=WHOLE),
    "check-killed-for-good-when-approved": Case((_killed_for_good(COMPLIANCE, _UPDATE, after=True),), QUIET, WHOLE),
    **{
        f"{function}-throttled-for-good": Case(
            (task(function, times=FOR_GOOD, code="TooManyRequestsException"),), fails=WHOLE
        )
        for function in (FRAUD, COMPLIANCE)
    },
    "query-refused": Case((dynamodb(_QUERY, FRAUD, times=FOR_GOOD, **REFUSED),), fails=WHOLE),
    "decision-refused": Case((dynamodb(_UPDATE, COMPLIANCE, times=FOR_GOOD, **REFUSED),), fails=WHOLE),
    "alerts-refused": Case((_unsent(),), fails=WHOLE),
    "second-alert-refused": Case((_unsent("compliance"),), fails=WHOLE),
    "telling-refused": Case((dynamodb(_UPDATE, WORKFLOW, TOLD, times=FOR_GOOD, **REFUSED),), fails=WHOLE),
    "letter-refused": Case((gone(FRAUD), _LETTER_REFUSED), fails=frozenset()),
    "letter-refused-after-decision": Case((_unsent(times=CALL_ATTEMPTS), _LETTER_REFUSED), fails=frozenset()),
    "letter-answer-lost": Case((gone(COMPLIANCE), letter(after=True, status=500, code="InternalError")), fails=WHOLE),
    "letter-throttled": Case((gone(FRAUD), letter(code="RequestThrottled")), fails=WHOLE),
    "mark-refused": Case(
        (gone(COMPLIANCE), dynamodb(_UPDATE, WORKFLOW, FAILED, times=CALL_ATTEMPTS, **REFUSED)),
        fails=frozenset({KEPT}),
    ),
    "mark-refused-after-decision": Case(
        (
            _unsent(times=CALL_ATTEMPTS),
            dynamodb(_UPDATE, WORKFLOW, UNTOLD, times=CALL_ATTEMPTS, **REFUSED),
        ),
        fails=frozenset({KEPT}),
    ),
    "mark-answer-lost": Case(
        (gone(FRAUD), dynamodb(_UPDATE, WORKFLOW, FAILED, after=True, **SERVER_ERROR)), fails=WHOLE
    ),
}

INJECTED = {**_KILLED, **_TRIED_AGAIN, **_FAILED}
