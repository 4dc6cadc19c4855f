"""realtime's failures: the queues that hold them, and the messages that only its own functions write."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from hallmark.naming import thing
from hallmark.redrive.failures import Failures
from hallmark.redrive.services import put_event
from hallmark.redrive.work import Unknown, Work
from hallmark.stage import Stage
from hallmark.systems.realtime.outputs import Output

_ENTRY = frozenset({"EventBusName", "Source", "DetailType", "Detail", "Time", "TraceHeader", "Resources"})


def _shape(stage: Stage, message: Mapping[str, Any]) -> Work | None:
    match message:
        case {"kind": "publish-failed", "entry": dict(entry)}:
            return _publication(stage, entry)
    return None


def _publication(stage: Stage, entry: dict[str, Any]) -> Work:
    """Return the work of an accepted transaction that EventBridge did not accept."""
    bus = stage.outputs[Output.TRANSACTION_BUS]
    if not set(entry) <= _ENTRY or entry.get("EventBusName") != bus:
        raise Unknown("its event is not for the transaction bus")
    return Work(f"put {entry.get('DetailType')} on {thing(stage, bus)}", partial(put_event, stage, entry))


FAILURES = Failures(
    queues=(Output.FAILURE_QUEUE_URL,),
    functions=(Output.INGEST_PROCESSOR_ARN, Output.FRAUD_DETECTOR_ARN, Output.NOTIFIER_ARN),
    shape=_shape,
)
