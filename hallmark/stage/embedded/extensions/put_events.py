"""PutEvents as AWS answers it: `Time` is kept, `TraceHeader` is passed on, a malformed entry fails by itself.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
"""

import json
import time
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response, new_uuid
from ministack.services import eventbridge

MAX_ENTRIES = 10
MAX_BYTES = 1024 * 1024
Entry = dict[str, Any]


def _size(entry: Entry) -> int:
    """Return the size of an entry in bytes, by the formula of the user guide."""
    texts = [entry.get("Source"), entry.get("DetailType"), entry.get("Detail"), *(entry.get("Resources") or [])]
    return sum(len(str(text or "").encode()) for text in texts) + (14 if entry.get("Time") else 0)


def _problem(entry: Entry, allow_aws_source: bool) -> tuple[str, str] | None:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return "InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument."
    try:
        well_formed = isinstance(json.loads(entry["Detail"]), dict)
    except ValueError:
        well_formed = False
    if not well_formed:
        return "MalformedDetail", "Detail is malformed."
    if entry["Source"].startswith("aws.") and not allow_aws_source:
        return "NotAuthorizedForSourceException", "Not authorized for the source."
    bus_problem: tuple[str, str] | None = eventbridge._event_bus_name_from_ref(entry.get("EventBusName", "default"))[1]
    return bus_problem


def _publish(entry: Entry) -> str:
    record = {
        "EventId": new_uuid(),
        "Source": entry["Source"],
        "DetailType": entry["DetailType"],
        "Detail": entry["Detail"],
        "EventBusName": eventbridge._event_bus_name_from_ref(entry.get("EventBusName", "default"))[0],
        "Time": int(eventbridge._coerce_timestamp(entry.get("Time") or time.time())),
        "Resources": entry.get("Resources", []),
        "Account": get_account_id(),
        "Region": get_region(),
        "_TraceHeader": entry.get("TraceHeader"),
    }
    view = eventbridge._pattern_event_view(record)
    eventbridge._dispatch_event(record, view)
    eventbridge._archive_event(record, view)
    return str(record["EventId"])


def put_events(data: dict[str, Any], allow_aws_source: bool = False) -> Any:
    """Answer a PutEvents request; entries fail one by one, the request as a whole only for its size."""
    entries = data.get("Entries", [])
    if not 1 <= len(entries) <= MAX_ENTRIES:
        return error_response_json("ValidationException", f"Entries: between 1 and {MAX_ENTRIES} are allowed", 400)
    if sum(map(_size, entries)) > MAX_BYTES:
        return error_response_json(
            "ValidationException", "Total size of the entries in the request is over the limit.", 400
        )
    results = []
    for entry in entries:
        if problem := _problem(entry, allow_aws_source):
            results.append({"ErrorCode": problem[0], "ErrorMessage": problem[1]})
        else:
            results.append({"EventId": _publish(entry)})
    return json_response({"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results})


def install() -> None:
    """Replace the emulator's PutEvents."""
    eventbridge._put_events = put_events
