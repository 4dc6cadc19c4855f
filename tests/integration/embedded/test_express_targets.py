"""A rule starts a machine with the version of an object: with the target's role, retries and a dead letter."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.embedded.faults import DELIVERY, Injection, inject
from tests.support.machines import Machines, one
from tests.support.policy_statements import allow, open_queue
from tests.support.waiting import wait_for

Json = dict[str, Any]
Client = Callable[[str], Any]
TRANSFORMER = {
    "InputPathsMap": {
        "bucket": "$.detail.bucket.name",
        "key": "$.detail.object.key",
        "version": "$.detail.object.version-id",
    },
    "InputTemplate": '{"bucket": <bucket>, "key": <key>, "versionId": <version>}',
}
THROTTLED = Injection(DELIVERY, "states", code="THROTTLING")


class Wired:
    """A bucket whose objects start a machine, and the queue for what could not be started."""

    def __init__(self, machines: Machines, *rights: Json) -> None:
        self.machines, self.name, client = machines, machines.name, machines.client
        s3, events = client("s3"), client("events")
        s3.create_bucket(Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})
        notified: Json = {"EventBridgeConfiguration": {}}
        s3.put_bucket_notification_configuration(Bucket=self.name, NotificationConfiguration=notified)
        self.arn = machines.make(machines.role(), one({"Type": "Pass"}))
        self.url, queue = open_queue(client("sqs"), self.name, "events.amazonaws.com")
        pattern = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [self.name]}, "object": {"key": [{"wildcard": "uploads/*.csv"}]}},
        }
        events.put_rule(Name=self.name, EventPattern=json.dumps(pattern))
        role = machines.role(*rights, service="events.amazonaws.com", suffix="-rule")
        target = {
            "Id": "1",
            "Arn": self.arn,
            "RoleArn": role,
            "InputTransformer": TRANSFORMER,
            "RetryPolicy": {"MaximumRetryAttempts": 2},
            "DeadLetterConfig": {"Arn": queue},
        }
        events.put_targets(Rule=self.name, Targets=[target])

    def put(self, key: str, body: bytes = b"x") -> str:
        return str(self.machines.client("s3").put_object(Bucket=self.name, Key=key, Body=body)["VersionId"])

    def started(self) -> list[Json]:
        found = self.machines.shown(f"?machine={self.name}")["executions"]
        return [json.loads(one["input"]) for one in found if one["stopped"]]

    def wait(self, number: int) -> list[Json]:
        return list(wait_for(lambda: found if len(found := self.started()) >= number else None, "the executions"))

    def letter(self) -> Json:
        ask = self.machines.client("sqs").receive_message
        found = wait_for(lambda: ask(QueueUrl=self.url, MessageAttributeNames=["All"]).get("Messages"), "a letter")[0]
        return {name: one["StringValue"] for name, one in found["MessageAttributes"].items()}


@pytest.fixture
def wired(machines: Machines) -> Wired:
    return Wired(machines, allow("states:StartExecution", "*"))


def test_each_version_starts_an_execution(wired: Wired) -> None:
    keys = ("uploads/bank-01/2024-01-02/a b.csv", "uploads/.csv")
    versions = [wired.put(key) for key in (keys[0], keys[0], keys[1])]
    for other in ("uploads/a.txt", "other/uploads/a.csv", "uploads/a.csv.gz", "UPLOADS/a.csv"):
        wired.put(other)
    found = wired.wait(3)
    expected = [(keys[0], versions[0]), (keys[0], versions[1]), (keys[1], versions[2])]
    assert sorted((one["key"], one["versionId"]) for one in found) == sorted(expected)
    assert {one["bucket"] for one in found} == {wired.name} and len(wired.started()) == 3


def test_the_event_tells_all_of_the_object(client: Client, wired: Wired) -> None:
    url, arn = open_queue(client("sqs"), f"{wired.name}-whole", "events.amazonaws.com")
    client("events").put_targets(Rule=wired.name, Targets=[{"Id": "2", "Arn": arn}])
    version = wired.put("uploads/1.csv", b"three")
    message = wait_for(lambda: client("sqs").receive_message(QueueUrl=url).get("Messages"), "the event")[0]
    event = json.loads(message["Body"])
    told = event["detail"]["object"]
    assert (told["version-id"], told["size"], told["key"]) == (version, 5, "uploads/1.csv")
    assert told["etag"] == "35d6d33467aae9a2e3dccb4b6b027878" and told["sequencer"]
    assert (event["detail"]["reason"], event["resources"]) == ("PutObject", [f"arn:aws:s3:::{wired.name}"])
    assert event["account"] == ACCOUNT


def test_an_event_that_is_delivered_twice_starts_two_executions(wired: Wired) -> None:
    with inject(wired.machines.emulator.endpoint, replace(THROTTLED, effect="repeat", contains=(wired.name,))):
        wired.put("uploads/1.csv")
        first, second = wired.wait(2)
    assert first == second


def test_a_start_that_is_throttled_is_tried_again(wired: Wired) -> None:
    with inject(wired.machines.emulator.endpoint, replace(THROTTLED, contains=(wired.name,), times=2)) as injected:
        wired.put("uploads/1.csv")
        assert len(wired.wait(1)) == 1 and injected.strikes == 2


def test_a_start_that_is_throttled_for_long_is_a_dead_letter(wired: Wired) -> None:
    with inject(wired.machines.emulator.endpoint, replace(THROTTLED, contains=(wired.name,), times=9)):
        wired.put("uploads/1.csv")
        letter = wired.letter()
    assert (letter["ERROR_CODE"], letter["RETRY_ATTEMPTS"]) == ("THROTTLING", "2")
    assert (letter["TARGET_ARN"], wired.started()) == (wired.arn, [])


def test_a_role_that_may_not_start_it_is_a_dead_letter(machines: Machines) -> None:
    wired = Wired(machines, allow("states:StartSyncExecution", "*"))
    wired.put("uploads/1.csv")
    assert wired.letter()["ERROR_CODE"] == "NO_PERMISSIONS" and wired.started() == []


def test_a_machine_that_is_gone_is_a_dead_letter(client: Client, wired: Wired) -> None:
    client("stepfunctions").delete_state_machine(stateMachineArn=wired.arn)
    wired.put("uploads/1.csv")
    assert wired.letter()["ERROR_CODE"] == "NO_RESOURCE"


def test_an_input_that_is_no_json_is_a_dead_letter(client: Client, wired: Wired) -> None:
    (target,) = client("events").list_targets_by_rule(Rule=wired.name)["Targets"]
    target["InputTransformer"] = {**TRANSFORMER, "InputTemplate": '{"key": <key>'}
    client("events").put_targets(Rule=wired.name, Targets=[target])
    wired.put("uploads/1.csv")
    assert wired.letter()["ERROR_CODE"] == "INVALID_JSON"
