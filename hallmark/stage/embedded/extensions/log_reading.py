"""FilterLogEvents page by page and with event ids: the emulator returns the first 10,000 events, without either.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

import itertools
import json
from typing import Any

from ministack.core.responses import json_response
from ministack.services import cloudwatch_logs

PAGE = 10_000


def install() -> None:
    """Add `eventId` and `nextToken`: the time of the page's last event, and how many of that time were returned."""
    first_page, append = cloudwatch_logs._filter_log_events, cloudwatch_logs._append_log_events
    numbers = itertools.count(1)

    def append_log_events(stream: dict[str, Any], events: list[dict[str, Any]]) -> None:
        append(stream, [{**event, "eventId": f"{next(numbers):056d}"} for event in events])

    def filter_log_events(data: dict[str, Any]) -> Any:
        start, _, given = (data.get("nextToken") or "").partition(":")
        skip, limit = int(given or 0), int(data.get("limit") or PAGE)
        request = {**data, "limit": min(limit + skip, PAGE)}
        if start:
            request["startTime"] = int(start)
        answer = first_page(request)
        if answer[0] >= 400:
            return answer
        body = json.loads(answer[2])
        full = len(body["events"]) == request["limit"]
        body["events"] = body["events"][skip:]
        if full and body["events"]:
            last = body["events"][-1]["timestamp"]
            same = sum(event["timestamp"] == last for event in body["events"])
            body["nextToken"] = f"{last}:{same + (skip if str(last) == start else 0)}"
        return json_response(body)

    cloudwatch_logs._filter_log_events = filter_log_events
    cloudwatch_logs._append_log_events = append_log_events
