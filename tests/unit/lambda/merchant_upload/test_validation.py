"""The function `validation` on a table in this process: files undisturbed, killed, doubled, throttled."""

import importlib
import io
import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import quote_plus

import pytest
from botocore.exceptions import ClientError

from tests.support.function_settings import give
from tests.support.local_dynamodb import LocalDynamoDb, refusal

MERCHANT, UPLOAD = "corner-shop", "up_01ARZ3NDEKTSV4RRFFQ69G5FAV"
KEY = f"uploads/{MERCHANT}/2026/11/30/{UPLOAD}.csv"
CREATED = datetime(2026, 11, 30, 12, tzinfo=UTC)
HEADER = "transaction_id,timestamp,card_token,amount,currency,country,merchant_category,card_present,time_zone"
TIMES = {"startedAt", "validatedAt", "finishedAt", "removedAt", "storedAt", "claimedAt"}
PLENTY, LITTLE = 200_000, 1_000


class Killed(BaseException):
    """The process ends, as Lambda ends it."""


class World:
    """The table, one bucket and the function; every call passes `around`."""

    def __init__(self, module, table):
        self.module, self.table, self.objects, self.calls = module, table, {}, []
        self.around = lambda operation, call: call()
        table.empty()
        table.around = self._counted
        module._STORE._s3 = SimpleNamespace(get_object=self._get, delete_object=self._delete)

    def _counted(self, operation, call):
        self.calls.append(operation)
        return self.around(operation, call)

    def _get(self, Bucket, Key, VersionId):
        def read():
            if (Key, VersionId) not in self.objects:
                raise ClientError({"Error": {"Code": "NoSuchVersion"}}, "GetObject")
            content = self.objects[Key, VersionId]
            return {"LastModified": CREATED, "ContentLength": len(content), "Body": io.BytesIO(content)}

        return self._counted("GetObject", read)

    def _delete(self, Bucket, Key, VersionId):
        self._counted("DeleteObject", lambda: self.objects.pop((Key, VersionId), None))

    def upload(self, *lines, key=KEY, version="v1", header=HEADER, **said):
        """Put a file there, and its upload's record if it has none."""
        self.objects[key, version] = "\n".join([header, *lines]).encode()
        _, merchant, *_, name = key.split("/")
        record = {
            "transaction_id": {"S": f"{merchant}#{name[:-4]}"},
            "timestamp": {"N": "0"},
            **{name: {"S": text} for name, text in (("kind", "upload"), ("status", "waiting"), ("objectKey", key))},
            "cardKey": {"S": "open"},
            "requestedAt": {"S": "2026-11-30T11:59:00.000Z"},
            **said,
        }
        if record["transaction_id"] not in [item["transaction_id"] for item in self.table.items()]:
            self.table.put(record)

    def deliver(self, *, key=KEY, version="v1", left=PLENTY):
        """Let S3 say that a file is there."""
        s3 = {"bucket": {"name": "bucket"}, "object": {"key": quote_plus(key), "versionId": version}}
        context = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: left)
        self.module.handler({"Records": [{"s3": s3}]}, context)

    def kept(self):
        """Return all items and objects; of times only that they are there."""
        items = [
            {name: "a time" if name in TIMES else value for name, value in item.items()} for item in self.table.items()
        ]
        return items, sorted(self.objects)

    def item(self, upload=UPLOAD, merchant=MERCHANT):
        """Return an upload's item."""
        (found,) = (item for item in self.table.items() if item["transaction_id"]["S"] == f"{merchant}#{upload}")
        return found

    def counts(self, upload=UPLOAD):
        """Return rows, stored, duplicates, rejected and conflicts of an upload."""
        item = self.item(upload)
        return tuple(int(item[name]["N"]) for name in ("rows", "stored", "duplicates", "rejected", "conflicts"))

    def errors(self, upload=UPLOAD):
        """Return an upload's problems as (line, column, rule)."""
        found = [error["M"] for error in self.item(upload)["errors"]["L"]]
        return [(int(e["line"]["N"]), e.get("column", {}).get("S"), e["rule"]["S"]) for e in found]


@pytest.fixture
def world(monkeypatch):
    give(monkeypatch, MAX_ROWS="50000")
    module = importlib.reload(importlib.import_module("merchant_upload.validation.index"))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    table = LocalDynamoDb()
    table.attach(module._STORE._dynamodb)
    table.attach(module._STORE._table.meta.client)
    return World(module, table)


def row(name, amount="12.50", card="tok-000001", at="2026-11-30T10:00:00Z", zone=""):
    return f"{name},{at},{card},{amount},EUR,DE,grocery,true,{zone}"


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


OTHER = "up_01ARZ3NDEKTSV4RRFFQ69G5FAW"


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


