"""What `anomaly_detection` sends to AWS, and what it makes of the answers; the handler around it."""

import importlib
import json
from decimal import Decimal
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber
from merchant_upload import items
from merchant_upload.anomaly_detection.records import Seen
from merchant_upload.anomaly_detection.store import Hindrance, Verdict

# `lambda` is a keyword.
world = importlib.import_module("tests.unit.lambda.merchant_upload.world")
TOPIC = "arn:aws:sns:us-east-1:000000000000:sns-merchant-upload-alerts-dev"
SETTINGS = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "an example",
    "TRANSACTIONS_TABLE": "table",
    "CARD_INDEX": "card-index",
    "ALERTS_TOPIC_ARN": TOPIC,
    "STAGE": "dev",
}
AT = items.iso(world.NOW)
UPLOAD = items.upload_key("corner-shop", "up_1")
ROW = world.stored("corner-shop", "txn-1", "tok_secret1", 1_790_000_000_000, Decimal("12.5"), "USD", "DE")
KEY = {"transaction_id": {"S": "corner-shop#txn-1"}, "timestamp": {"N": "1790000000000"}}
IMAGE = world.record(ROW, "1")["dynamodb"]["NewImage"]


@pytest.fixture
def module(monkeypatch):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    module = importlib.reload(importlib.import_module("merchant_upload.anomaly_detection.index"))
    monkeypatch.setattr("time.sleep", lambda _: None)
    return module


@pytest.fixture
def store(module):
    return module._STORE


@pytest.fixture
def dynamodb(store):
    with Stubber(store._dynamodb) as stub:
        yield stub
        stub.assert_no_pending_responses()


def logical():
    return world.Row("corner-shop#txn-1", 1_790_000_000_000, Decimal("12.5"), "USD", "DE")


def test_all_pages_of_a_card_are_read_and_what_is_no_row_is_left_out(store, dynamodb):
    wanted = {
        "TableName": "table",
        "IndexName": "card-index",
        "KeyConditionExpression": "cardKey = :card AND #n1 BETWEEN :first AND :last",
        "ProjectionExpression": "#n0, #n1, #n2, #n3, #n4, #n5, #n6",
        "ExpressionAttributeNames": ANY,
        "ExpressionAttributeValues": {":card": {"S": "c"}, ":first": {"N": "1"}, ":last": {"N": "2"}},
    }
    shown = {"M": {"velocity": {"M": {"by": {"S": "corner-shop#txn-2"}}}}}
    first = {"Items": [{**IMAGE, "anomalies": shown}], "LastEvaluatedKey": KEY}
    dynamodb.add_response("query", first, wanted)
    dynamodb.add_response("query", {"Items": [KEY]}, {**wanted, "ExclusiveStartKey": KEY})
    (found,), one_page = store.neighbours("c", 1, 2)
    assert (found, one_page) == (Seen(logical(), {"velocity": "corner-shop#txn-2"}, False), False)


