"""A log group as a target, and reading more of it than one page holds."""

import json
from typing import Any

from hallmark.stage.embedded import ACCOUNT
from tests.support.policy_statements import allow


def test_the_whole_event_is_one_line(client: Any, unique: str, route: Any, emit: Any) -> None:
    group = f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:/aws/events/{unique}"
    client("logs").create_log_group(logGroupName=f"/aws/events/{unique}")
    writing = ["logs:CreateLogStream", "logs:PutLogEvents"]
    policy = {"Statement": [allow(writing, f"{group}:*", Principal={"Service": "events.amazonaws.com"})]}
    client("logs").put_resource_policy(policyName=unique, policyDocument=json.dumps(policy))
    route("rule", group)
    emit({"mark": 7})
    (line,) = client("logs").filter_log_events(logGroupName=f"/aws/events/{unique}")["events"]
    event = json.loads(line["message"])
    assert (event["source"], event["detail"]) == ("test", {"mark": 7})


def test_pages_hold_every_event_once(client: Any, unique: str) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName=unique)
    logs.create_log_stream(logGroupName=unique, logStreamName="s")
    now = 1_800_000_000_000
    lines = [{"timestamp": now + number // 3, "message": str(number)} for number in range(20)]
    logs.put_log_events(logGroupName=unique, logStreamName="s", logEvents=lines)
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=unique, PaginationConfig={"PageSize": 4})
    events = [event for page in pages for event in page["events"]]
    assert [int(event["message"]) for event in events] == list(range(20))
    assert len({event["eventId"] for event in events}) == 20
