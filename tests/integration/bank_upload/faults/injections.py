"""The faults that are injected into calls and deliveries, as a table: what is struck, how often, and where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hallmark.stage.embedded.faults import DELIVERY, Injection
from tests.support.faults import CANCELED, FOR_GOOD, THROTTLED

VALIDATION, TRANSFORMATION, NOTIFICATION, WORKFLOW = "validation", "transformation", "notification", "uploads"
# What a call contains, put in by the trial: the beginning of its rows' ids, and its upload's id.
ROWS, UPLOAD = "{rows}", "{upload}"
# Calls that the functions' SDK makes before it gives up: lambda/shared_python/task.py, validation/store.py.
SDK = 2
# Attempts of a task, of a step of the failure branch, and seconds that tasks have: infra/bank_upload.
ATTEMPTS, STEP_ATTEMPTS = 4, 2
SECONDS = {VALIDATION: 10, TRANSFORMATION: 25, NOTIFICATION: 8}
# Rows of three transactions, and one of the second and one of the third.
LONG, SECOND, THIRD = 250, f"{ROWS}0150", f"{ROWS}0230"
# The first row of the second range of a file that has two.
RANGES, SECOND_RANGE = 4_003, f"{ROWS}4001"
# What distinguishes a task of the workflow from the others.
TASK = {VALIDATION: '"validate"', TRANSFORMATION: '"transform"', NOTIFICATION: '"outcome"'}
# Parts of updates of an upload.
ACCEPTED, CLAIMED, RANGE, ENDED = '"accepted"', '"processing"', "range#", "REMOVE"
# What the branch of failures does: the letter, the status, the message.
KEPT, MARKED, TOLD = "kept", "marked", "told"
WHOLE = frozenset({KEPT, MARKED, TOLD})
SERVER_ERROR: dict[str, Any] = {"status": 500, "code": "InternalServerError"}


@dataclass(frozen=True)
class Case:
    """The injections of one fault, and the `rows` of the trial's file.

    So many first answers are `refused` with 503. With `fails` the work is given up, and what is named there is all
    that the branch of failures could do.
    """

    injections: tuple[Injection, ...]
    rows: int = 3
    refused: int = 0
    fails: frozenset[str] | None = None


def dynamodb(action: str, by: str, *contains: str, **effect: Any) -> Injection:
    return Injection("dynamodb", action, by=by, contains=contains or (UPLOAD,), **effect)


def s3(action: str, by: str, **effect: Any) -> Injection:
    return Injection("s3", action, by=by, contains=(UPLOAD,), **effect)


def publish(by: str, **effect: Any) -> Injection:
    return Injection("sns", "Publish", by=by, contains=(UPLOAD,), **effect)


def task(function: str, **effect: Any) -> Injection:
    """What happens to an invocation by the workflow."""
    return Injection("lambda", "Invoke", by=WORKFLOW, contains=(UPLOAD, TASK[function]), **effect)


def letter(**effect: Any) -> Injection:
    """What happens to the letter about a failure."""
    return Injection("sqs", "SendMessage", by=WORKFLOW, contains=(UPLOAD,), **effect)


def delivery(**effect: Any) -> Injection:
    """What happens to the rule's start of an execution."""
    return Injection(DELIVERY, "states", contains=(UPLOAD,), **effect)


def killed(by: str, *calls: Sequence[str]) -> tuple[Injection, ...]:
    """Kill at each of these calls: first without carrying it out, then after it, and so on."""
    return tuple(
        dynamodb(action, by, *contains, effect="kill", after=bool(number % 2))
        for number, (action, *contains) in enumerate(calls)
    )


def _gone(function: str) -> Injection:
    """Make one state fail at once: what says that there is no such function is not tried again."""
    return task(function, code="ResourceNotFoundException")


def _refused(function: str) -> Injection:
    return task(function, times=FOR_GOOD, code="TooManyRequestsException")


