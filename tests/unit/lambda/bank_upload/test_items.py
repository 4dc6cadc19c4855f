"""The shapes of items and messages: ids that repeat, keys that cannot collide, amounts without floats."""

import hashlib
import json
import uuid
from decimal import Decimal

import pytest
from bank_upload import items

HASH = hashlib.sha256(b"a file").hexdigest()
ID = items.upload_id("first-bank", "2026-11-20", HASH)
ROW = items.Row(7, "order-0001", "2026-11-20T15:40:07.123Z", "account-1", -1250, "EUR", "debit", None)


def test_an_upload_is_the_same_for_the_same_file_bank_and_date_only():
    assert hashlib.sha256(f"first-bank|2026-11-20|{HASH}".encode()).hexdigest()[:32] == ID
    assert items.file_hash(b"a file") == HASH
    others = {
        items.upload_id("other-bank", "2026-11-20", HASH),
        items.upload_id("first-bank", "2026-11-21", HASH),
        items.upload_id("first-bank", "2026-11-20", "0" * 64),
    }
    assert len({ID, *others}) == 4


def test_an_objects_key_is_read_as_it_is_written():
    key = items.object_key("first-bank", "2026-11-20", ID)
    assert key == f"uploads/first-bank/2026-11-20/{ID}.csv"
    assert items.parse_object_key(key) == ("first-bank", "2026-11-20", ID)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "uploads/x.csv",
        f"uploads/first-bank/2026-11-20/{ID}.CSV",
        f"uploads/first-bank/2026-11-20/{ID}.csv\n",
        f"uploads/First-Bank/2026-11-20/{ID}.csv",
        f"uploads/first-bank/2026-11-20/{'A' * 32}.csv",
        f"uploads/first-bank/2026-11-20/more/{ID}.csv",
        f"uploads/first-bank/2026-11-2\u0660/{ID}.csv",
        f"other/uploads/first-bank/2026-11-20/{ID}.csv",
        f"uploads/first-bank/2026-11-20/{ID[:-1]}.csv",
    ],
)
def test_any_other_key_is_no_uploads(key: str):
    assert items.parse_object_key(key) is None


def test_keys_of_items():
    assert items.upload_key(ID) == {"uploadId": ID, "part": "upload"}
    assert [items.range_key(ID, number)["part"] for number in (0, 9, 10)] == ["range#00", "range#09", "range#10"]
    assert items.transaction_key("a-bank", "order-0001") != items.transaction_key("b-bank", "order-0001")
    assert items.bank_day("a-bank", "2026-11-20") == "a-bank#2026-11-20"


@pytest.mark.parametrize(
    ("amount", "decimals", "type", "units"),
    [
        ("12.5", 2, "credit", 1250),
        ("12.50", 2, "debit", -1250),
        ("0012", 0, "debit", -12),
        ("1", 3, "credit", 1000),
        ("0.0001", 4, "debit", -1),
        ("999999999999.99", 2, "credit", 99_999_999_999_999),
    ],
)
def test_amounts_in_minor_units(amount: str, decimals: int, type: str, units: int):
    assert items.minor_units(amount, decimals, type) == units


def test_rows_are_identical_when_all_their_values_are_wherever_they_stand():
    content = ["order-0001", "2026-11-20T15:40:07.123Z", "account-1", -1250, "EUR", "debit", None]
    hashed = items.content_hash(ROW)
    assert hashed == hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
    assert items.content_hash(ROW._replace(line=8)) == hashed
    changes = [
        *({"transaction_id": "order-0002"}, {"timestamp": "2026-11-20T15:40:07.124Z"}, {"account_token": "account-2"}),
        *({"amount": -1251}, {"currency": "USD"}, {"type": "credit"}, {"description": "é"}),
    ]
    assert len({hashed, *(items.content_hash(ROW._replace(**change)) for change in changes)}) == 8


def test_a_rows_item_has_its_source_and_no_attribute_that_is_absent():
    item = items.transaction_item(ROW, "first-bank", ID, "2026-11-21T00:00:00.000Z")
    assert item == {
        "transactionKey": "first-bank#order-0001",
        "transactionId": "order-0001",
        "bank": "first-bank",
        "bankDay": "first-bank#2026-11-20",
        "timestamp": ROW.timestamp,
        "accountToken": "account-1",
        "amount": -1250,
        "currency": "EUR",
        "type": "debit",
        "day": "2026-11-20",
        "month": "2026-11",
        "uploadId": ID,
        "line": 7,
        "contentHash": items.content_hash(ROW),
        "storedAt": "2026-11-21T00:00:00.000Z",
    }
    described = items.transaction_item(ROW._replace(description="rent"), "first-bank", ID, "")
    assert described["description"] == "rent"


def test_a_message_says_what_became_of_an_upload_and_no_value_of_a_row():
    upload = {
        **items.upload_key(ID),
        **{"bank": "first-bank", "reportDate": "2026-11-20", "contentHash": HASH, "status": "done"},
        **{"receivedAt": "2026-11-21T00:00:00.000Z", "finishedAt": "2026-11-21T00:00:01.000Z"},
        **{"rows": Decimal(3), "stored": Decimal(1), "duplicates": Decimal(1), "conflicts": Decimal(1)},
        "problemCount": Decimal(1),
        "problems": [{"line": Decimal(4), "column": "transaction_id", "rule": "conflict"}],
        "totals": {"EUR": {"rows": Decimal(1), "debit": Decimal(1250), "credit": Decimal(0)}},
    }
    message = items.result_message("dev", upload)
    assert json.loads(items.message_text(message)) == {
        **{"messageId": items.message_id(ID, "done"), "stage": "dev", "uploadId": ID},
        **{"bank": "first-bank", "reportDate": "2026-11-20", "status": "done"},
        **{"rows": 3, "stored": 1, "duplicates": 1, "conflicts": 1, "problemCount": 1},
        "totals": {"EUR": {"rows": 1, "debit": 1250, "credit": 0}},
        **{"contentHash": HASH, "receivedAt": upload["receivedAt"], "finishedAt": upload["finishedAt"]},
    }
    values = {name: found["StringValue"] for name, found in items.message_attributes(message).items()}
    assert values == {name: message[name] for name in ("status", "bank", "reportDate", "messageId")}


def test_a_refused_object_that_is_no_uploads_has_no_bank_and_no_empty_attribute():
    upload = {**items.upload_key("uploads/x.csv"), "status": "refused", "problemCount": 1, "finishedAt": "now"}
    message = items.result_message("dev", upload)
    assert (message["uploadId"], message["totals"], "bank" in message) == ("uploads/x.csv", {}, False)
    assert items.message_attributes(message).keys() == {"status", "messageId"}


def test_a_messages_id_is_the_same_in_every_attempt_and_of_one_end():
    assert uuid.UUID(items.message_id(ID, "done")).version == 5
    assert items.message_id(ID, "done") == items.message_id(ID, "done") != items.message_id(ID, "refused")
