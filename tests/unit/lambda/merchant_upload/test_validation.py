"""The function `validation` takes rows, and refuses rows and files by name."""

import importlib
import json
import re
from datetime import UTC, datetime

import pytest

there = importlib.import_module("tests.unit.lambda.merchant_upload.validating")
MERCHANT, UPLOAD, KEY, HEADER = there.MERCHANT, there.UPLOAD, there.KEY, there.HEADER
build, row = there.build, there.row
CARD, OTHER = there.CARD, there.OTHER


@pytest.fixture
def world(monkeypatch):
    return build(monkeypatch)


def test_good_rows_are_stored_with_their_claims_and_bad_ones_are_told_by_line_column_and_rule(world):
    world.upload(row("order-001", zone="Europe/Berlin"), row("order-002", amount="x"), row("order-003", amount="-1.5"))
    world.deliver()
    assert world.counts() == (3, 2, 0, 1, 0)
    assert world.errors() == [(3, "amount", "format")]
    first = {item["kind"]["S"]: item for item in world.table.items() if "order-001" in item["transaction_id"]["S"]}
    digest = first["claim"]["contentHash"]
    assert re.fullmatch("[0-9a-f]{64}", digest["S"])
    origin = {"uploadId": {"S": UPLOAD}, "versionId": {"S": "v1"}, "line": {"N": "2"}}
    stored_at = first["transaction"].pop("storedAt")
    assert first["claim"].pop("claimedAt") == stored_at
    key = {"transaction_id": {"S": f"{MERCHANT}#order-001"}}
    at = str(int(datetime(2026, 11, 30, 10, tzinfo=UTC).timestamp() * 1000))
    claim = {**key, "timestamp": {"N": "0"}, "kind": {"S": "claim"}, "rowTimestamp": {"N": at}, "contentHash": digest}
    assert first["claim"] == {**claim, **origin}
    assert first["transaction"] == {
        **key,
        **origin,
        "timestamp": {"N": at},
        "kind": {"S": "transaction"},
        "merchant": {"S": MERCHANT},
        "cardKey": {"S": f"{MERCHANT}#tok-000001"},
        "cardToken": {"S": "tok-000001"},
        "amount": {"N": "12.5"},
        "currency": {"S": "EUR"},
        "country": {"S": "DE"},
        "merchantCategory": {"S": "grocery"},
        "cardPresent": {"BOOL": True},
        "timeZone": {"S": "Europe/Berlin"},
        "objectKey": {"S": KEY},
        "contentHash": digest,
        "anomalies": {"M": {}},
    }


def test_an_upload_s_item_tells_the_file_s_way(world, capsys):
    world.upload(row("order-001"))
    world.deliver()
    item = world.item()
    assert (item["status"], item["judged"], item["cardKey"]) == ({"S": "processing"}, {"N": "0"}, {"S": "open"})
    assert item["uploadedAt"] == {"S": "2026-11-30T12:00:00.000Z"}
    assert {"versionId", "startedAt", "validatedAt"} <= set(item) and "finishedAt" not in item
    assert "FileSeconds" not in capsys.readouterr().out


def test_a_file_without_rows_to_judge_is_done_at_once_and_measured(world, capsys):
    world.upload(row("order-001", amount="0"))
    world.deliver()
    item = world.item()
    assert item["status"] == {"S": "done"} and "cardKey" not in item
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert (line["Stage"], line["Rows"]) == ("dev", 1) and line["FileSeconds"] > 0


FOREIGN = f"uploads/{MERCHANT}/2026/11/29/{UPLOAD}.csv"


@pytest.mark.parametrize(
    "key", [FOREIGN, "uploads/x.csv", f"uploads/garden-market/2026/11/30/{UPLOAD}.csv", "uploads/+ %/é.csv"]
)
def test_an_object_that_no_form_asked_for_is_an_error_without_values_and_is_not_read(world, capsys, key):
    world.upload(row("order-001"))
    world.objects[key, "v1"] = b"any"
    before = world.kept()
    world.deliver(key=key)
    assert world.kept() == before
    assert "GetObject" not in world.calls
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["level"] == "error" and key not in line


REPEATS = [
    ([("order-001", "12.50"), ("order-001", "12.5")], (2, 1, 1, 0, 0), []),
    ([("order-001", "12.50"), ("order-001", "13")], (2, 1, 0, 0, 1), [(3, "transaction_id", "conflict")]),
    ([("order-001", "x"), ("order-001", "13")], (2, 1, 0, 1, 0), [(2, "amount", "format")]),
]


@pytest.mark.parametrize("at_once", [1, 50])
@pytest.mark.parametrize(("rows", "counts", "errors"), REPEATS)
def test_of_rows_with_one_id_in_a_file_the_earlier_line_stays(world, monkeypatch, rows, counts, errors, at_once):
    monkeypatch.setattr("merchant_upload.validation.logic.ROWS_AT_ONCE", at_once)
    world.upload(*(row(name, amount) for name, amount in rows))
    world.deliver()
    assert (world.counts(), world.errors()) == (counts, errors)


