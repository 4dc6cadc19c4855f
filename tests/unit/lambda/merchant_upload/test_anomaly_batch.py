"""One batch: what is judged, counted, added, alerted, and which records come again."""

import importlib
import json
from decimal import Decimal
from random import Random

import pytest
from botocore.exceptions import ClientError
from merchant_upload import items

# `lambda` is a keyword.
world = importlib.import_module("tests.unit.lambda.merchant_upload.world")
stored, record = world.stored, world.record
MERCHANT, CARD, MINUTE = "corner-shop", "tok_secret1", 60_000
BEGIN = 1_790_000_000_000


def row(bare, minutes=0.0, amount="12.5", currency="USD", country="DE", **more):
    return stored(
        MERCHANT,
        bare,
        more.pop("card", CARD),
        BEGIN + int(minutes * MINUTE),
        Decimal(amount),
        currency,
        country,
        **more,
    )


@pytest.fixture
def there():
    """A calm world with one upload of more rows than arrive."""
    there = world.World(Random(0), world.Faults())
    key = items.upload_key(MERCHANT, "up_1")
    there._put({**key, "kind": "upload", "status": "processing", "judged": 0, "uploadedAt": items.iso(world.NOW)})
    return there


def insert(there, *rows):
    for one in rows:
        there._put(one)
    return list(rows)


def lines(there):
    return [json.loads(line) for line in there.output.getvalue().splitlines()]


def upload(there):
    return there._get(items.upload_key(MERCHANT, "up_1"))


def rules(one):
    return set(one["anomalies"])


def refuse(code, name, times=10**9):
    """A call of the world that is refused some times."""

    def wrap(call):
        left = [times]

        def refused(*arguments):
            if left[0] > 0:
                left[0] -= 1
                raise ClientError({"Error": {"Code": code}}, name)
            return call(*arguments)

        return refused

    return wrap


def test_rows_are_judged_and_counted_in_one_transaction(there):
    rows = insert(there, row("txn-1"), row("txn-2", card="tok_other2"))
    assert there.run(rows) == []
    assert [one["rulesVersion"] for one in rows] == [world.RULES.version] * 2
    assert upload(there)["judged"] == 2
    assert not there.published_messages


def test_hundreds_of_rows_of_one_upload_are_counted_each_once(there):
    rows = insert(there, *(row(f"txn-{number}", card=f"tok_{number:06}") for number in range(250)))
    assert there.run([*rows, *rows[:50]]) == []
    assert there.run(rows) == []
    assert upload(there)["judged"] == 250


def test_a_row_that_is_judged_already_does_not_keep_the_others(there):
    rows = insert(there, row("txn-1"), row("txn-2", 120), row("txn-3", 240))
    assert there.run(rows[1:2]) == []
    assert there.run(rows) == []
    assert upload(there)["judged"] == 3


def test_an_arrival_shows_an_anomaly_of_a_later_row_and_alerts_it(there):
    late, early = insert(there, row("txn-late", 3), row("txn-early", 0, "7", country="FR"))
    there._index.clear()
    there._pending.pop((early["transaction_id"], early["timestamp"]))
    assert there.run([late]) == [] and rules(late) == set()
    there._changed(early)
    assert there.run([early]) == []
    assert (rules(early), rules(late)) == (set(), {"geography"})
    assert late["anomalies"]["geography"]["by"] == early["transaction_id"]
    assert there._get(items.alert_key(late["transaction_id"]))["by"] == early["transaction_id"]
    assert there.published_messages == {items.alert_id(late["transaction_id"]): 1}


def test_an_anomaly_that_could_not_be_added_brings_its_arrival_again(there, monkeypatch):
    late, early = insert(there, row("txn-late", 3), row("txn-early", 0, "7", country="FR"))
    with monkeypatch.context() as patched:
        patched.setattr(there, "add_anomalies", refuse("ThrottlingException", "UpdateItem")(there.add_anomalies))
        assert there.run([early]) == ["0"]
    assert "judgedAt" in early and rules(late) == set()
    assert there.run([early]) == [] and rules(late) == {"geography"}


