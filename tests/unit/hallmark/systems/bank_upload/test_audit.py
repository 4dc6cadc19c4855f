"""An upload's trail says who sent what and what became of it, and names what does not fit together."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from hallmark.digest import sha256
from hallmark.systems.bank_upload.audit import trail
from hallmark.systems.bank_upload.content import Content, object_key, upload_id
from tests.unit.hallmark.systems.bank_upload.status_stage import FakeStage

DAY, AT = "2026-11-19", "2026-11-20T10:00:00.000Z"
CONTENT = (
    b"transaction_id,timestamp,account_token,amount,currency,type,bank_id\n"
    b"txn-00001,2026-11-19T10:00:00Z,acct_1,12.50,USD,debit,one-bank\n"
    b"txn-00002,2026-11-19T10:00:00Z,acct_1,1.00,USD,credit,one-bank\n"
)
ID = upload_id("one-bank", DAY, sha256(CONTENT))
KEY = object_key("one-bank", DAY, ID)
ONE = Content("txn-00001", "2026-11-19T10:00:00.000Z", "acct_1", -1250, "USD", "debit", None)
TWO = Content("txn-00002", "2026-11-19T10:00:00.000Z", "acct_1", 100, "USD", "credit", None)
COUNTS = {"rows": Decimal(2), "stored": Decimal(1), "duplicates": Decimal(0), "conflicts": Decimal(1)}
UPLOAD = {
    **{"uploadId": ID, "part": "upload", "bank": "one-bank", "reportDate": DAY, "contentHash": sha256(CONTENT)},
    **{"bytes": Decimal(len(CONTENT)), "receivedAt": AT, "via": "api", "objectKey": KEY, "versionId": "v"},
    **{"status": "done", "finishedAt": AT, "execution": "e", "attempts": Decimal(1), "messageId": "m", **COUNTS},
    "states": {"received": AT, "announced": AT},
    "totals": {"USD": {"rows": Decimal(1), "debit": Decimal(1250), "credit": Decimal(0)}},
    "problems": [{"line": Decimal(3), "column": "transaction_id", "rule": "conflict"}],
    "problemCount": Decimal(1),
}
RANGE = {"uploadId": ID, "part": "range#00", "line": Decimal(2), "versionId": "v", "processedAt": AT, **COUNTS}
RANGE["totals"] = UPLOAD["totals"]


def row(content: Content, upload: str, line: int, **changes: Any) -> dict[str, Any]:
    return {
        "transactionKey": f"one-bank#{content.transaction_id}",
        "transactionId": content.transaction_id,
        "timestamp": content.timestamp,
        "accountToken": content.account_token,
        "amount": Decimal(content.amount),
        "currency": content.currency,
        "type": content.type,
        "contentHash": content.sha256,
        "uploadId": upload,
        "line": Decimal(line),
        **changes,
    }


EARLIER = Content("txn-00002", "2026-11-19T10:00:00.000Z", "acct_1", 5, "USD", "credit", None)
ROWS = (row(ONE, ID, 2), row(EARLIER, "earlier", 7))


def of(*items: dict[str, Any], content: bytes = CONTENT) -> FakeStage:
    stage = FakeStage(*items)
    stage.objects[KEY, "v"] = (datetime(2026, 11, 20, tzinfo=UTC), content)
    return stage


@pytest.mark.parametrize("identity", [ID, KEY])
def test_a_trail_says_who_sent_what_when_and_what_became_of_it(identity: str) -> None:
    found = trail(of(UPLOAD, RANGE), identity)
    assert found is not None
    text = "\n".join(found.lines)
    for words in (
        *(f"upload {ID} of one-bank for {DAY}: done", f"received {AT} by api", sha256(CONTENT), "announced"),
        *("stored 1, duplicates 0, conflicts 1", "USD: rows 1, debit 1250", "range#00 from line 2", "messageId m"),
        "line 3 transaction_id conflict",
    ):
        assert words in text
    assert found.contradictions == ()


def test_a_version_that_is_another_file_than_its_key_says_has_a_trail_beside_the_upload_s() -> None:
    states = {"states": {"refused": AT}, "receivedAt": AT, "finishedAt": AT}
    refused = {"uploadId": KEY, "part": "upload", "status": "refused", "versionId": "w", **states}
    for items in ([refused], [UPLOAD, RANGE, refused]):
        found = trail(of(*items), KEY)
        assert found is not None and found.contradictions == ()
        firsts = [line for line in found.lines if line.startswith("upload ")]
        assert firsts[-1] == f"upload {KEY}, which is no bank's: refused"
        assert len(firsts) == len([one for one in items if one["part"] == "upload"])


def test_a_failed_upload_s_trail_names_state_error_and_command() -> None:
    failed = {**UPLOAD, "status": "failed", "error": {"state": "Process", "name": "States.Timeout"}}
    found = trail(of(failed), ID)
    assert found is not None
    assert "failed in Process with States.Timeout: hallmark redrive upload-failure --system bank_upload" in found.lines


def test_problems_that_are_not_shown_are_counted() -> None:
    found = trail(of({**UPLOAD, "status": "refused", "problemCount": Decimal(7)}), ID)
    assert found is not None
    assert "  and 6 more" in found.lines


def test_an_unknown_upload_or_another_bank_s_has_no_trail() -> None:
    assert trail(of(UPLOAD), "uploads/by-hand.csv") is None
    assert trail(of(UPLOAD), ID, "other-bank") is None
    assert trail(of(UPLOAD, RANGE), ID, "one-bank") is not None


CONTRADICTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "its id is not that of its bank, date and content": ({**UPLOAD, "contentHash": "x"}, RANGE),
    "ended, but open": ({**UPLOAD, "open": "open"}, RANGE),
    "ended at no time": ({**UPLOAD, "finishedAt": ""}, RANGE),
    "failed without an error": ({**UPLOAD, "status": "failed"},),
    "rows are not stored + duplicates + conflicts": ({**UPLOAD, "rows": Decimal(3)}, {**RANGE, "rows": Decimal(3)}),
    "its ranges have other stored": ({**UPLOAD}, {**RANGE, "stored": Decimal(2)}),
    "its ranges have other totals": (UPLOAD, {**RANGE, "totals": {}}),
    "its ranges are of another version": (UPLOAD, {**RANGE, "versionId": "w"}),
}


@pytest.mark.parametrize("words", CONTRADICTIONS)
def test_every_contradiction_is_named(words: str) -> None:
    found = trail(of(*CONTRADICTIONS[words]), ID)
    assert found is not None
    assert found.contradictions == (words,)


def test_file_and_rows_that_are_as_the_status_says_are_said_to_be() -> None:
    found = trail(of(UPLOAD, RANGE, *ROWS), ID, with_rows=True)
    assert found is not None
    assert (found.lines[-1], found.contradictions) == (
        "the file's version and its rows in the table are as the status says",
        (),
    )


AGAINST: dict[str, FakeStage] = {
    "the file's version is gone": FakeStage(UPLOAD, RANGE, *ROWS),
    "the file's version has another content": of(UPLOAD, RANGE, *ROWS, content=CONTENT + b"\n"),
    "the file's version is not valid": of(UPLOAD, RANGE, *ROWS, content=CONTENT.replace(b"USD", b"usd")),
    "the file's version has 1 rows": of(UPLOAD, RANGE, *ROWS, content=CONTENT[:-63]),
    "line 2 is not in the table": of(UPLOAD, RANGE, ROWS[1]),
    "line 2: the row in the table has not the content of its hash": of(
        UPLOAD, RANGE, row(ONE, ID, 2, amount=Decimal(1)), ROWS[1]
    ),
    "line 2: the row in the table is not the file's": of(
        UPLOAD, RANGE, row(Content("txn-00001", AT, "acct_2", -1, "USD", "debit", None), ID, 2), ROWS[1]
    ),
    "conflicts 1, but the table has 0": of(UPLOAD, RANGE, ROWS[0], row(TWO, "earlier", 7)),
}


@pytest.mark.parametrize("words", AGAINST)
def test_every_difference_of_file_and_rows_is_named(words: str) -> None:
    found = trail(AGAINST[words], ID, with_rows=True)
    assert found is not None
    assert words in found.contradictions
