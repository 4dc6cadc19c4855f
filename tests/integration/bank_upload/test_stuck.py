"""An upload whose execution never started, or ended by its time-out, is found without a metric and can be run again."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from hallmark import clock
from hallmark.naming import physical
from hallmark.stage import Stage
from hallmark.systems.bank_upload.stuck import stuck
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload.conftest import Kept
from tests.integration.bank_upload.contract import BANKS, days_ago, file, new_id, row
from tests.support.command import Command
from tests.support.waiting import wait_for

LATE, LIMIT = timedelta(minutes=6), timedelta(minutes=5)
YESTERDAY = days_ago(1)


@pytest.fixture
def not_started(stage: Stage) -> Iterator[None]:
    """No object starts the workflow."""
    events, rule = stage.client("events"), physical(stage, "object-created", "rule")
    events.disable_rule(Name=rule)
    yield
    events.enable_rule(Name=rule)


def _accepted(bank: Any) -> str:
    answer = bank(BANKS[0]).post(file([row(new_id(), timestamp=f"{YESTERDAY}T12:00:00Z")]), YESTERDAY)
    assert answer.status == 202, answer.data
    return str(answer.json()["uploadId"])


def _older(stage: Stage, kept: Kept, upload: str, by: timedelta) -> None:
    """Let an upload have been received, and moved, so much earlier."""
    item = kept.upload(upload)
    assert item
    states = {name: {"S": _earlier(at, by)} for name, at in item["states"].items()}
    stage.client("dynamodb").update_item(
        TableName=stage.outputs[Output.STATUS_TABLE],
        Key={"uploadId": {"S": upload}, "part": {"S": "upload"}},
        UpdateExpression="SET receivedAt = :at, states = :states",
        ExpressionAttributeValues={":at": {"S": _earlier(item["receivedAt"], by)}, ":states": {"M": states}},
    )


def _earlier(at: str, by: timedelta) -> str:
    return clock.to_text(clock.from_text(at) - by)


@pytest.mark.control("BU_SFN_STUCK", "BU_NO_LOSS")
def test_an_upload_that_no_execution_took_is_named_after_five_minutes_and_redriven(
    stage: Stage, bank: Any, kept: Kept, hallmark: Command, not_started: None
) -> None:
    upload = _accepted(bank)
    item = kept.upload(upload)
    assert item and (item["status"], item["open"]) == ("accepted", "open")
    assert upload not in [one.id for one in stuck(stage, clock.now())]
    found = {one.id: one for one in stuck(stage, clock.now() + LATE)}[upload]
    assert (found.owner, found.status) == (BANKS[0], "accepted") and "redrive" in found.advice
    _older(stage, kept, upload, LATE)
    shown = hallmark("status", "--system", "bank_upload", "--target", "aws", "--json")
    assert upload in [one["id"] for system in json.loads(shown.stdout) for one in system["stuck"]]
    listed = hallmark("bank_upload", "stuck", "--target", "aws")
    assert (listed.returncode, upload in listed.stdout) == (1, True), listed.stdout + listed.stderr
    done = hallmark("redrive", "stuck", "--system", "bank_upload", "--target", "aws")
    assert done.returncode == 0, done.stdout + done.stderr
    ended = kept.ended(upload)
    assert (ended["status"], ended["stored"], "open" in ended) == ("done", 1, False)
    assert upload not in [one.id for one in stuck(stage, clock.now() + LATE)]
    assert upload not in hallmark("bank_upload", "stuck", "--target", "aws").stdout


@pytest.mark.control("BU_SFN_STUCK")
def test_an_upload_that_was_claimed_and_left_is_found(stage: Stage, bank: Any, kept: Kept, not_started: None) -> None:
    """As an execution leaves it that its own time-out ends: no Catch follows that."""
    upload = _accepted(bank)
    stage.client("dynamodb").update_item(
        TableName=stage.outputs[Output.STATUS_TABLE],
        Key={"uploadId": {"S": upload}, "part": {"S": "upload"}},
        UpdateExpression="SET #status = :s, states.validated = :now",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":s": {"S": "processing"}, ":now": {"S": clock.to_text(clock.now())}},
    )
    found = wait_for(lambda: [one for one in stuck(stage, clock.now() + LATE) if one.id == upload], "the stuck upload")
    assert found[0].status == "processing"
    assert upload not in [one.id for one in stuck(stage, clock.now() + LIMIT - timedelta(minutes=1))]
    item = kept.upload(upload)
    assert item
    given = {"bucket": stage.outputs[Output.FILES_BUCKET], "key": item["objectKey"], "versionId": item["versionId"]}
    machine = stage.outputs[Output.WORKFLOW_ARN]
    stage.client("stepfunctions").start_execution(stateMachineArn=machine, input=json.dumps(given))
    assert kept.ended(upload)["status"] == "done"
