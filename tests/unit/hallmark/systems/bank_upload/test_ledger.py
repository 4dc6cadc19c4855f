"""What files must become follows from their reading and from who stored each id; each difference is named."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from hallmark.csv_files.problems import Problem
from hallmark.systems.bank_upload import comparison, lines
from hallmark.systems.bank_upload.content import Content, message_id
from hallmark.systems.bank_upload.expectation import Sent, expect
from hallmark.systems.bank_upload.files import BankFile
from hallmark.systems.bank_upload.ledger import UploadLedger
from hallmark.systems.bank_upload.lines import Findings
from hallmark.systems.bank_upload.observation import Observed
from hallmark.systems.bank_upload.uploader import Answer

DAY, AT = "2026-11-19", "2026-11-19T10:00:00.000Z"


def content(number: int, amount: int = -1250, currency: str = "USD") -> Content:
    return Content(f"txn-{number:05d}", AT, "acct_1", amount, currency, "debit" if amount < 0 else "credit", None)


def answered(status: int, **body: Any) -> Answer:
    return Answer(status, body)


def taken(number: int, *rows: Content, bank: str = "one", **more: Any) -> Sent:
    file = BankFile(bank, f"{number}.csv", f"bytes {number}".encode(), number, DAY)
    one = Sent(file, answered(202), dict(enumerate(rows, 2)), **more)
    said = {"uploadId": one.upload_id, "rows": len(rows), "contentHash": file.sha256}
    return replace(one, answer=answered(202, **said))


def item(row: Content, of: Sent, line: int) -> dict[str, Any]:
    return {
        "transactionKey": of.name_of(row),
        "transactionId": row.transaction_id,
        "bank": of.file.bank,
        "bankDay": f"{of.file.bank}#{DAY}",
        "timestamp": row.timestamp,
        "accountToken": row.account_token,
        "amount": Decimal(row.amount),
        "currency": row.currency,
        "type": row.type,
        "day": DAY,
        "month": DAY[:7],
        "uploadId": of.upload_id,
        "line": Decimal(line),
        "contentHash": row.sha256,
        "storedAt": AT,
    }


FIRST = taken(1, content(1), content(2), content(3, 700, "JPY"))
SECOND = taken(2, content(1), content(2, -99), content(4))
WRONG = Sent(
    BankFile("one", "wrong.csv", b"wrong", 3, DAY),
    answered(422, problems=[{"line": 2, "column": "amount", "rule": "format"}], problemCount=1),
    [Problem(2, "amount", "format")],
)
BROKEN = Sent(BankFile("one", "broken.csv", b"broken", 4, DAY, "no boundary"), answered(400), [])
STORED = {
    "one#txn-00001": item(content(1), FIRST, 2),
    "one#txn-00002": item(content(2), FIRST, 3),
    "one#txn-00003": item(content(3, 700, "JPY"), FIRST, 4),
    "one#txn-00004": item(content(4), SECOND, 4),
}


def test_counts_totals_and_conflicts_follow_from_who_stored_each_id() -> None:
    found = expect([FIRST, SECOND, WRONG, BROKEN], STORED)
    first, second = (found.uploads[one.upload_id] for one in (FIRST, SECOND))
    assert first.counts == {"rows": 3, "stored": 3, "duplicates": 0, "conflicts": 0}
    assert first.totals == {
        "USD": {"rows": 2, "debit": 2500, "credit": 0},
        "JPY": {"rows": 1, "debit": 0, "credit": 700},
    }
    assert second.counts == {"rows": 3, "stored": 1, "duplicates": 1, "conflicts": 1}
    assert second.conflicts == [Problem(3, "transaction_id", "conflict")]
    assert (found.mismatches, found.missing, set(found.uploads)) == ([], set(), {FIRST.upload_id, SECOND.upload_id})


def test_the_other_file_of_a_race_may_have_won() -> None:
    found = expect([FIRST, SECOND], {**STORED, "one#txn-00002": item(content(2, -99), SECOND, 3)})
    assert found.uploads[FIRST.upload_id].conflicts == [Problem(3, "transaction_id", "conflict")]
    assert found.uploads[SECOND.upload_id].conflicts == []


def test_what_an_earlier_run_stored_stays_with_its_content() -> None:
    earlier = taken(0, content(1, -1))
    found = expect([FIRST], {"one#txn-00001": item(content(1, -1), earlier, 2)})
    assert found.uploads[FIRST.upload_id].conflicts == [Problem(2, "transaction_id", "conflict")]
    assert found.missing == {"one#txn-00002", "one#txn-00003"}


@pytest.mark.parametrize("line", [3, 9])
def test_a_row_stored_from_a_line_that_has_it_not_is_a_mismatch(line: int) -> None:
    found = expect([FIRST], {**STORED, "one#txn-00001": item(content(1), FIRST, line)})
    assert len(found.mismatches) == 1


def upload(of: Sent, **counts: int) -> dict[str, Any]:
    expected = expect([FIRST, SECOND], STORED).uploads[of.upload_id]
    return {
        **{"uploadId": of.upload_id, "bank": "one", "reportDate": DAY, "contentHash": of.file.sha256, "status": "done"},
        **{"bytes": len(of.file.content), "via": "api", "objectKey": of.key, "versionId": "v", "execution": "e"},
        **{"receivedAt": AT, "finishedAt": AT, "totals": expected.totals, **expected.counts, **counts},
        "problems": [{"line": one.line, "column": one.column, "rule": one.rule} for one in expected.conflicts],
        "problemCount": len(expected.conflicts),
        "states": dict.fromkeys(("received", "stored", "validated", "processed", "announced"), AT),
    }


REFUSED_ITEM = {
    **{"uploadId": WRONG.upload_id, "bank": "one", "reportDate": DAY, "contentHash": WRONG.file.sha256},
    **{"bytes": 5, "via": "api", "status": "refused", "receivedAt": AT, "finishedAt": AT, "problemCount": 1},
    "problems": [{"line": 2, "column": "amount", "rule": "format"}],
    "states": {"received": AT, "refused": AT},
}


def message(of: Sent) -> tuple[dict[str, Any], dict[str, Any]]:
    said = upload(of)
    names = ("uploadId", "bank", "reportDate", "status", "rows", "stored", "duplicates", "conflicts", "contentHash")
    body = {name: said[name] for name in (*names, "receivedAt", "finishedAt", "totals")}
    body |= {"stage": "dev", "messageId": message_id(of.upload_id, "done")}
    return body, {name: body[name] for name in ("status", "bank", "reportDate", "messageId")}


def right() -> dict[str, Any]:
    return {
        "uploads": {FIRST.upload_id: upload(FIRST), SECOND.upload_id: upload(SECOND), WRONG.upload_id: REFUSED_ITEM},
        "rows": dict(STORED),
        "objects": {one.upload_id: one.file.content for one in (FIRST, SECOND)},
        "messages": {one.upload_id: [message(one)] for one in (FIRST, SECOND)},
    }


SENT = (FIRST, SECOND, WRONG, BROKEN)


def findings(*sent: Sent, **observed: Any) -> Findings:
    sent = sent or SENT
    seen = Observed(**{**right(), **observed})
    return Findings(sent, expect(sent, seen.rows), seen, "dev")


def differences(found: Findings) -> list[str]:
    every = (*lines.places(found), *lines.answers(found), *lines.rejections(found))
    return [*lines.mismatches(found), *(one for line in every for one in line.differences)]


def test_what_is_as_it_must_be_has_no_difference() -> None:
    assert differences(findings()) == []
    assert lines.lost(findings(), set()) == set()


def test_a_repeat_is_neither_announced_again_nor_another_upload() -> None:
    again = replace(FIRST, file=replace(FIRST.file, number=9), is_new=False)
    assert differences(findings(*SENT, again)) == []
    own = {name: one for name, one in STORED.items() if one["uploadId"] == FIRST.upload_id}
    only = {"uploads": {FIRST.upload_id: upload(FIRST)}, "objects": {FIRST.upload_id: b"bytes 1"}}
    assert differences(findings(again, rows=own, messages={}, **only)) == []


FAILED = {**upload(FIRST), "status": "failed", "error": {"state": "Process", "name": "States.Timeout"}}
CHANGES: dict[str, tuple[str, Any, str]] = {
    "a row is missing": (
        "rows",
        {name: one for name, one in STORED.items() if "00004" not in name},
        "rows: expected 4",
    ),
    "an upload failed": ("uploads", {**right()["uploads"], FIRST.upload_id: FAILED}, "failed in Process"),
    "no announcement": ("messages", {FIRST.upload_id: [message(FIRST)]}, "announcements: expected 2, observed 1"),
    "no object": ("objects", {FIRST.upload_id: FIRST.file.content}, "files bucket: expected 2, observed 1"),
    "a refused file's object": (
        "objects",
        {**right()["objects"], WRONG.upload_id: b"wrong"},
        f"files bucket: expected 2, observed 3; unexpected: {WRONG.upload_id}",
    ),
    "other bytes": ("objects", {**right()["objects"], FIRST.upload_id: b"other"}, "one/1.csv#1: other bytes"),
    "other counts": (
        "uploads",
        {**right()["uploads"], FIRST.upload_id: upload(FIRST, stored=2)},
        "one/1.csv#1: stored 2, expected 3",
    ),
    "other totals": (
        "uploads",
        {**right()["uploads"], FIRST.upload_id: {**upload(FIRST), "totals": {}}},
        "one/1.csv#1: other totals",
    ),
    "still open": (
        "uploads",
        {**right()["uploads"], FIRST.upload_id: {**upload(FIRST), "open": "open"}},
        "one/1.csv#1: finished, but open",
    ),
    "no refused status": (
        "uploads",
        {name: one for name, one in right()["uploads"].items() if name != WRONG.upload_id},
        f"files refused: expected 1, observed 0; missing: {WRONG.upload_id}",
    ),
    "a row of other content": (
        "rows",
        {**STORED, "one#txn-00004": {**STORED["one#txn-00004"], "amount": Decimal(5)}},
        "one#txn-00004: stored with another content",
    ),
    "a row of another hash": (
        "rows",
        {**STORED, "one#txn-00004": {**STORED["one#txn-00004"], "contentHash": "x"}},
        "one#txn-00004: contentHash",
    ),
    "a message of other counts": (
        "messages",
        {**right()["messages"], FIRST.upload_id: [({**message(FIRST)[0], "stored": 1}, message(FIRST)[1])]},
        f"announcement of {FIRST.upload_id}: stored",
    ),
    "a message without attributes": (
        "messages",
        {**right()["messages"], FIRST.upload_id: [(message(FIRST)[0], {})]},
        f"announcement of {FIRST.upload_id}: attribute bank",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_difference_is_named(change: str) -> None:
    place, value, words = CHANGES[change]
    found = differences(findings(**{place: value}))
    assert any(words in one for one in found), found


@pytest.mark.parametrize(
    ("sent", "answer", "words"),
    [
        (FIRST, answered(400), "answered 400, expected 202 (a file)"),
        (FIRST, answered(202, **{**FIRST.answer.body, "rows": 9}), "answered another rows"),
        (WRONG, answered(202), "answered 202, expected 422"),
        (WRONG, answered(422, problems=[], problemCount=1), "other problems than the file has"),
        (WRONG, answered(422, **{**WRONG.answer.body, "problemCount": 2}), "answered another problemCount"),
        (BROKEN, answered(202), "answered 202, expected 400 (no boundary)"),
    ],
)
def test_a_wrong_answer_is_named(sent: Sent, answer: Answer, words: str) -> None:
    found = list(comparison.answer(replace(sent, answer=answer)))
    assert any(words in one for one in found), found


def test_what_a_letter_stands_for_is_not_lost() -> None:
    rows = {name: one for name, one in STORED.items() if "00004" not in name}
    found = findings(
        rows=rows, uploads={**right()["uploads"], SECOND.upload_id: {**upload(SECOND), "status": "failed"}}
    )
    assert lines.lost(found, set()) == {"one/2.csv#2", "one#txn-00004"}
    assert lines.lost(found, {SECOND.upload_id}) == set()


@pytest.mark.parametrize("place", ["objects", "messages"])
def test_a_file_without_its_object_or_announcement_is_lost(place: str) -> None:
    assert lines.lost(findings(**{place: {}}), set()) == {"one/1.csv#1", "one/2.csv#2"}


def ledger(**changes: Any) -> UploadLedger:
    found = findings()
    return UploadLedger(
        **{
            **{"sent": 4, "accepted": 2, "duplicates": 0, "refused": 2, "failed": 0, "seconds": 1.0, "reasons": {}},
            **{"mismatches": (), "lost": (), "places": lines.places(found), "answers": lines.answers(found)},
            **{"rejections": lines.rejections(found), "counts": {"rows expected": 4}, "seconds_per_file": (1.0, 2.0)},
            **{"rows_per_second": 3.0, **changes},
        }
    )


def test_a_ledger_with_what_must_be_refused_has_no_difference() -> None:
    said = json.loads(ledger().to_json())
    assert (said["differences"], said["refused"], said["rows_per_second"]) == ([], 2, 3.0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reasons": {"refused: 400": 1}}, "not accepted: 1 of 4 (refused: 400)"),
        ({"lost": ("one#txn-00001",)}, "lost: 1 of 6: one#txn-00001"),
        ({"seconds_per_file": (301.0,)}, "1 files took more than 300 s"),
        ({"unfinished": ("one/1.csv#1 is not finished",)}, "one/1.csv#1 is not finished"),
        ({"mismatches": ("a", "b")}, "answers, stored data or announcements differ from what was sent: a, b"),
    ],
)
def test_a_ledger_names_what_is_wrong(changes: dict[str, Any], words: str) -> None:
    assert ledger(**changes).differences == [words]
