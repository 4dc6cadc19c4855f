"""Rows of files are judged among those of their card, and each flagged one is alerted once."""

import json
import uuid
from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from hallmark.stage.embedded.faults import Injection, inject
from hallmark.systems.merchant_upload.plain_verdicts import verdicts
from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.anomalies import (
    BEGIN,
    alert_of,
    alerts,
    carry,
    row_of,
    transaction,
    wait_until_done,
)
from tests.integration.merchant_upload.contract import MERCHANTS
from tests.support.waiting import wait_for

FUNCTION = "anomaly-detection"


def drawn(run, seed, rows):
    """Rows of two merchants who use the same ids and cards."""
    dice = Random(seed)
    for number in range(rows):
        for merchant in MERCHANTS[:2]:
            yield transaction(
                *(merchant, f"txn-{run}-{number:05}", f"tok_{run}{dice.randrange(rows // 4)}"),
                BEGIN + timedelta(seconds=150 * dice.randrange(60), milliseconds=dice.randrange(-1, 2)),
                dice.choice(("12.5", "12.50", "-12.5", "0.99", "1", "10000", "-10000.01")),
                currency=dice.choice(("USD", "EUR")),
                country=dice.choice(("DE", "DE", "DE", "FR")),
                merchant_category=dice.choice(("books", "books", "crypto")),
                time_zone=dice.choice((None, "Europe/Berlin")),
            )


def flagged(wanted):
    return {row_id for row_id, rules in wanted.items() if rules}


def alerted(stage, rows):
    """Wait until the alerts of these rows are published."""
    for row_id in rows:
        wait_for(lambda row_id=row_id: "publishedAt" in alert_of(stage, row_id), f"the alert of {row_id}")


@pytest.mark.control("MU_ANOMALY", "MU_ALERT", "MU_ISOLATED", "MU_AUDIT")
def test_verdicts_are_those_of_the_whole_set_of_rows_in_whatever_files_they_come(stage, merchant):
    run = uuid.uuid4().hex[:10]
    rows = list(drawn(run, run, 60))
    wanted = verdicts(rows)
    Random(run).shuffle(rows)
    uploads = []
    with alerts(stage) as heard:
        for part in (rows[0::3], rows[1::3], rows[2::3]):
            for name in MERCHANTS[:2]:
                mine = [row for row in part if row.merchant == name]
                uploads.append((name, carry(stage, merchant(name), mine), len(mine)))
        for name, upload_id, number in uploads:
            item = wait_until_done(stage, name, upload_id)
            assert (item["judged"], item["stored"], "cardKey" in item) == (number, number, False)
        wait_for(lambda: found(stage, rows) == wanted, "the verdicts of the whole set")
        alerted(stage, flagged(wanted))
        told = Counter(
            f"{message['merchant']}#{message['transactionId']}"
            for message in (json.loads(one["Message"]) for one in heard())
            if run in message["transactionId"]
        )
        assert told == Counter(flagged(wanted))
        assert not [one for one in heard() if "tok_" in json.dumps(one)]
        assert {one["Subject"] for one in heard()} == {"[dev] transaction flagged"}
    for row in rows:
        item = row_of(stage, row.id)
        assert item["rulesVersion"] == 1 and item["judgedAt"].endswith("Z")
        assert all(what["version"] == 1 and what["at"] for what in item["anomalies"].values())


def found(stage, rows):
    return {row.id: frozenset(row_of(stage, row.id).get("anomalies", ())) for row in rows}


TROUBLES = {
    "ended-before-the-verdicts": Injection("dynamodb", "TransactWriteItems", "kill", by=FUNCTION),
    "ended-after-the-verdicts": Injection("dynamodb", "TransactWriteItems", "kill", by=FUNCTION, after=True),
    "ended-after-the-alert": Injection("sns", "Publish", "kill", by=FUNCTION, after=True),
    "sns-refuses": Injection("sns", "Publish", by=FUNCTION, times=6, status=400, code="Throttled"),
    "index-throttled": Injection("dynamodb", "Query", by=FUNCTION, times=5, code="ThrottlingException"),
}