def test_first_verdicts_and_their_count_are_one_transaction(store, dynamodb):
    what = {"M": {"at": {"S": AT}, "version": {"N": "1"}, "by": {"S": "corner-shop#txn-1"}}}
    verdict = {
        "TableName": "table",
        "Key": KEY,
        "UpdateExpression": "SET judgedAt = :judged, rulesVersion = :version,"
        " anomalies.#r0 = if_not_exists(anomalies.#r0, :r0)",
        "ConditionExpression": "attribute_exists(transaction_id) AND attribute_not_exists(judgedAt)"
        " AND size(anomalies) = :known",
        "ExpressionAttributeNames": {"#r0": "velocity"},
        "ExpressionAttributeValues": {":judged": {"S": AT}, ":version": {"N": "1"}, ":known": {"N": "0"}, ":r0": what},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    count = {
        "TableName": "table",
        "Key": {"transaction_id": {"S": "corner-shop#up_1"}, "timestamp": {"N": "0"}},
        "UpdateExpression": "ADD judged :n",
        "ConditionExpression": "attribute_exists(transaction_id)",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    actions = {"TransactItems": [{"Update": verdict}, {"Update": count}]}
    dynamodb.add_response("transact_write_items", {}, actions)
    assert store.judge(UPLOAD, [Verdict(logical(), {"velocity": "corner-shop#txn-1"}, {})], world.NOW) == []


def test_a_cancelled_transaction_says_what_hindered_it(store, dynamodb):
    stands = {**IMAGE, "judgedAt": {"S": AT}}
    reasons = [{"Code": "ConditionalCheckFailed", "Item": stands}, {"Code": "None"}]
    code = "TransactionCanceledException"
    dynamodb.add_client_error("transact_write_items", code, modeled_fields={"CancellationReasons": reasons})
    hindered = [Hindrance("ConditionalCheckFailed", Seen(logical(), {}, True)), Hindrance("None", None)]
    assert store.judge(UPLOAD, [Verdict(logical(), {}, {})], world.NOW) == hindered
    dynamodb.add_client_error("transact_write_items", "ValidationException")
    with pytest.raises(ClientError, match="ValidationException"):
        store.judge(UPLOAD, [Verdict(logical(), {}, {})], world.NOW)


@pytest.mark.parametrize("conflicts", [0, 3, 6])
def test_a_row_that_a_transaction_holds_is_written_again(store, dynamodb, conflicts):
    for _ in range(conflicts):
        dynamodb.add_client_error("update_item", "TransactionConflictException")
    dynamodb.add_response("update_item", {"Attributes": IMAGE})
    assert store.add_anomalies(logical(), {"velocity": "corner-shop#txn-2"}, world.NOW)["line"] == 2


def test_a_row_that_stays_held_is_refused(store, dynamodb):
    for _ in range(7):
        dynamodb.add_client_error("update_item", "TransactionConflictException")
    with pytest.raises(ClientError, match="TransactionConflict"):
        store.add_anomalies(logical(), {"velocity": "corner-shop#txn-2"}, world.NOW)


def test_rows_are_read_together_as_the_table_has_them(store, dynamodb):
    wanted = {"RequestItems": {"table": {"Keys": [KEY], "ConsistentRead": True}}}
    dynamodb.add_response("batch_get_item", {"Responses": {"table": [IMAGE]}, "UnprocessedKeys": {}}, wanted)
    assert store.rows([logical()]) == {
        "corner-shop#txn-1": {**ROW, "line": Decimal(2), "timestamp": Decimal(ROW["timestamp"])}
    }


def test_an_upload_is_finished_once(store, dynamodb):
    dynamodb.add_response("update_item", {"Attributes": {"status": {"S": "done"}}})
    dynamodb.add_client_error("update_item", "ConditionalCheckFailedException")
    assert store.finish(UPLOAD, world.NOW) == {"status": "done"}
    assert store.finish(UPLOAD, world.NOW) == {}
    dynamodb.add_client_error("update_item", "ValidationException")
    with pytest.raises(ClientError, match="ValidationException"):
        store.finish(UPLOAD, world.NOW)


def test_an_alert_is_made_once(store, dynamodb):
    alert = {**items.alert_key(ROW["transaction_id"]), "by": "me", "rules": {"velocity"}}
    dynamodb.add_response("put_item", {})
    there = {"by": {"S": "another"}}
    dynamodb.add_client_error("put_item", "ConditionalCheckFailedException", modeled_fields={"Item": there})
    assert store.put_alert(alert) == alert
    assert store.put_alert(alert) == {"by": "another"}
    dynamodb.add_client_error("put_item", "ValidationException")
    with pytest.raises(ClientError, match="ValidationException"):
        store.put_alert(alert)


def test_the_handler_does_all_of_it_and_reports_what_must_come_again(module, dynamodb, capsys):
    image = world.record({**ROW, "merchantCategory": "crypto"}, "7")["dynamodb"]["NewImage"]
    dynamodb.add_response("query", {"Items": [image]})
    dynamodb.add_response("transact_write_items", {})
    dynamodb.add_client_error("update_item", "ConditionalCheckFailedException")
    dynamodb.add_response("put_item", {})
    dynamodb.add_response("update_item", {})
    poison = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "8"}}
    event = {"Records": [{"eventName": "INSERT", "dynamodb": {"SequenceNumber": "7", "NewImage": image}}, poison]}
    context = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: 60_000)
    with Stubber(module._STORE._sns) as sns:
        wanted = {"TopicArn": TOPIC, "Subject": "[dev] transaction flagged", "Message": ANY, "MessageAttributes": ANY}
        sns.add_response("publish", {"MessageId": "m-1"}, wanted)
        assert module.handler(event, context) == {"batchItemFailures": [{"itemIdentifier": "8"}]}
        sns.assert_no_pending_responses()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["message"] for line in lines] == ["unreadable record", "batch judged"]
    assert "tok_" not in json.dumps(lines) and "12.5" not in json.dumps(lines)


def test_close_to_the_end_nothing_is_begun(module, dynamodb):
    event = {"Records": [world.record(ROW, "7")]}
    context = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: 10_000)
    assert module.handler(event, context) == {"batchItemFailures": [{"itemIdentifier": "7"}]}
