"""The workflow asks for the decision on a transaction whose risk is known."""

import os
from datetime import datetime, timezone
from typing import Any

from shared_python.iso_times import iso
from shared_python.json_log import JsonLog
from shared_python.task import reported

from screening.compliance_checking.logic import Task, check
from screening.compliance_checking.rules import ComplianceRules
from screening.compliance_checking.store import Store
from screening.rules import read

_STAGE = os.environ["STAGE"]
_RULES = ComplianceRules.of(read("compliance"))
_STORE = Store(os.environ["STATE_TABLE"], lambda: iso(datetime.now(timezone.utc)))
_LOG = JsonLog(function="compliance_checking", stage=_STAGE)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return the answer of a decided transaction, and the alerts that this execution has to tell, by their kinds."""
    with reported(_LOG, context) as log:
        log = log.bind(transactionId=event["key"]["id"], execution=event["execution"])
        found = check(Task.of(event), _RULES, _STORE, _STAGE)
        answer = found["answer"]
        log.info(
            "transaction decided",
            decision=answer["decision"],
            verdict=answer["compliance"]["verdict"],
            alerts=list(found["alerts"]),
        )
        return found
