"""The workflow says that an upload is refused, or that all its ranges are stored: announce it and end it."""

import os
from datetime import datetime, timezone
from typing import Any

from shared_python.iso_times import iso
from shared_python.json_log import JsonLog
from shared_python.task import reported

from bank_upload.notification.logic import answer, notify
from bank_upload.notification.store import Store

_STAGE = os.environ["STAGE"]
_STORE = Store(os.environ["STATUS_TABLE"], os.environ["RESULTS_TOPIC_ARN"], _STAGE)
_LOG = JsonLog(function="notification", stage=_STAGE)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return how an upload ended: uploadId, status, messageId, counts; the same however often it is asked for."""
    with reported(_LOG, context) as log:
        log = log.bind(uploadId=event["uploadId"])
        ended = answer(notify(event["uploadId"], event["outcome"], _STORE, _now))
        log.info("upload ended", **ended)
        return ended


def _now() -> str:
    return iso(datetime.now(timezone.utc))
