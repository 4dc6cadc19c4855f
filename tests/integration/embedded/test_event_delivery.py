"""Retries and dead letters, in the words of the EventBridge user guide.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import DELIVERY, Injection, inject
from tests.support.waiting import wait_for

RULES = f"arn:aws:events:eu-central-1:{ACCOUNT}:rule"


@pytest.mark.control("RT_TARGET_DLQ")
def test_a_missing_target_is_not_retried_and_ends_in_its_dead_letter_queue(
    unique: str, queue: Any, route: Any, emit: Any, receive: Any
) -> None:
    dead_letters, arn = queue(f"{unique}-dead")
    missing = f"arn:aws:sqs:eu-central-1:{ACCOUNT}:{unique}-missing"
    rule = route("rule", missing, DeadLetterConfig={"Arn": arn}, RetryPolicy={"MaximumRetryAttempts": 3})
    emit({"mark": 1})
    attributes = {name: value["StringValue"] for name, value in receive(dead_letters)["MessageAttributes"].items()}
    assert rule.startswith(RULES)
    assert attributes.pop("ERROR_MESSAGE")
    assert attributes == {
        "RULE_ARN": rule,
        "TARGET_ARN": missing,
        "ERROR_CODE": "NO_RESOURCE",
        "RETRY_ATTEMPTS": "0",
    }


@pytest.mark.control("RT_TARGET_RETRY")
def test_a_target_that_works_gets_the_event_once(unique: str, queue: Any, route: Any, emit: Any, receive: Any) -> None:
    url, arn = queue(unique)
    route("rule", arn, RetryPolicy={"MaximumRetryAttempts": 3})
    emit({"mark": 1})
    assert '"mark": 1' in receive(url)["Body"]


@dataclass(frozen=True)
class Target:
    """A target of one kind, what its entry needs beside the ARN, and whether the event with a mark has arrived."""

    service: str
    arn: str
    more: dict[str, str]
    arrived: Callable[[str], bool]


@pytest.fixture(params=["function", "queue", "bus"])
def target(
    request: pytest.FixtureRequest, client: Any, unique: str, queue: Any, function: str, function_logs: Any, role: str
) -> Target:
    """A function's alias, a queue, and a bus from which a rule leads to a queue."""
    events, arns = client("events"), f"arn:aws:{{}}:eu-central-1:{ACCOUNT}:{{}}"
    url, queue_arn = queue(f"{unique}-target")
    bodies: list[str] = []

    def received(mark: str) -> bool:
        bodies.extend(message["Body"] for message in client("sqs").receive_message(QueueUrl=url).get("Messages", []))
        return any(mark in body for body in bodies)

    def logged(mark: str) -> bool:
        return any(mark == line.get("mark") for line in function_logs(function))

    if request.param == "function":
        return Target("lambda", arns.format("lambda", f"function:{function}:live"), {"InputPath": "$.detail"}, logged)
    if request.param == "queue":
        return Target("sqs", queue_arn, {}, received)
    other = f"{unique}-other"
    events.create_event_bus(Name=other)
    events.put_rule(Name="on", EventBusName=other, EventPattern='{"source": ["test"]}')
    events.put_targets(Rule="on", EventBusName=other, Targets=[{"Id": "1", "Arn": queue_arn}])
    return Target("events", arns.format("events", f"event-bus/{other}"), {"RoleArn": role}, received)


@pytest.mark.control("RT_TARGET_RETRY")
def test_a_target_that_fails_for_a_while_gets_the_event(
    running_emulator: Emulator, unique: str, target: Target, route: Any, emit: Any, client: Any, queue: Any
) -> None:
    dead_letters, arn = queue(f"{unique}-dead")
    route(
        *("rule", target.arn),
        **target.more,
        RetryPolicy={"MaximumRetryAttempts": 3},
        DeadLetterConfig={"Arn": arn},
    )
    throttled = Injection(DELIVERY, target.service, contains=(unique,), times=2, code="THROTTLING")
    with inject(running_emulator.endpoint, throttled) as fault:
        emit({"mark": unique})
        wait_for(lambda: target.arrived(unique), "the event")
        assert fault.strikes == 2
    assert "Messages" not in client("sqs").receive_message(QueueUrl=dead_letters)


@pytest.mark.control("RT_TARGET_RETRY", "RT_TARGET_DLQ")
@pytest.mark.parametrize(
    ("attempts", "seconds", "exhausted", "retries"),
    [
        (2, 0, "MaximumRetryAttempts", "2"),
        # Each refusal makes the event 25 seconds older: the third is beyond the minute that it is given.
        (185, 25, "MaximumEventAgeInSeconds", "2"),
    ],
    ids=["attempts", "age"],
)
def test_a_target_that_fails_for_good_ends_in_its_dead_letter_queue(
    running_emulator: Emulator,
    unique: str,
    target: Target,
    route: Any,
    emit: Any,
    receive: Any,
    queue: Any,
    attempts: int,
    seconds: int,
    exhausted: str,
    retries: str,
) -> None:
    dead_letters, arn = queue(f"{unique}-dead")
    policy = {"MaximumRetryAttempts": attempts, "MaximumEventAgeInSeconds": 60}
    rule = route("rule", target.arn, **target.more, RetryPolicy=policy, DeadLetterConfig={"Arn": arn})
    throttled = Injection(DELIVERY, target.service, contains=(unique,), times=999, code="THROTTLING", seconds=seconds)
    with inject(running_emulator.endpoint, throttled):
        emit({"mark": unique})
        letter = receive(dead_letters)
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert attributes == {
        "RULE_ARN": rule,
        "TARGET_ARN": target.arn,
        "ERROR_CODE": "THROTTLING",
        "ERROR_MESSAGE": "injected",
        "EXHAUSTED_RETRY_CONDITION": exhausted,
        "RETRY_ATTEMPTS": retries,
    }
    event = json.loads(letter["Body"])
    assert (event["source"], event["detail"]) == ("test", {"mark": unique})
    assert not target.arrived(unique)