def test_a_flagged_row_is_alerted_with_everything_but_its_card(there, monkeypatch):
    sent = []
    monkeypatch.setattr(there, "publish", lambda *message: sent.append(message) or "m-1")
    (one,) = insert(there, row("txn-12345", amount="20000.50", category="crypto", line=7))
    assert there.run([one]) == []
    ((subject, message, attributes),) = sent
    assert subject == "[dev] transaction flagged"
    assert message == {
        "alertId": items.alert_id(one["transaction_id"]),
        "stage": "dev",
        "merchant": MERCHANT,
        "transactionId": "txn-12345",
        "timestamp": items.iso_of(one["timestamp"]),
        "rules": ["high-amount", "risky-category"],
        "rulesVersion": world.RULES.version,
        "uploadId": "up_1",
        "line": 7,
        "amount": "20000.50",
        "currency": "USD",
        "country": "DE",
        "merchantCategory": "crypto",
    }
    assert attributes == {"alertId": message["alertId"], "merchant": MERCHANT}
    assert there._get(items.alert_key(one["transaction_id"]))["messageId"] == "m-1"


POISON = {
    "no image": lambda image: image.clear(),
    "no amount": lambda image: image.pop("amount"),
    "an amount of text": lambda image: image.update(amount={"S": "12"}),
    "an unknown currency": lambda image: image.update(currency={"S": "XXX"}),
    "an unknown zone": lambda image: image.update(timeZone={"S": "../../etc/passwd"}),
    "another's card": lambda image: image.update(cardKey={"S": "garden-market#tok_secret1"}),
    "another's row": lambda image: image.update(merchant={"S": "garden-market"}),
    "no time": lambda image: image.update(timestamp={"N": "0"}),
    "a time between two": lambda image: image.update(timestamp={"N": "1790000000000.5"}),
    "a time beyond all": lambda image: image.update(timestamp={"N": "1" + "0" * 30}, timeZone={"S": "Europe/Berlin"}),
    "an unknown kind": lambda image: image.update(kind={"S": "something"}),
    "no line": lambda image: image.pop("line"),
    "a wrong type": lambda image: image.update(country={"S": 7}),
    "no type": lambda image: image.update(country="DE"),
}


@pytest.mark.parametrize("what", POISON)
def test_a_poison_record_is_reported_alone(there, monkeypatch, what):
    rows = insert(there, row("txn-1"), row("txn-2", 1), row("txn-3", 2))
    records = [record(one, str(place)) for place, one in enumerate(rows)]
    POISON[what](records[1]["dynamodb"]["NewImage"])
    told = iter(records)
    monkeypatch.setattr(world, "record", lambda *_: next(told))
    assert there.run(rows) == ["1"]
    assert ["judgedAt" in one for one in rows] == [True, False, True]
    assert CARD not in there.output.getvalue() and "passwd" not in there.output.getvalue()


@pytest.mark.parametrize("nothing", [{}, None, "text", {"eventName": "INSERT", "dynamodb": None}])
def test_a_record_without_a_number_fails_the_batch_after_the_others_are_judged(there, monkeypatch, nothing):
    rows = insert(there, row("txn-1"), row("txn-2", 1))
    told = iter([nothing, record(rows[1], "1")])
    monkeypatch.setattr(world, "record", lambda *_: next(told))
    assert there.run(rows) == [""]
    assert ["judgedAt" in one for one in rows] == [False, True]


def test_what_is_no_new_row_is_passed_over(there, monkeypatch):
    rows = insert(there, row("txn-1"), row("txn-2", 1), row("txn-3", 2))
    records = [record(one, str(place)) for place, one in enumerate(rows)]
    records[0]["eventName"] = "MODIFY"
    records[1]["dynamodb"]["NewImage"]["kind"] = {"S": "claim"}
    told = iter(records)
    monkeypatch.setattr(world, "record", lambda *_: next(told))
    assert there.run(rows) == []
    assert ["judgedAt" in one for one in rows] == [False, False, True]


def test_a_row_that_the_index_never_shows_comes_again_and_the_others_are_judged(there):
    rows = insert(there, row("txn-1"), row("txn-2", 1))
    there._pending.pop((rows[1]["transaction_id"], rows[1]["timestamp"]))
    assert there.run(rows) == ["1"]
    assert ["judgedAt" in one for one in rows] == [True, False]


def readings(there, monkeypatch, *pages):
    """The index answers so, each time in several pages, and never again."""
    there._advance()
    answers = iter([([world._seen(one) for one in page], False) for page in pages])
    monkeypatch.setattr(there, "neighbours", lambda *_: next(answers))
    monkeypatch.setattr(importlib.import_module("merchant_upload.anomaly_detection.batch"), "_WAITS", ())


def test_several_pages_are_read_again_once_the_row_is_there(there, monkeypatch):
    """Between two pages another lane may have judged a row, and neither saw the other."""
    one, other = insert(there, row("txn-one", 5), row("txn-other", 0, country="FR"))
    readings(there, monkeypatch, [one], [one, other])
    assert there.run([one]) == []
    assert rules(one) == {"geography"}


