"""The workflow's first task: judge its input, claim its id, record it."""

import os
from datetime import datetime, timezone
from typing import Any

from shared_python.iso_times import iso
from shared_python.json_log import JsonLog
from shared_python.task import reported, within

from screening.rules import rates
from screening.validation.logic import validate
from screening.validation.store import Store

_RATES = rates()
_STORE = Store(os.environ["STATE_TABLE"])
_LOG = JsonLog(function="validation", stage=os.environ["STAGE"])
# A call with its repeat takes 8 s at most, and the workflow waits for 15.
_SECONDS = 6


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return the outcome of an execution's input: `rejected`, `decided` or `accepted`; no input is an error."""
    with reported(_LOG, context) as log:
        _STORE.in_time = within(_SECONDS)
        outcome = validate(event, _STORE, _RATES, _now)
        # Of a refusal: id, field and rule; the id only if it is valid.
        said = outcome.get("answer") or {"transactionId": outcome["key"]["id"]}
        names = ("transactionId", "decision", "field", "rule")
        found = {name: said[name] for name in names if name in said}
        log.info("transaction judged", execution=event["execution"], outcome=outcome["outcome"], **found)
        return outcome


def _now() -> str:
    return iso(datetime.now(timezone.utc))