CARD = "4111111111111111"
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


MIXED = [
    *(row(f"order-{number:03}") for number in (1, 2, 3, 4, 5)),
    *(row("order-002", amount="12.5"), row("order-003", amount="99"), row("order-006", amount="x")),
    *(row("order-007", card=CARD), row("order-900"), row("order-901"), row("order-901", amount="3")),
]


def mixed(world, monkeypatch):
    """Return a world with an earlier file, and one that has rows of every kind in several transactions."""
    monkeypatch.setattr("merchant_upload.validation.logic.ROWS_AT_ONCE", 3)
    monkeypatch.setattr("merchant_upload.validation.files.PROBLEMS_IN_ITEM", 2)
    world = World(world.module, world.table)
    key = KEY.replace(UPLOAD, OTHER)
    world.upload(row("order-900"), row("order-901", amount="1"), key=key)
    world.deliver(key=key)
    world.upload(*MIXED)
    world.calls.clear()
    return world


def undisturbed(world, monkeypatch):
    """Return what is kept of it when nothing disturbs, and how many calls that takes."""
    world = mixed(world, monkeypatch)
    world.deliver()
    return world.kept(), len(world.calls)


def at_call(number, act):
    """Return what does something to the call of that number, counted from 1, and leaves the others alone."""
    seen = []

    def around(operation, call):
        seen.append(operation)
        return act(call) if len(seen) == number else call()

    return around


def killed_after(call):
    call()
    raise Killed


def test_the_mixed_file_has_the_counts_that_a_reader_expects(world, monkeypatch):
    done = mixed(world, monkeypatch)
    done.deliver()
    assert done.counts() == (12, 5, 2, 2, 3)
    assert done.errors() == [
        (8, "transaction_id", "conflict"),
        (9, "amount", "format"),
        (10, "card_token", "card-number"),
        (12, "transaction_id", "conflict"),
        (13, "transaction_id", "conflict"),
    ]
    assert (KEY, "v1") not in done.objects


def test_killed_after_any_call_a_second_delivery_ends_in_the_same_state(world, monkeypatch):
    wanted, calls = undisturbed(world, monkeypatch)
    assert calls >= 12
    for number in range(1, calls + 1):
        tried = mixed(world, monkeypatch)
        tried.around = at_call(number, killed_after)
        with pytest.raises(Killed):
            tried.deliver()
        started = tried.item().get("startedAt")
        tried.around = lambda operation, call: call()
        tried.deliver()
        assert tried.kept() == wanted, number
        assert tried.item()["startedAt"] == (started or tried.item()["startedAt"])


def test_a_second_delivery_during_any_call_ends_in_the_same_state(world, monkeypatch):
    wanted, calls = undisturbed(world, monkeypatch)
    for number in range(1, calls + 1):
        for first in (True, False):
            tried = mixed(world, monkeypatch)

            def doubled(call, tried=tried, first=first):
                done = None if first else call()
                tried.deliver()
                return call() if first else done

            tried.around = at_call(number, doubled)
            try:
                tried.deliver()
            except world.module.FileNotTaken:
                # The other delivery has removed the version before this one read it: S3 delivers again.
                tried.deliver()
            assert tried.kept() == wanted, number


ENDING = {
    "refused": ["a,b", "1,2"],
    "done": [HEADER, row("order-001", amount="x"), row("order-900")],
    "processing": [HEADER, row("order-700")],
}


@pytest.mark.parametrize("status", ENDING)
def test_of_two_deliveries_at_once_one_counts_and_one_ends_the_file(world, monkeypatch, capsys, status):
    header, *lines = ENDING[status]
    calls = 20
    for number in range(1, calls):
        tried = mixed(world, monkeypatch)
        key = KEY.replace(UPLOAD, UPLOAD[:-1] + "X")
        tried.upload(*lines, header=header, key=key)
        capsys.readouterr()

        def doubled(call, tried=tried, key=key):
            tried.deliver(key=key)
            return call()

        tried.around = at_call(number, doubled)
        tried.deliver(key=key)
        said = capsys.readouterr().out
        assert said.count('"_aws"') == (status != "processing"), number
        assert said.count("rows stored") == (status != "refused"), number
        assert tried.item(UPLOAD[:-1] + "X")["status"] == {"S": status}