@pytest.mark.embedded
@pytest.mark.control("MU_NO_LOSS", "MU_STREAM_SAFE", "MU_IDEMPOTENT")
@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_ends_or_is_refused_comes_again_and_counts_once(stage, merchant, running_emulator, trouble):
    run, name = uuid.uuid4().hex[:10], MERCHANTS[0]
    rows = [
        transaction(name, f"txn-{run}-{number}", f"tok_{run}{number % 2}", BEGIN + timedelta(minutes=number), "20000")
        for number in range(4)
    ]
    with alerts(stage) as heard:
        with inject(running_emulator.endpoint, TROUBLES[trouble]) as injected:
            upload_id = carry(stage, merchant(name), rows)
            wait_for(lambda: injected.strikes >= 1, "the trouble")
            item = wait_until_done(stage, name, upload_id, 90)
        assert (item["judged"], item["stored"]) == (4, 4)
        wanted = verdicts(rows)
        wait_for(lambda: found(stage, rows) == wanted, "the verdicts")
        alerted(stage, flagged(wanted))
        told = Counter(json.loads(one["Message"])["alertId"] for one in heard() if run in one["Message"])
    assert len(told) == 4
    # Only an end between a publication and its note lets one be repeated, and its id tells.
    repeated = sum(told.values()) - 4
    assert repeated == (1 if trouble == "ended-after-the-alert" else 0)


@pytest.mark.embedded
@pytest.mark.control("MU_NO_LOSS", "MU_ALERT")
def test_an_end_between_a_neighbour_s_anomaly_and_its_alert_loses_no_alert(stage, merchant, running_emulator):
    run, name = uuid.uuid4().hex[:10], MERCHANTS[0]
    early, late = (
        transaction(
            name, f"txn-{run}-{minutes}", f"tok_{run}", BEGIN + timedelta(minutes=minutes), "5", country=country
        )
        for minutes, country in ((0, "FR"), (6, "DE"))
    )
    wait_until_done(stage, name, carry(stage, merchant(name), [late]))
    assert found(stage, [late]) == {late.id: frozenset()}
    fault = Injection("dynamodb", "PutItem", "kill", by=FUNCTION, contains=(f"{late.id}#alert",))
    with inject(running_emulator.endpoint, fault) as injected:
        upload_id = carry(stage, merchant(name), [early])
        wait_for(lambda: injected.strikes >= 1, "the end")
        alerted(stage, [late.id])
        wait_until_done(stage, name, upload_id)
    assert found(stage, [early, late]) == verdicts([early, late])
    assert alert_of(stage, late.id)["by"] == early.id


@pytest.mark.control("MU_STREAM_SAFE")
def test_a_record_that_is_no_row_is_reported_and_the_others_of_its_batch_are_judged(stage, merchant):
    run, name = uuid.uuid4().hex[:10], MERCHANTS[0]
    rows = [transaction(name, f"txn-{run}-{number}", f"tok_{run}{number}", BEGIN, "5") for number in range(2)]
    poison = {
        "transaction_id": {"S": f"{name}#txn-{run}-poison"},
        "timestamp": {"N": "1790000000000"},
        "kind": {"S": "transaction"},
    }
    table, queue = stage.outputs[Output.TRANSACTIONS_TABLE], stage.outputs[Output.ANOMALY_FAILURE_QUEUE_URL]
    dynamodb, sqs = stage.client("dynamodb"), stage.client("sqs")
    dynamodb.put_item(TableName=table, Item=poison)
    wait_until_done(stage, name, carry(stage, merchant(name), rows))

    def reported():
        return sqs.receive_message(QueueUrl=queue).get("Messages")

    for message in wait_for(reported, "the poison's report", 90):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    dynamodb.delete_item(TableName=table, Key={key: poison[key] for key in ("transaction_id", "timestamp")})
