"""The workflow asks for one range: store its rows, and say what became of them."""

import os
from datetime import datetime, timezone
from typing import Any

from shared_python.iso_times import iso
from shared_python.json_log import JsonLog
from shared_python.task import in_time, reported

from bank_upload.transformation.logic import Task, transform
from bank_upload.transformation.store import Store

_STORE = Store(os.environ["TRANSACTIONS_TABLE"], os.environ["STATUS_TABLE"], os.environ["FILES_BUCKET"])
_LOG = JsonLog(function="transformation", stage=os.environ["STAGE"])
# What one call of AWS may take with its repeat, and the end of the invocation.
_RESERVE_MILLISECONDS = 9_000


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Return number, stored, duplicates and conflicts of a range; what is stored before an error stays."""
    with reported(_LOG, context) as log:
        task = Task.of(event)
        log = log.bind(uploadId=task.upload_id, range=task.number)
        now = iso(datetime.now(timezone.utc))
        tally = transform(task, _STORE, now, in_time(context, _RESERVE_MILLISECONDS))
        counts = {"number": task.number, **tally.counts()}
        log.info("range stored", rows=task.rows, **counts)
        return counts
