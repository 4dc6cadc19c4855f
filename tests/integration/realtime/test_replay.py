"""A replay of the archive changes nothing, alerts nobody twice, and brings back what was lost of what it derives."""

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from waiting import wait_for

from hallmark.stage import Stage

MIXED: list[dict[str, Any]] = [
    {},
    {"merchantCategory": "crypto"},
    {"amount": 1000, "ts": "2026-03-03T09:00:00Z"},
    {"amount": -20.25, "cardNotPresent": True, "country": "BR", "merchantId": "mérchant"},
]


@pytest.fixture
def replay(stage: Stage) -> Callable[[datetime], None]:
    """Replay everything since a time, and wait until EventBridge has done it."""

    def run(since: datetime) -> None:
        events, name = stage.client("events"), f"test-{uuid.uuid4().hex[:12]}"
        archive = events.describe_archive(ArchiveName=stage.outputs["TransactionArchive"])
        events.start_replay(
            ReplayName=name,
            EventSourceArn=archive["ArchiveArn"],
            EventStartTime=since,
            EventEndTime=datetime.now(UTC) + timedelta(minutes=1),
            Destination={"Arn": archive["EventSourceArn"]},
        )
        wait_for(lambda: events.describe_replay(ReplayName=name)["State"] == "COMPLETED", "the replay")

    return run


@pytest.fixture
def sent(api: Any, transaction: Callable[..., dict[str, Any]], settle: Callable[[], None]) -> list[dict[str, Any]]:
    """A few transactions of all kinds that have gone all the way."""
    bodies = [transaction(**fields) for fields in MIXED]
    for body in bodies:
        api.accept(body)
    settle()
    return bodies


def _objects(stage: Stage, targets: Any, transaction_id: str) -> dict[str, bytes]:
    bucket = stage.outputs["ProcessedBucket"]
    read = stage.client("s3").get_object
    return {key: read(Bucket=bucket, Key=key)["Body"].read() for key in targets.objects(transaction_id)}


def _digest(stage: Stage, targets: Any, sent: list[dict[str, Any]]) -> str:
    """SHA-256 over the rows, the audit trail and the objects of the transactions."""
    sha = hashlib.sha256()
    for body in sent:
        rows = stage.client("dynamodb").query(
            TableName=stage.outputs["TransactionsTable"],
            KeyConditionExpression="accountId = :account",
            ExpressionAttributeValues={":account": {"S": body["accountId"]}},
            ConsistentRead=True,
        )["Items"]
        records = targets.audit_records(body["transactionId"])
        sha.update(json.dumps([rows, records], sort_keys=True).encode())
        for key, content in sorted(_objects(stage, targets, body["transactionId"]).items()):
            sha.update(key.encode() + content)
    return sha.hexdigest()


@pytest.mark.control("RT_REPLAY", "RT_BUS_ARCHIVE")
def test_nothing_changes_and_nobody_is_alerted_twice(
    stage: Stage, targets: Any, sent: Any, replay: Any, settle: Any, alerts: Any, now: datetime
) -> None:
    before = _digest(stage, targets, sent)
    for _ in range(2):
        replay(now - timedelta(seconds=2))
    settle()
    assert len(targets.buffer(sent[1]["transactionId"])) == 3, "the replay was to deliver again"
    assert _digest(stage, targets, sent) == before
    ids = {body["transactionId"] for body in sent}
    assert not [alert for alert in alerts() if json.loads(alert["Message"])["transactionId"] in ids]


@pytest.mark.control("RT_REPLAY")
def test_lost_derived_records_come_back_byte_for_byte(
    stage: Stage, targets: Any, sent: Any, replay: Any, now: datetime
) -> None:
    before = _digest(stage, targets, sent)
    for body in sent:
        for record in targets.audit_records(body["transactionId"], "verdict"):
            key = {name: {"S": record[name]} for name in ("transactionId", "ts")}
            stage.client("dynamodb").delete_item(TableName=stage.outputs["AuditLogsTable"], Key=key)
        for key in targets.objects(body["transactionId"]):
            stage.client("s3").delete_object(Bucket=stage.outputs["ProcessedBucket"], Key=key)
    assert _digest(stage, targets, sent) != before
    replay(now - timedelta(seconds=2))
    wait_for(lambda: _digest(stage, targets, sent) == before, "the same bytes")
