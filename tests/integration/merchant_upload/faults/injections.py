"""The faults that are injected into calls and deliveries, as a table: what is struck, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hallmark.stage.embedded.faults import STREAM, Effect, Injection
from tests.support.faults import CANCELED, FOR_GOOD, THROTTLED

HANDLER, VALIDATION, DETECTION = "api-handler", "validation", "anomaly-detection"
# What a call contains, put in by the trial: the beginning of its ids, cards and files' names, and its upload's id.
ROWS, UPLOAD = "{rows}", "{upload}"
# A row that is clear, with its card, and one that is flagged.
CLEAR, CLEAR_CARD, HIGH = f"{ROWS}0000", f"{ROWS}c0", f"{ROWS}0001"
# Calls that the functions' SDK makes before it gives up: lambda/merchant_upload/*/store.py.
SDK, HANDLER_SDK = 4, 3
# Attempts of an asynchronous invocation: infra/merchant_upload/functions.py.
ATTEMPTS = 3
# Parts of updates of an upload: when it is bound to a version, counted, finished.
BOUND, COUNTED, FINISHED = '"startedAt"', '"duplicates"', "finishedAt"
# A row of the second and one of the third transaction that validation writes of a long file.
SECOND, THIRD, LONG = f"{ROWS}0060", f"{ROWS}0115", 120


@dataclass(frozen=True)
class Case:
    """The injections of one fault, and the `rows` of the trial's file.

    With `letter` the failure ends in a queue, from where it is done again; with `refused` the form is, at first.
    """

    injections: tuple[Injection, ...]
    rows: int = 0
    letter: bool = False
    refused: bool = False


def dynamodb(action: str, by: str, *contains: str, **effect: Any) -> Injection:
    return Injection("dynamodb", action, by=by, contains=contains or (ROWS,), **effect)


def publish(*contains: str, **effect: Any) -> Injection:
    return Injection("sns", "Publish", by=DETECTION, contains=contains or (ROWS,), **effect)


def read(**effect: Any) -> Injection:
    return Injection("s3", "GetObject", by=VALIDATION, contains=(UPLOAD,), **effect)


def stream(effect: Effect, **more: Any) -> Injection:
    """What happens to a batch with rows of the trial; the function's name is put in by the trial."""
    return Injection(STREAM, DETECTION, effect, contains=(ROWS,), **more)


def killed(by: str, *calls: Sequence[str]) -> tuple[Injection, ...]:
    """Kill at each of these calls: first without carrying it out, then after it, and so on."""
    return tuple(
        dynamodb(action, by, *contains, effect="kill", after=bool(number % 2))
        for number, (action, *contains) in enumerate(calls)
    )


_BIND, _COUNT = ("UpdateItem", UPLOAD, BOUND), ("UpdateItem", UPLOAD, COUNTED)
_FINISH, _TRANSACT = ("UpdateItem", UPLOAD, FINISHED), ("TransactWriteItems", ROWS)

INJECTED: dict[str, Case] = {
    "handler-killed": Case((dynamodb("PutItem", HANDLER, effect="kill"),), refused=True),
    "handler-killed-after-write": Case((dynamodb("PutItem", HANDLER, effect="kill", after=True),), refused=True),
    "dynamodb-throttles": Case((dynamodb("PutItem", HANDLER, times=HANDLER_SDK, code=THROTTLED),), refused=True),
    "validation-killed": Case(
        killed(VALIDATION, ("TransactWriteItems", SECOND), ("TransactWriteItems", THIRD)), rows=LONG
    ),
    "validation-killed-when-binding": Case(killed(VALIDATION, _BIND, _BIND)),
    "validation-killed-when-counting": Case(killed(VALIDATION, _COUNT, _COUNT)),
    "validation-killed-when-ending": Case(killed(VALIDATION, _FINISH)),
    "validation-killed-for-good": Case(
        (dynamodb("TransactWriteItems", VALIDATION, SECOND, effect="kill", times=ATTEMPTS),),
        rows=LONG,
        letter=True,
    ),
    "detection-killed": Case(killed(DETECTION, _TRANSACT)),
    "detection-killed-after-verdict": Case((dynamodb("TransactWriteItems", DETECTION, effect="kill", after=True),)),
    "detection-killed-when-alerting": Case(killed(DETECTION, ("PutItem", ROWS), ("PutItem", ROWS))),
    "detection-killed-before-publish": Case((publish(effect="kill"),)),
    "detection-killed-after-publish": Case((publish(effect="kill", after=True),)),
    "detection-killed-when-ending": Case(killed(DETECTION, _FINISH, _FINISH)),
    "transactions-throttled": Case(
        (
            dynamodb("TransactWriteItems", VALIDATION, times=SDK, code=THROTTLED),
            dynamodb("TransactWriteItems", DETECTION, times=SDK, code=THROTTLED),
        )
    ),
    "updates-throttled": Case(
        (
            dynamodb("UpdateItem", VALIDATION, UPLOAD, COUNTED, times=SDK, code=THROTTLED),
            dynamodb("PutItem", DETECTION, times=SDK, code=THROTTLED),
        )
    ),
    "reads-throttled": Case(
        (
            dynamodb("GetItem", VALIDATION, UPLOAD, times=SDK, code=THROTTLED),
            dynamodb("Query", DETECTION, times=SDK, code=THROTTLED),
        )
    ),
    "alert-note-throttled": Case((dynamodb("UpdateItem", DETECTION, f"{HIGH}#alert", times=SDK, code=THROTTLED),)),
    "transaction-conflict": Case(
        (
            dynamodb("TransactWriteItems", VALIDATION, times=3, **CANCELED),
            dynamodb("TransactWriteItems", DETECTION, times=3, **CANCELED),
        )
    ),
    "transaction-answer-lost": Case(
        (
            dynamodb("TransactWriteItems", VALIDATION, after=True, status=500, code="InternalServerError"),
            dynamodb("TransactWriteItems", DETECTION, after=True, status=500, code="InternalServerError"),
        )
    ),
    "alert-answer-lost": Case((publish(after=True, status=500, code="InternalError"),)),
    "index-lags": Case((dynamodb("Query", DETECTION, effect="hide", hidden=ROWS, times=3),)),
    "index-lags-long": Case((dynamodb("Query", DETECTION, CLEAR_CARD, effect="hide", hidden=CLEAR, times=7),)),
    "stream-killed": Case((stream("kill", seconds=0.05),)),
    "stream-twice": Case((stream("repeat", times=2),)),
    "stream-late": Case((stream("delay", times=2, seconds=1.5),)),
    "stream-fails": Case((stream("refuse", times=2, code="Runtime.ExitError"),)),
    "stream-too-late": Case((stream("refuse", code="Runtime.ExitError", seconds=240.0),), letter=True),
    "partial-batch": Case((publish(HIGH, times=2, status=403, code="AuthorizationError"),)),
    "sns-throttled": Case((publish(times=SDK, code="Throttled"),)),
    "sns-refuses-for-good": Case((publish(HIGH, times=FOR_GOOD, status=403, code="AuthorizationError"),), letter=True),
    "s3-fails": Case((read(times=SDK, status=503, code="SlowDown"),)),
    "s3-refuses-for-good": Case((read(times=ATTEMPTS, status=403, code="AccessDenied"),), letter=True),
}