def test_a_row_that_only_the_second_reading_shows_comes_again(there, monkeypatch):
    one, other = insert(there, row("txn-one", 5), row("txn-other", 0))
    readings(there, monkeypatch, [one], [one, other])
    assert there.run([one, other]) == ["1"]
    assert ["judgedAt" in each for each in (one, other)] == [True, False]


def test_refused_publication_keeps_the_verdict_and_alerts_once_when_it_comes_again(there, monkeypatch):
    (one,) = insert(there, row("txn-1", amount="20000"))
    with monkeypatch.context() as patched:
        patched.setattr(there, "publish", refuse("ThrottledException", "Publish")(there.publish))
        assert there.run([one]) == ["0"]
    assert rules(one) == {"high-amount"} and "judgedAt" in one
    assert there.run([one]) == [] and there.run([one]) == []
    assert set(there.published_messages.values()) == {1}
    assert upload(there)["judged"] == 1


def test_a_published_alert_that_could_not_be_noted_is_repeated_under_the_same_id(there, monkeypatch):
    (one,) = insert(there, row("txn-1", amount="20000"))
    with monkeypatch.context() as patched:
        patched.setattr(there, "published", refuse("ThrottlingException", "UpdateItem")(there.published))
        assert there.run([one]) == ["0"]
    assert there.run([one]) == []
    assert there.published_messages == {items.alert_id(one["transaction_id"]): 2}


def alert_of(one, by, **more):
    key = items.alert_key(one["transaction_id"])
    alert = {**key, "kind": "alert", "alertId": items.alert_id(one["transaction_id"]), "by": by}
    return {**alert, "rowTimestamp": one["timestamp"], "rules": {"geography"}, "rulesVersion": 1, **more}


def test_another_record_s_alert_is_left_to_it(there):
    (one,) = insert(there, row("txn-1", amount="20000"))
    there._put(alert_of(one, "corner-shop#txn-other"))
    assert there.run([one]) == []
    assert not there.published_messages


def test_an_alert_that_a_record_made_is_published_whoever_flagged_the_row(there):
    rows = insert(there, row("txn-a"), row("txn-x", 2))
    rows[1]["anomalies"]["duplicate"] = {"at": "", "version": 1, "by": rows[0]["transaction_id"]}
    there._changed(rows[1])
    there._put(alert_of(rows[1], rows[1]["transaction_id"]))
    assert there.run(rows[1:]) == []
    assert there.published_messages == {items.alert_id(rows[1]["transaction_id"]): 1}


def test_the_record_that_made_an_alert_is_the_one_that_comes_again(there, monkeypatch):
    """Only its return publishes what lies there; the other arrivals that answer for the row come after it."""
    rows = insert(there, row("txn-a", 0, "1"), row("txn-b", 1, "2"), row("txn-x", 2, "3", country="FR"))
    rows[2]["judgedAt"] = ""
    for rule, by in (("geography", rows[1]), ("velocity", rows[0])):
        rows[2]["anomalies"][rule] = {"at": "", "version": 1, "by": by["transaction_id"]}
    there._put(alert_of(rows[2], rows[1]["transaction_id"]))
    monkeypatch.setattr(there, "publish", refuse("ThrottledException", "Publish")(there.publish))
    there._changed(rows[2])
    assert there.run([rows[1], rows[0]]) == ["0"]


def test_an_alert_that_an_earlier_attempt_left_out_is_made_up_for(there):
    rows = insert(there, row("txn-a"), row("txn-x", 2))
    rows[1]["anomalies"]["velocity"] = {"at": "", "version": 1, "by": rows[0]["transaction_id"]}
    rows[1]["judgedAt"] = ""
    there._changed(rows[1])
    assert there.run(rows[:1]) == []
    assert there.published_messages == {items.alert_id(rows[1]["transaction_id"]): 1}


def test_whether_a_row_has_a_verdict_the_table_says_and_not_the_index(there):
    rows = insert(there, row("txn-a"), row("txn-x", 2))
    rows[1]["anomalies"]["velocity"] = {"at": "", "version": 1, "by": rows[0]["transaction_id"]}
    there._changed(rows[1])
    rows[1]["judgedAt"] = ""
    assert there.run(rows[:1]) == []
    assert there.published_messages == {items.alert_id(rows[1]["transaction_id"]): 1}


def test_a_row_without_a_verdict_is_flagged_by_its_neighbour_and_alerted_by_its_own_record(there):
    """Of thousands of a card, the first batch would else alert all, and run out of time."""
    late, early = insert(there, row("txn-late", 3), row("txn-early", 0, "7", country="FR"))
    assert there.run([early]) == []
    assert rules(late) == {"geography"} and not there.published_messages
    assert there.run([late]) == []
    assert there.published_messages == {items.alert_id(late["transaction_id"]): 1}
    assert there._get(items.alert_key(late["transaction_id"]))["by"] == late["transaction_id"]