def test_two_files_that_race_for_ids_have_one_row_of_each(world, monkeypatch):
    tried = mixed(world, monkeypatch)
    key = KEY.replace(UPLOAD, UPLOAD[:-1] + "X")
    tried.upload(row("order-900"), row("order-800"), row("order-801", amount="1"), key=key)
    tried.upload(row("order-800"), row("order-801", amount="2"), key=KEY.replace(UPLOAD, UPLOAD[:-1] + "Y"))
    at_transaction = []

    def around(operation, call):
        done = call()
        if operation == "TransactWriteItems" and not at_transaction:
            at_transaction.append(operation)
            tried.deliver(key=KEY.replace(UPLOAD, UPLOAD[:-1] + "Y"))
        return done

    tried.around = around
    tried.deliver(key=key)
    assert tried.counts(UPLOAD[:-1] + "Y") == (2, 2, 0, 0, 0)
    assert tried.counts(UPLOAD[:-1] + "X") == (3, 0, 2, 0, 1)


def test_verdicts_that_come_meanwhile_are_kept_and_the_file_is_done_when_all_are_in(world, monkeypatch):
    world.upload(row("order-001"), row("order-002"))
    world.deliver()
    world.table.put({**world.item(), "judged": {"N": "2"}})
    world.deliver()
    assert (world.item()["status"], world.item()["judged"]) == ({"S": "done"}, {"N": "2"})
    before = world.table.items()
    world.deliver()
    assert world.table.items() == before


def reasons(*codes):
    return refusal("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


PASSING = {
    "conflict": lambda call: reasons("TransactionConflict", *["None"] * 5),
    "throttled": lambda call: reasons("None", "ThrottlingError", *["None"] * 4),
    "in progress": lambda call: refusal("TransactionInProgressException"),
    "throughput": lambda call: refusal("ProvisionedThroughputExceededException"),
}


@pytest.mark.parametrize("kind", PASSING)
def test_what_passes_is_waited_for(world, monkeypatch, kind):
    wanted, _ = undisturbed(world, monkeypatch)
    tried = mixed(world, monkeypatch)
    left = [None] * 6

    def around(operation, call):
        return PASSING[kind](call) if operation == "TransactWriteItems" and left and not left.pop() else call()

    tried.around = around
    tried.deliver()
    assert tried.kept() == wanted


@pytest.mark.parametrize("kind", PASSING)
def test_what_does_not_pass_is_raised_after_a_limited_number_of_tries_and_the_rest_is_kept(world, monkeypatch, kind):
    wanted, _ = undisturbed(world, monkeypatch)
    tried = mixed(world, monkeypatch)
    tried.around = lambda operation, call: PASSING[kind](call) if operation == "TransactWriteItems" else call()
    with pytest.raises(world.module.FileNotTaken):
        tried.deliver()
    assert tried.calls.count("TransactWriteItems") < 60
    assert tried.item()["status"] == {"S": "processing"}
    tried.around = lambda operation, call: call()
    tried.deliver()
    assert tried.kept() == wanted


def test_a_reason_that_is_no_claim_and_does_not_pass_is_an_error(world, monkeypatch, capsys):
    tried = mixed(world, monkeypatch)
    tried.around = at_call(4, lambda call: reasons("None", "ValidationError", *["None"] * 4))
    with pytest.raises(world.module.FileNotTaken):
        tried.deliver()
    assert '"RowsNotWritten"' in capsys.readouterr().out


def test_with_little_time_left_it_raises_and_the_next_try_goes_on(world, monkeypatch):
    wanted, _ = undisturbed(world, monkeypatch)
    tried = mixed(world, monkeypatch)
    with pytest.raises(world.module.FileNotTaken, match="OutOfTime"):
        tried.deliver(left=LITTLE)
    tried.deliver()
    assert tried.kept() == wanted


def test_with_little_time_left_no_row_is_begun(world):
    world.upload(row("order-001"))
    with pytest.raises(world.module.FileNotTaken, match="OutOfTime"):
        world.deliver(left=LITTLE)
    assert "TransactWriteItems" not in world.calls


def test_a_file_that_fails_keeps_none_of_the_others_back(world):
    world.upload(row("order-001"))
    bad = {"s3": {"object": {"key": KEY}}}
    good = {"s3": {"object": {"key": quote_plus(KEY), "versionId": "v1"}}}
    context = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: PLENTY)
    with pytest.raises(world.module.FileNotTaken):
        world.module.handler({"Records": [bad, good]}, context)
    assert world.counts() == (1, 1, 0, 0, 0)
    world.module.handler({"Service": "Amazon S3", "Event": "s3:TestEvent"}, context)


def test_neither_log_nor_error_holds_a_value_of_the_file(world, monkeypatch, capsys):
    tried = mixed(world, monkeypatch)
    tried.deliver()
    tried = mixed(world, monkeypatch)
    tried.around = at_call(5, lambda call: (_ for _ in ()).throw(ValueError("order-004 tok-000001")))
    with pytest.raises(world.module.FileNotTaken) as raised:
        tried.deliver()
    said = capsys.readouterr().out + str(raised.value)
    assert not [value for value in ("order-", "tok-", "4111", "grocery", "12.5") if value in said]