@pytest.mark.parametrize("at_once", [1, 2, 50])
def test_rows_of_an_earlier_file_stay_and_a_repeat_is_judged_by_what_stands(world, monkeypatch, at_once):
    monkeypatch.setattr("merchant_upload.validation.logic.ROWS_AT_ONCE", at_once)
    world.upload(row("order-001"), row("order-002"))
    world.deliver()
    before = [item for item in world.table.items() if UPLOAD not in item["transaction_id"]["S"]]
    key = KEY.replace(UPLOAD, OTHER)
    later = row("order-002", at="2026-11-30T10:00:01Z")
    world.upload(row("order-001"), later, row("order-002"), row("order-003"), key=key)
    world.deliver(key=key)
    assert world.counts(OTHER) == (4, 1, 2, 0, 1)
    assert world.errors(OTHER) == [(3, "transaction_id", "conflict")]
    after = [item for item in world.table.items() if "up_" not in item["transaction_id"]["S"]]
    assert [item for item in after if "order-003" not in item["transaction_id"]["S"]] == before


def test_two_merchants_may_use_one_id(world):
    key = KEY.replace(MERCHANT, "garden-market")
    world.upload(row("order-001"))
    world.upload(row("order-001", amount="7"), key=key)
    world.deliver()
    world.deliver(key=key)
    assert world.item(merchant="garden-market")["stored"] == world.item()["stored"] == {"N": "1"}


REFUSED = {
    "header": ("a,b", []),
    "card-number": (HEADER + ",cvv", []),
    "no-rows": (HEADER, []),
    "quotes": (HEADER, ['"open']),
    "encoding": (HEADER, ["nul\0"]),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_a_file_that_is_none_is_refused_whole_and_measured(world, capsys, rule):
    header, lines = REFUSED[rule]
    world.upload(*lines, header=header)
    world.deliver()
    item = world.item()
    assert item["status"] == {"S": "refused"} and "cardKey" not in item and "finishedAt" in item
    assert world.counts() == (0, 0, 0, 0, 0)
    assert [(column, broken) for _, column, broken in world.errors()] == [(None, rule)]
    assert capsys.readouterr().out.count("FileSeconds") == 2


@pytest.mark.parametrize(
    ("said", "rule"),
    [({"size": {"N": "1"}}, "size"), ({"sha256": {"S": "0" * 64}}, "sha256")],
)
def test_other_bytes_than_the_form_was_asked_for_are_refused(world, said, rule):
    world.upload(row("order-001"), **said)
    world.deliver()
    assert world.errors() == [(1, None, rule)]


def test_too_many_bytes_are_not_even_read_and_too_many_rows_are_refused(world, monkeypatch):
    monkeypatch.setattr("merchant_upload.validation.files.MAX_BYTES", 5)
    monkeypatch.setattr("merchant_upload.validation.logic.MAX_BYTES", 5)
    world.upload(row("order-001"))
    world.deliver()
    assert world.errors() == [(1, None, "too-large")]
    monkeypatch.undo()


WITH_CARD = {
    "cell": (HEADER, [row("order-001"), row("order-002", card=CARD)]),
    "too many cells": (HEADER, [row("order-001"), row("order-002") + "," + CARD]),
    "no csv": ("a,b", [CARD + ",1"]),
}


@pytest.mark.parametrize("what", WITH_CARD)
def test_a_version_that_holds_a_card_number_is_removed_once_its_status_is_written(world, what):
    header, lines = WITH_CARD[what]
    world.upload(*lines, header=header)
    world.deliver()
    assert world.objects == {}
    assert world.item()["holdsCardNumber"] == {"BOOL": True} and "removedAt" in world.item()
    assert CARD not in str(world.table.items())
    before = world.table.items()
    world.deliver()
    assert world.table.items() == before


def test_a_later_version_is_noted_once_and_none_of_its_rows_are_taken(world):
    world.upload(row("order-001"))
    world.deliver()
    world.upload(row("order-002"), version="v2")
    for _ in range(2):
        world.deliver(version="v2")
    assert world.item()["laterVersions"] == {"SS": ["v2"]}
    assert world.item()["versionId"] == {"S": "v1"}
    assert "order-002" not in str(world.table.items())
    assert (KEY, "v2") in world.objects


def test_a_later_version_with_a_card_number_is_removed_too(world):
    world.upload(row("order-001"))
    world.deliver()
    world.upload(row("order-002", card=CARD), version="v2")
    for _ in range(2):
        world.deliver(version="v2")
    assert sorted(world.objects) == [(KEY, "v1")]
    assert world.item()["removedVersions"] == {"SS": ["v2"]}


def test_a_later_version_that_is_gone_is_noted(world):
    world.upload(row("order-001"))
    world.deliver()
    world.deliver(version="v2")
    assert world.item()["laterVersions"] == {"SS": ["v2"]}
    assert "removedVersions" not in world.item()


def test_problems_are_kept_in_chunks_all_of_them_and_the_first_hundred_are_shown(world, monkeypatch):
    monkeypatch.setattr("merchant_upload.validation.files.PROBLEMS_IN_ITEM", 60)
    world.upload(*(row(f"order-{number:04}", amount="x", card="y") for number in range(80)))
    world.deliver()
    assert (len(world.errors()), world.counts()) == (100, (80, 0, 0, 80, 0))
    chunks = [item for item in world.table.items() if item["kind"]["S"] == "rejections"]
    assert [item["transaction_id"]["S"][-5:] for item in chunks] == ["#0000", "#0001", "#0002"]
    assert [len(item["problems"]["L"]) for item in chunks] == [60, 60, 40]
    kept = [problem["M"]["line"]["N"] for item in chunks for problem in item["problems"]["L"]]
    assert kept == [str(2 + number // 2) for number in range(160)]
