"""A dead letter of a rule whose target is a state machine is run with its transformer's input, as the wing says."""

import json
from typing import Any

import pytest

from hallmark.redrive.failures import Failures
from hallmark.redrive.queues import Queue
from hallmark.redrive.services import start
from hallmark.redrive.shapes import work_of
from hallmark.redrive.work import Refused, Unknown

RULE = "arn:aws:events:us-east-1:1:rule/rule-object-created-dev"
MACHINE = "arn:aws:states:us-east-1:1:stateMachine:sfn-uploads-dev"
QUEUE = Queue("event-failure", "url", "arn:aws:sqs:us-east-1:1:event-failure")
EVENT = {
    **{"detail-type": "Object Created", "source": "aws.s3", "time": "2026-11-20T10:00:00Z"},
    "detail": {"bucket": {"name": "files"}, "object": {"key": "uploads/a b.csv", "version-id": "v"}},
}
TARGET = {
    "Arn": MACHINE,
    "DeadLetterConfig": {"Arn": QUEUE.arn},
    "InputTransformer": {
        "InputPathsMap": {"key": "$.detail.object.key", "version": "$.detail.object.version-id"},
        "InputTemplate": '{"key": <key>, "versionId": <version>}',
    },
}
MESSAGE = {
    "Body": json.dumps(EVENT),
    "MessageAttributes": {
        "RULE_ARN": {"StringValue": RULE, "DataType": "String"},
        "TARGET_ARN": {"StringValue": MACHINE, "DataType": "String"},
    },
}


class FakeStage:
    """A rule with one target, and a state machine."""

    system, name = "any", "dev"

    def __init__(self) -> None:
        self.started: list[dict[str, str]] = []
        self.exceptions = type("Exceptions", (), {"ResourceNotFoundException": KeyError})

    def client(self, service: str) -> "FakeStage":
        return self

    def get_paginator(self, _: str) -> "FakeStage":
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"Targets": [TARGET]}]

    def start_execution(self, **asked: str) -> None:
        self.started.append(asked)


def test_an_execution_is_started_with_the_target_s_input() -> None:
    stage = FakeStage()
    work = work_of(stage, QUEUE, MESSAGE, Failures((), (), lambda *_: None, run=start))
    assert work.what.endswith("to stateMachine:sfn-uploads-dev")
    assert stage.started == []
    work.do()
    (asked,) = stage.started
    assert asked["stateMachineArn"] == MACHINE
    assert json.loads(asked["input"]) == {"key": "uploads/a b.csv", "versionId": "v"}


def test_what_the_wing_refuses_is_refused() -> None:
    def run(stage: Any, machine: str, given: Any) -> None:
        assert (machine, given["versionId"]) == (MACHINE, "v")
        raise Refused("its upload failed again")

    with pytest.raises(Refused, match=r"^its upload failed again$"):
        work_of(FakeStage(), QUEUE, MESSAGE, Failures((), (), lambda *_: None, run=run)).do()


def test_a_message_of_another_dead_letter_queue_stays() -> None:
    other = Queue("other", "url", "arn:aws:sqs:us-east-1:1:other")
    with pytest.raises(Unknown):
        work_of(FakeStage(), other, MESSAGE, Failures((), (), lambda *_: None))
