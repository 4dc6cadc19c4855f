"""The shapes of the table's items, which all functions of the system share. Pure: no clock, no AWS.

Keys and values are plain Python values, as boto3's resource takes them. Items other than rows have the timestamp 0:
no row of a file is from 1970.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Union
from uuid import NAMESPACE_OID, uuid5

from shared_python.iso_times import iso as iso
from shared_python.iso_times import iso_of as iso_of
from shared_python.iso_times import moment_of as moment_of

Number = Any  # int, or the Decimal that boto3 reads
Key = dict[str, Union[str, int]]

# Kinds of items.
TRANSACTION, CLAIM, UPLOAD, REJECTIONS, ALERT = "transaction", "claim", "upload", "rejections", "alert"
# An upload's stored status.
WAITING, PROCESSING, DONE, REFUSED = "waiting", "processing", "done", "refused"
# A row's status, which is derived.
VALIDATED, CLEARED, FLAGGED = "validated", "cleared", "flagged"
# The `cardKey` of an upload that is not finished: the index finds it.
OPEN = "open"
# Rules of verdicts.
HIGH_AMOUNT, CARD_TESTING, VELOCITY, GEOGRAPHY = "high-amount", "card-testing", "velocity", "geography"
DUPLICATE, RISKY_CATEGORY, NIGHT_HOURS = "duplicate", "risky-category", "night-hours"
RULES = (HIGH_AMOUNT, CARD_TESTING, VELOCITY, GEOGRAPHY, DUPLICATE, RISKY_CATEGORY, NIGHT_HOURS)
# The metric of a finished file; an alarm watches it.
NAMESPACE, FILE_SECONDS, ROWS = "Hallmark/MerchantUpload", "FileSeconds", "Rows"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def row_key(merchant: str, bare_id: str, milliseconds: int) -> Key:
    """Return the key of a row, by its own time in Unix milliseconds."""
    return {"transaction_id": of(merchant, bare_id), "timestamp": milliseconds}


def claim_key(merchant: str, bare_id: str) -> Key:
    """Return the key of the claim of a transaction's id."""
    return row_key(merchant, bare_id, 0)


def upload_key(merchant: str, upload_id: str) -> Key:
    """Return the key of an upload."""
    return row_key(merchant, upload_id, 0)


def rejections_key(merchant: str, upload_id: str, chunk: int) -> Key:
    """Return the key of one chunk of an upload's problems, the first being 0."""
    return {"transaction_id": f"{of(merchant, upload_id)}#rejected#{chunk:04d}", "timestamp": 0}


def alert_key(transaction_id: str) -> Key:
    """Return the key of a row's alert, from the row's stored `transaction_id`."""
    return {"transaction_id": f"{transaction_id}#alert", "timestamp": 0}


def card_key(merchant: str, card_token: str) -> str:
    """Return a row's key in the index of cards."""
    return of(merchant, card_token)


def of(merchant: str, bare: str) -> str:
    """Return what belongs to one merchant, such as a stored `transaction_id`; no part contains `#`."""
    return f"{merchant}#{bare}"


def bare_id(transaction_id: str) -> str:
    """Return the merchant's own id of a stored `transaction_id`, or an upload's id."""
    return transaction_id.split("#")[1]


def alert_id(transaction_id: str) -> str:
    """Return the id of a row's alert: the same in every attempt, so that a repeat is known by it."""
    return str(uuid5(NAMESPACE_OID, transaction_id))


def status_of(row: Mapping[str, Any]) -> str:
    """Return a row's status: a rule that another row's arrival showed flags it before its own verdict."""
    if row.get("anomalies"):
        return FLAGGED
    return CLEARED if "judgedAt" in row else VALIDATED


def finishing(finished_at: datetime) -> dict[str, Any]:
    """Return the update that finishes an upload, all rows of which are stored and judged: it succeeds once.

    These are arguments of UpdateItem beside the key; whoever succeeds writes the metric from the attributes.
    """
    return {
        "UpdateExpression": "SET #status = :done, finishedAt = :at REMOVE cardKey",
        "ConditionExpression": "#status = :processing AND attribute_exists(validatedAt) AND judged = #stored",
        "ExpressionAttributeNames": {"#status": "status", "#stored": "stored"},
        "ExpressionAttributeValues": {":done": DONE, ":processing": PROCESSING, ":at": iso(finished_at)},
        "ReturnValues": "ALL_NEW",
    }


def file_metric(stage: str, upload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the log entry of a finished or refused upload, from which CloudWatch makes a metric of each file.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    finished = moment_of(upload["finishedAt"])
    metrics = [{"Name": FILE_SECONDS, "Unit": "Seconds"}, {"Name": ROWS, "Unit": "Count"}]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["Stage"]], "Metrics": metrics}
    return {
        "_aws": {"Timestamp": (finished - _EPOCH) // timedelta(milliseconds=1), "CloudWatchMetrics": [directive]},
        "Stage": stage,
        FILE_SECONDS: (finished - moment_of(upload["uploadedAt"])).total_seconds(),
        ROWS: int(upload.get("rows", 0)),
        "uploadId": bare_id(upload["transaction_id"]),
    }
