"""The workflow asks for the risk of an accepted transaction."""

import os
from datetime import datetime, timezone
from typing import Any

from shared_python.iso_times import iso
from shared_python.json_log import JsonLog
from shared_python.task import reported

from screening.fraud_detection.logic import Task, detect
from screening.fraud_detection.rules import FraudRules
from screening.fraud_detection.store import Store
from screening.rules import read

_RULES = FraudRules.of(read("fraud"))
_STORE = Store(os.environ["STATE_TABLE"], lambda: iso(datetime.now(timezone.utc)))
_LOG = JsonLog(function="fraud_detection", stage=os.environ["STAGE"])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return the risk of a transaction: score, level, reasons, version; the same however often it is asked for."""
    with reported(_LOG, context) as log:
        log = log.bind(transactionId=event["key"]["id"], execution=event["execution"])
        found = detect(Task.of(event), _RULES, _STORE)
        log.info("transaction scored", **found)
        return found
