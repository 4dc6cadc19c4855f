"""Archives from a template, and replays to the named rules only."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from waiting import wait_for


@pytest.mark.control("RT_BUS_ARCHIVE")
def test_an_archive_keeps_what_its_pattern_matches_and_replays_it_to_the_named_rule(
    client: Any, unique: str, bus: str, stack: Any, queue: Any, route: Any, emit: Any, receive: Any
) -> None:
    bus_arn = client("events").describe_event_bus(Name=bus)["Arn"]
    pattern = {"source": ["test"], "replay-name": [{"exists": False}]}
    properties = {"SourceArn": bus_arn, "ArchiveName": unique, "RetentionDays": 7, "EventPattern": pattern}
    stack({"Archive": {"Type": "AWS::Events::Archive", "Properties": properties}})
    emit({"mark": 1}, TraceHeader="Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    archive = client("events").describe_archive(ArchiveName=unique)
    assert (archive["RetentionDays"], archive["EventCount"]) == (7, 1)

    wanted_url, wanted_arn = queue(f"{unique}-wanted")
    other_url, other_arn = queue(f"{unique}-other")
    rule, _ = route("wanted", wanted_arn), route("other", other_arn)
    now = datetime.now(UTC)
    client("events").start_replay(
        ReplayName=unique,
        EventSourceArn=archive["ArchiveArn"],
        EventStartTime=now - timedelta(minutes=1),
        EventEndTime=now + timedelta(minutes=1),
        Destination={"Arn": bus_arn, "FilterArns": [rule]},
    )
    wait_for(lambda: client("events").describe_replay(ReplayName=unique)["State"] == "COMPLETED", "the replay")
    assert json.loads(receive(wanted_url)["Body"])["replay-name"] == unique
    assert "Messages" not in client("sqs").receive_message(QueueUrl=other_url)
    assert client("events").describe_archive(ArchiveName=unique)["EventCount"] == 1
