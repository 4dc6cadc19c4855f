"""The shapes of items that the functions share: keys that cannot collide, statuses, times, the metric of a file."""

import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from merchant_upload import items

MOMENT = datetime(2026, 11, 20, 15, 40, 7, 123_456, tzinfo=UTC)
ROW, UPLOAD = "corner-shop#order-0001", "up_01KCA0000000000000000000AA"


def test_every_kind_of_item_has_a_key_of_its_own():
    keys = [
        items.row_key("corner-shop", "order-0001", 1_763_653_207_123),
        items.claim_key("corner-shop", "order-0001"),
        items.upload_key("corner-shop", UPLOAD),
        items.rejections_key("corner-shop", UPLOAD, 0),
        items.rejections_key("corner-shop", UPLOAD, 12),
        items.alert_key(ROW),
    ]
    assert [(key["transaction_id"], key["timestamp"]) for key in keys] == [
        (ROW, 1_763_653_207_123),
        (ROW, 0),
        (f"corner-shop#{UPLOAD}", 0),
        (f"corner-shop#{UPLOAD}#rejected#0000", 0),
        (f"corner-shop#{UPLOAD}#rejected#0012", 0),
        (f"{ROW}#alert", 0),
    ]


def test_the_same_id_or_card_of_two_merchants_is_not_the_same():
    assert items.claim_key("a-shop", "order-0001") != items.claim_key("b-shop", "order-0001")
    assert items.card_key("a-shop", "tok_1") != items.card_key("b-shop", "tok_1")
    assert items.bare_id(items.claim_key("a-shop", "order-0001")["transaction_id"]) == "order-0001"


def test_an_alerts_id_is_the_same_in_every_attempt_and_of_one_row():
    assert items.alert_id(ROW) == items.alert_id(ROW) != items.alert_id(f"{ROW}2")
    assert uuid.UUID(items.alert_id(ROW)).version == 5


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({}, "validated"),
        ({"anomalies": {}}, "validated"),
        ({"anomalies": {}, "judgedAt": "2026-11-20T15:40:07.123Z"}, "cleared"),
        ({"anomalies": {"velocity": {}}, "judgedAt": "2026-11-20T15:40:07.123Z"}, "flagged"),
        ({"anomalies": {"velocity": {}}}, "flagged"),
    ],
)
def test_a_status_is_derived(row, status):
    assert items.status_of(row) == status


def test_times_are_utc_with_milliseconds():
    text = "2026-11-20T15:40:07.123Z"
    assert items.iso(MOMENT) == items.iso(MOMENT.astimezone(timezone(timedelta(hours=5)))) == text
    assert items.iso_of(1_763_653_207_123) == "2025-11-20T15:40:07.123Z"
    assert items.iso_of(Decimal(-1)) == "1969-12-31T23:59:59.999Z"
    assert items.iso(items.moment_of(text)) == text


def test_rules_have_ids_of_their_own():
    assert len(set(items.RULES)) == 7
    assert all(re.fullmatch("[a-z]+(-[a-z]+)?", rule) for rule in items.RULES)


def test_an_upload_finishes_when_all_its_rows_are_stored_and_judged():
    update = items.finishing(MOMENT)
    used = set(re.findall(r":[a-z]+", update["UpdateExpression"] + update["ConditionExpression"]))
    assert used == set(update["ExpressionAttributeValues"])
    assert "judged = #stored" in update["ConditionExpression"]
    assert "attribute_exists(validatedAt)" in update["ConditionExpression"]
    assert "REMOVE cardKey" in update["UpdateExpression"]


@pytest.mark.parametrize(("rows", "counted"), [({"rows": Decimal(3)}, 3), ({}, 0)])
def test_the_metric_of_a_file_is_the_time_from_its_upload(rows, counted):
    upload = {
        "transaction_id": f"corner-shop#{UPLOAD}",
        "uploadedAt": "2026-11-20T15:40:07.000Z",
        "finishedAt": "2026-11-20T15:41:07.250Z",
        **rows,
    }
    entry = items.file_metric("dev", upload)
    (directive,) = entry["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Hallmark/MerchantUpload"
    assert directive["Dimensions"] == [["Stage"]]
    assert {one["Name"]: one["Unit"] for one in directive["Metrics"]} == {"FileSeconds": "Seconds", "Rows": "Count"}
    assert (entry["Stage"], entry["FileSeconds"], entry["Rows"], entry["uploadId"]) == ("dev", 60.25, counted, UPLOAD)
    assert entry["_aws"]["Timestamp"] == 1_795_189_267_250
