"""What an accepted transaction leaves behind: rows, verdicts, objects, alerts, the audit trail, and no more."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hallmark.stage import Stage
from infra.realtime.outputs import Output
from tests.support.policy_statements import open_queue
from tests.support.waiting import wait_for

Make = Callable[..., dict[str, Any]]
# By night, abroad, without the card: two rules.
TWO_RULES = {"ts": "2026-03-03T09:00:00Z", "cardNotPresent": True, "country": "BR"}


@pytest.mark.control("RT_TABLE_KEYS", "RT_NO_LOSS")
def test_the_row_is_enriched(api: Any, stage: Stage, transaction: Make) -> None:
    body = transaction(ts="2026-07-01T23:30:00+02:00", cardholderTimeZone="Europe/Berlin")
    accepted = api.accept(body)
    (row,) = _rows(stage, body["accountId"])
    assert row["ts"]["S"] == f"2026-07-01T21:30:00.000Z#{body['transactionId']}"
    assert (row["localHour"], row["recentTxnCount"]) == ({"N": "23"}, {"N": "1"})
    assert row["receivedAt"]["S"] == accepted["receivedAt"]


@pytest.mark.control("RT_TABLE_KEYS")
def test_two_transactions_of_one_millisecond_are_two_rows(api: Any, stage: Stage, transaction: Make) -> None:
    first = transaction()
    second = transaction(accountId=first["accountId"])
    api.accept(first)
    api.accept(second)
    rows = _rows(stage, first["accountId"])
    assert [row["transactionId"]["S"] for row in rows] == sorted([first["transactionId"], second["transactionId"]])
    assert {row["transactionTs"]["S"] for row in rows} == {first["ts"]}
    assert sorted(row["recentTxnCount"]["N"] for row in rows) == ["1", "2"]


@pytest.mark.control("RT_AUDIT")
def test_the_audit_trail_tells_the_decision(api: Any, targets: Any, transaction: Make) -> None:
    body = transaction(**TWO_RULES)
    received = api.accept(body)["receivedAt"]
    records = wait_for(lambda: _complete(targets.audit_records(body["transactionId"]), 5), "five records")
    assert [record["ts"] for record in records] == [
        "0#accepted",
        *(f"{received}#{kind}#{rule}" for kind in ("alert", "verdict") for rule in ("geo-anomaly", "night-time")),
    ]
    assert records[0]["contentHash"] == json.loads(records[0]["detail"])["contentHash"]
    verdicts = [record for record in records if record["kind"] == "verdict"]
    assert {(record["outcome"], record["ruleVersion"]) for record in verdicts} == {("suspected", "1")}


@pytest.mark.control("RT_AUDIT")
def test_what_matches_nothing_is_in_the_audit_trail_too(api: Any, targets: Any, transaction: Make) -> None:
    body = transaction()
    accepted = api.accept(body)
    (record,) = targets.audit_records(body["transactionId"])
    assert (record["kind"], record["receivedAt"]) == ("accepted", accepted["receivedAt"])


@pytest.mark.control("RT_BUCKET_ENCRYPTED", "RT_BUCKET_TIERING", "RT_REPLAY")
def test_the_processed_object(api: Any, stage: Stage, targets: Any, transaction: Make) -> None:
    body = transaction(merchantCategory="luxury")
    received = api.accept(body)["receivedAt"]
    (key,) = wait_for(lambda: targets.objects(body["transactionId"]), "the object")
    assert key == f"processed/{received[:10].replace('-', '/')}/{body['transactionId']}/high-risk-merchant.json"
    stored = stage.client("s3").get_object(Bucket=stage.outputs[Output.PROCESSED_BUCKET], Key=key)
    assert (stored["ServerSideEncryption"], stored["StorageClass"]) == ("aws:kms", "INTELLIGENT_TIERING")
    text = stored["Body"].read().decode()
    content = json.loads(text)
    assert text == json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert content["transaction"]["transactionId"] == body["transactionId"]
    assert (content["verdict"]["ruleId"], content["verdict"]["outcome"]) == ("high-risk-merchant", "suspected")


@pytest.mark.control("RT_AUDIT")
def test_each_suspicion_is_one_alert(api: Any, targets: Any, transaction: Make, alerts: Any, settle: Any) -> None:
    body = transaction(**TWO_RULES)
    api.accept(body)
    settle()
    mine = [json.loads(alert["Message"]) for alert in alerts() if body["transactionId"] in alert["Message"]]
    assert sorted(alert["ruleId"] for alert in mine) == ["geo-anomaly", "night-time"]
    assert all("trace" not in alert for alert in mine)


@pytest.mark.control("RT_IDEMPOTENT")
def test_a_repeat_has_the_same_answer_and_no_second_effect(
    api: Any, stage: Stage, targets: Any, transaction: Make, alerts: Any, settle: Any
) -> None:
    body = transaction(merchantCategory="crypto")
    first = api.post(body)
    # Two notifiers that have it in hand at once would both publish: nothing but a record tells one of the other.
    wait_for(lambda: targets.audit_records(body["transactionId"], "alert"), "the alert's record")
    repeats = [api.post(dict(reversed(body.items()))) for _ in range(3)]
    assert {answer.data for answer in repeats} == {first.data}
    settle()
    assert len(_rows(stage, body["accountId"])) == 1
    kinds = [record["kind"] for record in targets.audit_records(body["transactionId"])]
    assert kinds == ["accepted", "alert", "verdict"]
    assert len(targets.objects(body["transactionId"])) == 1
    assert len([alert for alert in alerts() if body["transactionId"] in alert["Message"]]) == 1


@pytest.mark.control("RT_QUIET")
@pytest.mark.parametrize(("fields", "matches"), [({}, 0), (TWO_RULES, 2)], ids=["no rule", "two rules"])
def test_one_transaction_causes_a_bounded_number_of_events(
    api: Any, stage: Stage, transaction: Make, settle: Any, count_events: Any, fields: Any, matches: int
) -> None:
    body = transaction(**fields)
    api.accept(body)
    settle()
    assert {bus: count_events(bus, body["transactionId"]) for bus in ("Transaction", "System", "Audit")} == {
        "Transaction": 1,
        "System": matches,
        # each match: the forwarded event, the detector's result, the notifier's result
        "Audit": 3 * matches,
    }


@pytest.mark.control("RT_BUS_ARCHIVE", "RT_AUDIT_RETENTION")
@pytest.mark.parametrize(("archive", "days"), [(Output.TRANSACTION_ARCHIVE, 7), (Output.AUDIT_ARCHIVE, 400)])
def test_the_archives_are_there_and_fill(
    api: Any, stage: Stage, transaction: Make, settle: Any, archive: str, days: int
) -> None:
    def described() -> dict[str, Any]:
        name: dict[str, Any] = stage.client("events").describe_archive(ArchiveName=stage.outputs[archive])
        return name

    before = described()
    api.accept(transaction(merchantCategory="crypto"))
    settle()
    assert described()["EventCount"] > before["EventCount"]
    assert before["RetentionDays"] == days


@pytest.fixture
def count_events(stage: Stage) -> Any:
    """Count the events of each bus that name a transaction, through a rule and a queue of the test's own."""
    events, sqs = stage.client("events"), stage.client("sqs")
    urls = {}
    buses = {"Transaction": Output.TRANSACTION_BUS, "System": Output.SYSTEM_BUS, "Audit": Output.AUDIT_BUS}
    for bus, output in buses.items():
        name = stage.outputs[output]
        urls[bus], arn = open_queue(sqs, f"count-{bus}", "events.amazonaws.com")
        events.put_rule(Name="count", EventBusName=name, EventPattern='{"source": [{"exists": true}]}')
        events.put_targets(Rule="count", EventBusName=name, Targets=[{"Id": "1", "Arn": arn}])

    def count(bus: str, transaction_id: str) -> int:
        seen = 0
        while messages := sqs.receive_message(QueueUrl=urls[bus], MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                seen += transaction_id in message["Body"]
                sqs.delete_message(QueueUrl=urls[bus], ReceiptHandle=message["ReceiptHandle"])
        return seen

    yield count
    for bus, url in urls.items():
        events.remove_targets(Rule="count", EventBusName=stage.outputs[buses[bus]], Ids=["1"])
        events.delete_rule(Name="count", EventBusName=stage.outputs[buses[bus]])
        sqs.delete_queue(QueueUrl=url)


def _complete(records: list[Any], number: int) -> list[Any]:
    return records if len(records) >= number else []


def _rows(stage: Stage, account: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = stage.client("dynamodb").query(
        TableName=stage.outputs[Output.TRANSACTIONS_TABLE],
        KeyConditionExpression="accountId = :account",
        ExpressionAttributeValues={":account": {"S": account}},
        ConsistentRead=True,
    )["Items"]
    return rows