_RECORD, _ACCEPT = ("PutItem", UPLOAD), ("UpdateItem", UPLOAD, ACCEPTED)
_CLAIM, _KEEP_RANGE = ("UpdateItem", UPLOAD, CLAIMED), ("UpdateItem", UPLOAD, RANGE)
_END = ("UpdateItem", UPLOAD, ENDED)
_STORE = "TransactWriteItems"

_ENDED: dict[str, Case] = {
    "received-killed-when-recording": Case(killed(VALIDATION, _RECORD, _RECORD), refused=2),
    "received-killed-when-storing": Case(
        (s3("PutObject", VALIDATION, effect="kill"), s3("PutObject", VALIDATION, effect="kill", after=True)), refused=2
    ),
    "received-killed-when-accepting": Case(killed(VALIDATION, _ACCEPT), refused=1),
    "received-killed-after-accepting": Case(
        (dynamodb("UpdateItem", VALIDATION, UPLOAD, ACCEPTED, effect="kill", after=True),), refused=1
    ),
    "validation-killed": Case((s3("GetObject", VALIDATION, effect="kill"),)),
    "validation-killed-when-claiming": Case(killed(VALIDATION, _CLAIM, _CLAIM)),
    "transformation-killed": Case(killed(TRANSFORMATION, (_STORE, SECOND), (_STORE, THIRD)), rows=LONG),
    "transformation-killed-when-keeping": Case(killed(TRANSFORMATION, _KEEP_RANGE, _KEEP_RANGE)),
    "notification-killed": Case((dynamodb("Query", NOTIFICATION, effect="kill"),)),
    "notification-killed-when-keeping": Case(
        tuple(dynamodb("UpdateItem", NOTIFICATION, effect="kill", after=after) for after in (False, True))
    ),
    "notification-killed-before-publish": Case((publish(NOTIFICATION, effect="kill"),)),
    "notification-killed-after-publish": Case((publish(NOTIFICATION, effect="kill", after=True),)),
    "notification-killed-when-ending": Case(killed(NOTIFICATION, _END, _END)),
}

_FAILED: dict[str, Case] = {
    "validation-killed-for-good": Case((s3("GetObject", VALIDATION, effect="kill", times=ATTEMPTS),), fails=WHOLE),
    "transformation-killed-for-good": Case(
        (dynamodb(_STORE, TRANSFORMATION, SECOND, effect="kill", times=ATTEMPTS),), rows=LONG, fails=WHOLE
    ),
    "notification-killed-for-good": Case((publish(NOTIFICATION, effect="kill", times=ATTEMPTS),), fails=WHOLE),
    "one-range-fails": Case(
        (dynamodb(_STORE, TRANSFORMATION, SECOND_RANGE, times=FOR_GOOD, code="AccessDeniedException"),),
        rows=RANGES,
        fails=WHOLE,
    ),
    **{
        f"{function}-throttled-for-good": Case((_refused(function),), fails=WHOLE)
        for function in (VALIDATION, TRANSFORMATION, NOTIFICATION)
    },
    "s3-refuses-for-good": Case(
        (s3("GetObject", TRANSFORMATION, times=FOR_GOOD, status=403, code="AccessDenied"),), fails=WHOLE
    ),
    "sns-refuses-for-good": Case(
        (publish(NOTIFICATION, times=FOR_GOOD, status=403, code="AuthorizationError"),), fails=WHOLE
    ),
    "letter-refused": Case(
        (_gone(TRANSFORMATION), letter(times=STEP_ATTEMPTS, code="AccessDenied")),
        fails=frozenset({MARKED, TOLD}),
    ),
    "mark-refused": Case(
        (_gone(NOTIFICATION), dynamodb("UpdateItem", WORKFLOW, times=STEP_ATTEMPTS, code="AccessDeniedException")),
        fails=frozenset({KEPT, TOLD}),
    ),
    "telling-refused": Case(
        (_gone(VALIDATION), publish(WORKFLOW, times=STEP_ATTEMPTS, status=403, code="AuthorizationError")),
        fails=frozenset({KEPT, MARKED}),
    ),
    "all-of-it-refused": Case(
        (
            _gone(TRANSFORMATION),
            letter(times=STEP_ATTEMPTS, code="AccessDenied"),
            dynamodb("UpdateItem", WORKFLOW, times=STEP_ATTEMPTS, code="AccessDeniedException"),
            publish(WORKFLOW, times=STEP_ATTEMPTS, status=403, code="AuthorizationError"),
        ),
        fails=frozenset(),
    ),
    "letter-answer-lost": Case(
        (_gone(NOTIFICATION), letter(after=True, status=500, code="InternalError")),
        fails=WHOLE,
    ),
    "mark-answer-lost": Case(
        (_gone(TRANSFORMATION), dynamodb("UpdateItem", WORKFLOW, after=True, **SERVER_ERROR)), fails=WHOLE
    ),
    "delivery-refused": Case((delivery(times=FOR_GOOD, code="NO_PERMISSIONS"),), fails=frozenset({KEPT})),
}

