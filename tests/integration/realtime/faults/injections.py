"""The faults that only the emulator can inject, as a table: what is struck, and how often."""

from dataclasses import dataclass
from typing import Any

from hallmark.stage.embedded.faults import Injection

INGEST, DETECTOR, NOTIFIER = "ingest", "fraud", "notifier"
VERDICT, ALERT = "#verdict#", "#alert#"
# Calls that the functions' SDK makes before it gives up: lambda/shared/aws_client.ts.
SDK = 2
# Attempts of an asynchronous invocation: infra/realtime/functions.py.
ATTEMPTS = 3
THROTTLED = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
CANCELED: dict[str, Any] = {
    "code": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    "fields": {"CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]},
}
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
ENTRY_FAILED: dict[str, Any] = {
    "status": 200,
    "fields": {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "injected"}]},
}


@dataclass(frozen=True)
class Case:
    """The injections of one fault, for all transactions of the trial or just one by its `number`.

    `refused` is how many answers 503 they cause, `letters` how many failures end in a queue, of which `redriven` says
    whether they are done again. The client repeats unless it is `silent`.
    """

    injections: tuple[Injection, ...]
    number: int | None = None
    refused: int = 0
    letters: int = 0
    redriven: bool = False
    silent: bool = False


INJECTED: dict[str, Case] = {
    "ingest-killed": Case((Injection("dynamodb", "TransactWriteItems", "kill", by=INGEST),), number=3, refused=1),
    "detector-killed": Case((Injection("dynamodb", "PutItem", "kill", (VERDICT,), by=DETECTOR),)),
    "notifier-killed": Case((Injection("sns", "Publish", "kill", by=NOTIFIER),)),
    "ended-before-publish": Case((Injection("events", "PutEvents", "kill", by=INGEST),), number=3, refused=1),
    "ended-before-publish-silent": Case(
        (Injection("events", "PutEvents", "kill", by=INGEST),), number=3, refused=1, silent=True
    ),
    "dynamodb-throttles": Case(
        (
            Injection("dynamodb", "TransactWriteItems", by=INGEST, times=SDK, code=THROTTLED),
            Injection("dynamodb", "PutItem", contains=(VERDICT,), by=DETECTOR, times=SDK, code=THROTTLED),
        ),
        number=3,
        refused=1,
    ),
    "transaction-conflict": Case(
        (Injection("dynamodb", "TransactWriteItems", by=INGEST, times=2, **CANCELED),),
        number=3,
    ),
    "put-events-fails": Case(
        (Injection("events", "PutEvents", by=INGEST, times=SDK, status=500, code="InternalException"),),
        number=3,
        refused=1,
        letters=1,
    ),
    "put-events-entry-fails": Case(
        (
            Injection("events", "PutEvents", by=INGEST, **ENTRY_FAILED),
            Injection("events", "PutEvents", by=DETECTOR, **ENTRY_FAILED),
        ),
        number=3,
        refused=1,
        letters=1,
    ),
    "put-events-answer-lost": Case(
        (Injection("events", "PutEvents", by=INGEST, after=True, status=500, code="InternalException"),),
        number=3,
    ),
    "s3-refuses": Case((Injection("s3", "PutObject", by=DETECTOR, times=2, status=403, code="AccessDenied"),)),
    "s3-slow": Case((Injection("s3", "PutObject", "delay", by=DETECTOR, times=SDK, seconds=1.5),)),
    "s3-refuses-for-good": Case(
        (Injection("s3", "PutObject", by=DETECTOR, times=ATTEMPTS, status=403, code="AccessDenied"),),
        number=2,
        letters=1,
        redriven=True,
    ),
    "sns-fails": Case((Injection("sns", "Publish", by=NOTIFIER, times=SDK, status=500, code="InternalError"),)),
    "alert-record-fails": Case(
        (Injection("dynamodb", "PutItem", contains=(ALERT,), by=NOTIFIER, times=SDK, code=THROTTLED),), number=2
    ),
    "target-throttled": Case(
        tuple(Injection("delivery", kind, times=2, code="THROTTLING") for kind in ("lambda", "sqs", "events")),
    ),
    "target-refuses": Case(
        (Injection("delivery", "lambda", contains=("-fraud_detector-",), code="NO_PERMISSIONS"),),
        letters=1,
        redriven=True,
    ),
    "destination-refuses": Case((Injection("destination", "Success", times=8),)),
}
