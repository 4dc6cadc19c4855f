"""What files must become follows from their reading and from who won each id; each difference in the table is named."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hallmark.csv_files.problems import Problem
from hallmark.ledger.ledger import percentile
from hallmark.systems.merchant_upload import comparison, lines
from hallmark.systems.merchant_upload.content import Content, Record
from hallmark.systems.merchant_upload.expectation import Sent, expect
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.ledger import FileLedger
from hallmark.systems.merchant_upload.lines import Findings
from hallmark.systems.merchant_upload.observation import Observed

AT = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp() * 1000)
TIMES = {"requestedAt": "2026-11-20T10:00:00.000Z", "uploadedAt": "2026-11-20T10:00:01.000Z"}
DONE = {**TIMES, "finishedAt": "2026-11-20T10:00:09.000Z", "versionId": "v"}


def content(number: int, amount: str = "12.50") -> Content:
    return Content(f"txn-{number:05d}", AT, "token-1", Decimal(amount), "USD", "US", "books", True, None)


def upload(number: int, *records: Record, merchant: str = "one", reading=None) -> Sent:
    file = MerchantFile(merchant, f"{number}.csv", f"bytes {number}".encode(), number)
    return Sent(file, f"up_{number}", f"key {number}", records if reading is None else reading)


def row(line: int, number: int, amount: str = "12.50") -> Record:
    return Record(line, content(number, amount))


def claim(upload_id: str, line: int) -> dict:
    place = {"uploadId": upload_id, "line": Decimal(line), "versionId": "v", "contentHash": "h"}
    return {"kind": "claim", "rowTimestamp": Decimal(AT), **place}


BAD = Problem(4, "country", "country")
FIRST = upload(1, row(2, 1), row(3, 1, "12.5"), Record(4, None, (BAD,)), row(5, 2))
SECOND = upload(2, row(2, 1), row(3, 1, "99.00"), row(4, 2))


def test_repeats_are_duplicates_by_value_and_other_contents_conflict() -> None:
    found = expect([FIRST, SECOND], {"one#txn-00001": claim("up_1", 2), "one#txn-00002": claim("up_2", 4)}, {})
    counts = {"rows": 4, "stored": 1, "duplicates": 2, "rejected": 1, "conflicts": 0}
    assert found.files[FIRST.file.id].counts == counts
    assert found.files[FIRST.file.id].problems == [BAD]
    other = {"rows": 3, "stored": 1, "duplicates": 1, "rejected": 0, "conflicts": 1}
    assert found.files[SECOND.file.id].counts == other
    assert found.files[SECOND.file.id].problems == [Problem(3, "transaction_id", "conflict")]
    assert (found.mismatches, found.unclaimed) == ([], set())


@pytest.mark.parametrize(("upload_id", "line"), [("up_1", 3), ("up_1", 5), ("up_9", 2)])
def test_a_claim_of_a_row_that_cannot_have_it_is_a_mismatch(upload_id: str, line: int) -> None:
    found = expect([FIRST], {"one#txn-00001": claim(upload_id, line), "one#txn-00002": claim("up_1", 5)}, {})
    assert len(found.mismatches) == 1


def test_what_an_earlier_run_stored_wins_with_the_content_of_its_row() -> None:
    earlier = {**item(content(1, "1.00"), "up_0", 7), "versionId": "v"}
    found = expect([FIRST], {"one#txn-00001": claim("up_0", 7)}, {"one#txn-00001": earlier})
    assert found.files[FIRST.file.id].conflicts == 2
    assert found.unclaimed == {"one#txn-00002"}


def item(of: Content, upload_id: str, line: int, merchant: str = "one") -> dict:
    return {
        "kind": "transaction",
        "transaction_id": f"{merchant}#{of.transaction_id}",
        "timestamp": Decimal(of.timestamp),
        "merchant": merchant,
        "cardKey": f"{merchant}#{of.card_token}",
        "cardToken": of.card_token,
        "amount": of.amount,
        "currency": of.currency,
        "country": of.country,
        "merchantCategory": of.merchant_category,
        "cardPresent": of.card_present,
        "uploadId": upload_id,
        "objectKey": "key 1",
        "versionId": "v",
        "line": Decimal(line),
        "contentHash": "h",
        "storedAt": "2026-11-20T10:00:02.000Z",
        "judgedAt": "2026-11-20T10:00:03.000Z",
        "rulesVersion": Decimal(1),
        "anomalies": {"duplicate": {"at": "2026-11-20T10:00:03.000Z", "version": Decimal(1), "by": "one#txn-00001"}},
    }


ONE = upload(1, row(2, 1))
NAME = "one#txn-00001"
ALERT = {
    "alertId": "7c9e6679-7425-5de4-944b-e07fc1f90ae7",
    "rules": {"duplicate"},
    "rowTimestamp": Decimal(AT),
    "publishedAt": "2026-11-20T10:00:04.000Z",
    "messageId": "m",
}
UPLOAD = {
    **DONE,
    "kind": "upload",
    "merchant": "one",
    "objectKey": ONE.key,
    "fileName": "1.csv",
    "size": Decimal(len(ONE.file.content)),
    "sha256": ONE.file.sha256,
    "status": "done",
    **{name: Decimal(count) for name, count in (("rows", 1), ("stored", 1), ("judged", 1))},
}
RIGHT = {
    "uploads": {ONE.upload_key: UPLOAD},
    "claims": {NAME: claim("up_1", 2)},
    "rows": {NAME: item(content(1), "up_1", 2)},
    "alerts": {NAME: ALERT},
    "problems": {ONE.file.id: []},
    "objects": {ONE.file.id: ONE.file.content},
}


def ledger(asked=(("one asks", True),), covered=frozenset(), **other) -> FileLedger:
    observed = Observed(**{**RIGHT, **other})
    found = Findings([ONE], expect([ONE], observed.claims, {}), {NAME: frozenset({"duplicate"})}, observed, dict(asked))
    return FileLedger(
        **{"sent": 1, "accepted": 1, "duplicates": 0, "refused": 0, "failed": 0, "seconds": 1.0, "reasons": {}},
        mismatches=tuple(lines.mismatches(found)),
        lost=tuple(sorted(lines.lost(found, set(covered), set()))),
        places=lines.places(found),
        verdicts=lines.anomalies(found),
        rejections=lines.rejections(found),
        counts={"valid rows": 1},
        seconds_per_file=(8.0,),
        rows_per_second=1.0,
    )


def test_a_run_as_expected_has_no_difference() -> None:
    assert ledger().differences == []


def changed(of: dict, **values: object) -> dict:
    return {name: value for name, value in {**of, **values}.items() if value is not None}


ROW, CLEARED = RIGHT["rows"][NAME], {"anomalies": {}}
DIFFERENCES = {
    "upload's record gone": ({"uploads": {}}, "uploads' records"),
    "upload refused": ({"uploads": {ONE.upload_key: {**UPLOAD, "status": "refused"}}}, "files done"),
    "other count": ({"uploads": {ONE.upload_key: {**UPLOAD, "rows": Decimal(2)}}}, "rows 2, expected 1"),
    "still open": ({"uploads": {ONE.upload_key: {**UPLOAD, "cardKey": "open"}}}, "cardKey"),
    "errors without a problem": (
        {"uploads": {ONE.upload_key: {**UPLOAD, "errors": [{"line": 2, "rule": "time"}]}}},
        "other errors",
    ),
    "object gone": ({"objects": {}}, "files bucket"),
    "other bytes": ({"objects": {ONE.file.id: b"other"}}, "other bytes"),
    "claim gone": ({"claims": {}}, "claims of ids"),
    "row gone": ({"rows": {}}, "rows: expected 1, observed 0"),
    "other amount": ({"rows": {NAME: changed(ROW, amount=Decimal(1))}}, "another content"),
    "other line": ({"rows": {NAME: changed(ROW, line=Decimal(9))}}, f"{NAME}: line"),
    "other version": ({"rows": {NAME: changed(ROW, versionId="w")}}, f"{NAME}: versionId"),
    "not judged": ({"rows": {NAME: changed(ROW, judgedAt=None)}}, "rows judged"),
    "no version of the rules": ({"rows": {NAME: changed(ROW, rulesVersion=None)}}, "no version of the rules"),
    "rule missing": ({"rows": {NAME: changed(ROW, anomalies={})}}, "duplicate: expected 1, observed 0"),
    "rule too many": (
        {"rows": {NAME: changed(ROW, anomalies={**ROW["anomalies"], "velocity": ROW["anomalies"]["duplicate"]})}},
        "velocity: expected 0, observed 1",
    ),
    "alert gone": ({"alerts": {}}, "alerts: expected 1, observed 0"),
    "alert not published": ({"alerts": {NAME: changed(ALERT, publishedAt=None)}}, "alerts published"),
    "alert without a message": ({"alerts": {NAME: changed(ALERT, messageId=None)}}, "without a message"),
    "alert without its id": ({"alerts": {NAME: changed(ALERT, alertId="1")}}, "without an id of its own"),
    "alert for another rule": ({"alerts": {NAME: changed(ALERT, rules={"velocity"})}}, "other rules"),
    "a problem too many": ({"problems": {ONE.file.id: [BAD]}}, "country: expected 0, observed 1"),
    "a status that is wrong": ({"asked": (("one asks", False),)}, "statuses"),
}


@pytest.mark.parametrize("case", DIFFERENCES)
def test_every_difference_is_named(case: str) -> None:
    other, words = DIFFERENCES[case]
    assert any(words in difference for difference in ledger(**other).differences)


def test_lost_is_what_nothing_knows_of() -> None:
    unjudged = {"rows": {NAME: changed(ROW, judgedAt=None, anomalies={})}}
    assert ledger(**unjudged).lost == (NAME,)
    assert ledger(**unjudged, covered={NAME}).lost == ()
    assert "lost: 1 of 2: one#txn-00001" in ledger(**unjudged).differences


def test_a_file_that_held_a_card_number_must_be_gone() -> None:
    bad = upload(1, Record(2, None, (Problem(2, "card_token", "card-number"),)))
    expected = expect([bad], {}, {}).files[bad.file.id]
    item_ = {
        **UPLOAD,
        "rows": 1,
        "stored": 0,
        "judged": 0,
        "rejected": 1,
        "errors": [{"line": 2, "column": "card_token", "rule": "card-number"}],
    }
    assert [text.split(": ")[1] for text in comparison.upload(bad, expected, item_)] == [
        "the file holds a card number and was not removed"
    ]
    removed = {**item_, "holdsCardNumber": True, "removedAt": "2026-11-20T10:00:09.000Z"}
    assert list(comparison.upload(bad, expected, removed)) == []


def test_a_refused_file_has_its_rule_alone() -> None:
    refused = upload(1, reading=Problem(3, None, "quotes"))
    expected = expect([refused], {}, {}).files[refused.file.id]
    item_ = changed(
        {**UPLOAD, "status": "refused", "errors": [{"line": 3, "rule": "quotes"}]}, rows=0, stored=0, judged=0
    )
    assert list(comparison.upload(refused, expected, item_)) == []


@pytest.mark.parametrize(("share", "found"), [(0.5, 2.0), (0.99, 4.0), (1.0, 4.0)])
def test_percentiles_are_values_that_were_seen(share: float, found: float) -> None:
    assert percentile((4.0, 1.0, 2.0, 3.0), share) == found
    assert percentile((), share) == 0.0
