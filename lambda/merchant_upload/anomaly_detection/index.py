"""A batch of the table's stream: judge, record, alert."""

import os
import time
from datetime import datetime, timezone
from typing import Any

from shared_python.json_log import JsonLog

from merchant_upload.anomaly_detection import rules
from merchant_upload.anomaly_detection.batch import Batch, Surroundings
from merchant_upload.anomaly_detection.store import Store

_RULES = rules.load()
_STORE = Store(
    os.environ["TRANSACTIONS_TABLE"], os.environ["CARD_INDEX"], os.environ["ALERTS_TOPIC_ARN"], _RULES.version
)
_LOG = JsonLog(function="anomaly_detection", stage=os.environ["STAGE"])
# What one call of AWS with its repeats may take, and the end of the invocation.
_RESERVE_MILLISECONDS = 15_000


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Judge the rows of a batch; return the records that must come again.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    around = Surroundings(
        store=_STORE,
        rules=_RULES,
        stage=os.environ["STAGE"],
        log=_LOG.bind(traceId=os.environ.get("_X_AMZN_TRACE_ID"), requestId=context.aws_request_id),
        now=lambda: datetime.now(timezone.utc),
        pause=time.sleep,
        time_is_up=lambda: context.get_remaining_time_in_millis() < _RESERVE_MILLISECONDS,
    )
    failed = Batch(around).run(event["Records"])
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