_TRIED_AGAIN: dict[str, Case] = {
    **{
        f"{function}-throttled": Case((task(function, times=3, code="TooManyRequestsException"),))
        for function in (VALIDATION, TRANSFORMATION, NOTIFICATION)
    },
    **{
        f"{function}-late": Case((task(function, effect="delay", seconds=SECONDS[function] + 0.5),))
        for function in (VALIDATION, TRANSFORMATION, NOTIFICATION)
    },
    "record-throttled": Case((dynamodb("PutItem", VALIDATION, times=SDK, code=THROTTLED),), refused=1),
    "accepting-throttled": Case(
        (dynamodb("UpdateItem", VALIDATION, UPLOAD, ACCEPTED, times=SDK, code=THROTTLED),), refused=1
    ),
    "s3-fails": Case(
        (
            s3("GetObject", VALIDATION, times=SDK, status=503, code="SlowDown"),
            s3("GetObject", TRANSFORMATION, times=SDK, status=503, code="SlowDown"),
        )
    ),
    "object-refused": Case((s3("PutObject", VALIDATION, times=SDK, status=503, code="SlowDown"),), refused=1),
    "s3-slow": Case((s3("GetObject", TRANSFORMATION, effect="delay", times=SDK, seconds=3.5),)),
    "writes-throttled": Case(
        (
            dynamodb("UpdateItem", VALIDATION, UPLOAD, CLAIMED, times=SDK, code=THROTTLED),
            dynamodb(_STORE, TRANSFORMATION, ROWS, times=SDK, code=THROTTLED),
            dynamodb("UpdateItem", TRANSFORMATION, times=SDK, code=THROTTLED),
            dynamodb("UpdateItem", NOTIFICATION, UPLOAD, ENDED, times=SDK, code=THROTTLED),
        )
    ),
    "transaction-conflict": Case((dynamodb(_STORE, TRANSFORMATION, ROWS, times=3, **CANCELED),), rows=LONG),
    "transaction-answer-lost": Case((dynamodb(_STORE, TRANSFORMATION, SECOND, after=True, **SERVER_ERROR),), rows=LONG),
    "transaction-late": Case((dynamodb(_STORE, TRANSFORMATION, SECOND, effect="delay", seconds=4.0),), rows=LONG),
    "sns-throttled": Case((publish(NOTIFICATION, times=SDK, code="Throttled"),)),
    "sns-answer-lost": Case((publish(NOTIFICATION, after=True, status=500, code="InternalError"),)),
    "delivery-throttled": Case((delivery(times=3, code="THROTTLING"),)),
    "delivered-twice": Case((delivery(effect="repeat"),)),
}

INJECTED = {**_ENDED, **_FAILED, **_TRIED_AGAIN}