def test_what_another_batch_has_added_meanwhile_is_not_added_again(there, monkeypatch):
    late, early = insert(there, row("txn-late", 3), row("txn-early", 0, "7", country="FR"))
    there._advance()
    late["anomalies"]["geography"] = {"at": "", "version": 1, "by": "corner-shop#txn-other"}
    monkeypatch.setattr(there, "rows", lambda rows: {one.id: there._get(world._key(one)) for one in rows})
    monkeypatch.setattr(there, "add_anomalies", refuse("ThrottlingException", "UpdateItem")(there.add_anomalies))
    assert there.run([early]) == []


def test_a_verdict_is_written_knowing_what_the_index_does_not_show(there):
    (late,) = insert(there, row("txn-late", 3))
    there._advance()
    late["anomalies"]["geography"] = {"at": "", "version": 1, "by": "corner-shop#txn-early"}
    assert there.run([late]) == []
    assert "judgedAt" in late and upload(there)["judged"] == 1
    assert there.published_messages == {items.alert_id(late["transaction_id"]): 1}


def test_a_row_whose_verdict_fails_brings_all_of_its_card_again(there, monkeypatch):
    """One of them may have made its alert, and must publish it."""
    rows = insert(there, row("txn-1"), row("txn-2", 1, upload="up_2"), row("txn-3", card="tok_other2", upload="up_2"))
    judge = there.judge
    refused = refuse("ThrottlingException", "TransactWriteItems")(judge)
    first = items.upload_key(MERCHANT, "up_1")
    monkeypatch.setattr(there, "judge", lambda *call: (refused if call[0] == first else judge)(*call))
    there._put({**items.upload_key(MERCHANT, "up_2"), "kind": "upload", "status": "processing", "judged": 0})
    assert there.run(rows) == ["0", "1"]


def test_without_a_verdict_there_is_no_alert(there, monkeypatch):
    (one,) = insert(there, row("txn-1", amount="20000"))
    monkeypatch.setattr(there, "judge", refuse("ThrottlingException", "TransactWriteItems")(there.judge))
    assert there.run([one]) == ["0"]
    assert not there.published_messages and not [item for item in there.table.values() if item["kind"] == "alert"]


@pytest.mark.parametrize(("conflicts", "failed"), [(3, []), (100, ["0"])])
def test_conflicts_of_transactions_are_retried_so_many_times(there, monkeypatch, conflicts, failed):
    (one,) = insert(there, row("txn-1"))
    answers = iter([[world.Hindrance("TransactionConflict", None), world.NOTHING]] * conflicts)
    monkeypatch.setattr(there, "judge", lambda *call, judge=there.judge: next(answers, None) or judge(*call))
    assert there.run([one]) == failed


def test_rows_of_an_upload_that_is_missing_come_again(there, monkeypatch):
    (one,) = insert(there, row("txn-1", upload="up_gone"))
    monkeypatch.setattr(there, "judge", lambda *_: [world.NOTHING, world.Hindrance("ConditionalCheckFailed", None)])
    assert there.run([one]) == ["0"]


def test_out_of_time_everything_comes_again(there):
    rows = insert(there, row("txn-1"), row("txn-2"))
    there.faults.refused = 4.0
    assert there.run(rows) == ["0", "1"]
    assert lines(there)[-1]["reasons"] == ["out of time"]


def test_the_last_row_finishes_its_file_with_one_metric(there):
    rows = insert(there, row("txn-1"), row("txn-2", 120))
    upload(there).update(stored=2, rows=2, validatedAt="now")
    assert there.run(rows[:1]) == [] and upload(there)["status"] == "processing"
    assert there.run(rows[1:]) == [] and there.run(rows) == []
    assert upload(there)["status"] == "done"
    (metric,) = [line for line in lines(there) if "_aws" in line]
    assert (metric["Stage"], metric["FileSeconds"], metric["Rows"]) == ("dev", 0, 2)


def test_the_log_says_how_much_and_never_what(there):
    rows = insert(there, row("txn-1", amount="20000.25"), row("txn-2", 1, amount="20000.25"))
    there.run(rows)
    assert lines(there)[-1] == {
        "level": "info",
        "message": "batch judged",
        "records": 2,
        "judged": 2,
        "flagged": 2,
        "alerts": 2,
        "unreadable": 0,
        "again": 0,
        "reasons": [],
    }
