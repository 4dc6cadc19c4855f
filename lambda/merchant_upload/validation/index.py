"""S3 says that files are there: take each; an error is raised, so that Lambda tries again and then keeps the event."""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from shared_python.json_log import JsonLog

from merchant_upload.validation.files import Files
from merchant_upload.validation.store import Store

_STORE = Store(os.environ["TRANSACTIONS_TABLE"], os.environ["FILES_BUCKET"])
_STAGE, _MOST_ROWS = os.environ["STAGE"], int(os.environ["MAX_ROWS"])
_LOG = JsonLog(function="validation", stage=_STAGE)
# The longest call of AWS, with the SDK's own retries, must still fit.
_LEAST_MILLISECONDS = 15_000


class FileNotTaken(Exception):
    """A file could not be taken; the original error, whose text may hold values, is named only."""


class OutOfTime(Exception):
    """Too little time is left; what is stored is kept, and the next try goes on."""


def handler(event: dict[str, Any], context: Any) -> None:
    """Take the files of an event of S3; one that fails keeps none of the others back."""
    log = _LOG.bind(traceId=os.environ.get("_X_AMZN_TRACE_ID"), requestId=getattr(context, "aws_request_id", None))

    def in_time() -> None:
        if context.get_remaining_time_in_millis() < _LEAST_MILLISECONDS:
            raise OutOfTime

    files = Files(_STORE, _STAGE, _MOST_ROWS, log, _measure, in_time)
    failed: list[str] = []
    for record in event.get("Records", []):
        try:
            _take(files, record)
        except Exception as error:
            log.error("file not taken", error=type(error).__name__, where=_where(error))
            failed.append(type(error).__name__)
    if failed:
        raise FileNotTaken(", ".join(failed))


def _take(files: Files, record: dict[str, Any]) -> None:
    # The key is encoded as in a form: a space is a plus sign.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    found = record["s3"]["object"]
    files.take(unquote_plus(found["key"]), found["versionId"])


def _measure(metric: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(metric) + "\n")
    sys.stdout.flush()


def _where(error: BaseException) -> str:
    """Return the line that raised; the text of an error may hold values."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
