"""Archives from a template, and replays to the named rules only."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.waiting import wait_for

# More deliveries than a replay makes before it can be cancelled.
EVENTS, RULES = 150, 20


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


@pytest.mark.control("RT_REPLAY")
def test_a_replay_tells_how_far_it_is_and_a_cancelled_one_stops(
    client: Any, unique: str, bus: str, queue: Any, route: Any, emit: Any
) -> None:
    """`EventLastReplayedTime` lies in the range; CancelReplay ends the delivery.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CancelReplay.html
    """
    events, arn = client("events"), client("events").describe_event_bus(Name=bus)["Arn"]
    archive = events.create_archive(ArchiveName=unique, EventSourceArn=arn)["ArchiveArn"]
    begin = datetime(2026, 3, 3, 12, tzinfo=UTC)
    for minute in range(EVENTS):
        emit({"minute": minute}, Time=begin + timedelta(minutes=minute))
    url, target = queue(unique)
    for number in range(RULES):
        route(f"rule-{number}", target)

    def start(name: str, minutes: int) -> None:
        events.start_replay(
            ReplayName=name,
            EventSourceArn=archive,
            EventStartTime=begin,
            EventEndTime=begin + timedelta(minutes=minutes),
            Destination={"Arn": arn},
        )

    def replay(name: str) -> dict[str, Any]:
        described: dict[str, Any] = events.describe_replay(ReplayName=name)
        return described

    start(f"{unique}-some", 2)
    wait_for(lambda: replay(f"{unique}-some")["State"] == "COMPLETED", "the replay")
    assert replay(f"{unique}-some")["EventLastReplayedTime"] == begin + timedelta(minutes=2)
    assert _count(client, url) == 3 * RULES

    start(f"{unique}-all", EVENTS)
    events.cancel_replay(ReplayName=f"{unique}-all")
    delivered = _count(client, url)
    start(f"{unique}-later", 1)
    wait_for(lambda: replay(f"{unique}-later")["State"] == "COMPLETED", "the later replay")
    assert replay(f"{unique}-all")["State"] == "CANCELLED"
    # Two events of the later replay, and the one that was being delivered.
    assert _count(client, url) <= delivered + 3 * RULES < EVENTS * RULES


def _count(client: Any, url: str) -> int:
    answer = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
