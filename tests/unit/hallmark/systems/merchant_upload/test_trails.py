"""Trails and stuck files, from a table and a bucket of fakes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from hallmark.systems.merchant_upload.audit import trails
from hallmark.systems.merchant_upload.stuck import stuck
from hallmark.tables import plain, typed
from infra.merchant_upload.outputs import Output

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
PLACE = {"uploadId": "up_1", "versionId": "v", "line": Decimal(3), "contentHash": "h"}
SAID = {"at": "2026-11-20T09:00:02.000Z", "version": Decimal(1), "by": "one#txn-00002"}
ROW = {
    **{"transaction_id": "one#txn-00001", "timestamp": Decimal(5), "kind": "transaction", **PLACE},
    **{"objectKey": "key", "storedAt": "2026-11-20T09:00:00.000Z", "anomalies": {"velocity": SAID}},
    **{"judgedAt": "2026-11-20T09:00:02.000Z", "rulesVersion": Decimal(1)},
}
CLAIM = {
    **{"transaction_id": "one#txn-00001", "timestamp": Decimal(0), "kind": "claim", "rowTimestamp": Decimal(5)},
    **{"claimedAt": "2026-11-20T09:00:00.000Z", **PLACE},
}
UPLOAD = {
    **{"transaction_id": "one#up_1", "timestamp": Decimal(0), "kind": "upload", "status": "done", "versionId": "v"},
    **{"objectKey": "key", "uploadedAt": "2026-11-20T08:59:58.000Z", "rows": Decimal(2)},
    "errors": [{"line": Decimal(2), "column": "country", "rule": "country"}],
}
ALERT = {
    **{"transaction_id": "one#txn-00001#alert", "timestamp": Decimal(0), "kind": "alert", "alertId": "a"},
    **{"rules": {"velocity"}, "createdAt": "2026-11-20T09:00:03.000Z"},
}


class FakeStage:
    """Items by key, as three clients give them; versions are the times of the object's."""

    outputs = {  # noqa: RUF012 - as a stage has it
        Output.TRANSACTIONS_TABLE: "rows",
        Output.CARD_INDEX: "cards",
        Output.FILES_BUCKET: "files",
    }

    def __init__(self, *items: dict[str, Any], versions: tuple[datetime, ...] = ()) -> None:
        self.items, self.versions = items, versions

    def client(self, service: str) -> "FakeStage":
        return self

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        wanted = [plain(key) for key in RequestItems["rows"]["Keys"]]
        found = [one for one in self.items for key in wanted if key.items() <= one.items()]
        return {"Responses": {"rows": [typed(one) for one in found]}}

    def get_paginator(self, _: str) -> "FakeStage":
        return self

    def paginate(self, ExpressionAttributeValues: dict[str, Any], **asked: Any) -> list[dict[str, Any]]:
        (value,) = [one["S"] for one in ExpressionAttributeValues.values()]
        name = "cardKey" if "IndexName" in asked else "transaction_id"
        return [{"Items": [typed(one) for one in self.items if one.get(name) == value]}]

    def list_object_versions(self, **_: Any) -> dict[str, Any]:
        return {"Versions": [{"LastModified": moment} for moment in self.versions]}


def test_a_rows_trail_names_its_file_verdict_and_alert() -> None:
    (trail,) = trails(FakeStage(ROW, CLAIM, UPLOAD, ALERT), ["one", "two"], "txn-00001")
    text = "\n".join(trail.lines)
    for words in ("upload up_1, version v, line 3", "flagged", "velocity", "shown by txn-00002", "not published"):
        assert words in text
    assert trail.contradictions == ()


def test_an_uploads_trail_has_times_counts_and_problems() -> None:
    (trail,) = trails(FakeStage(UPLOAD), ["one"], "up_1")
    assert "rows 2" in trail.lines
    assert "  line 2 country country" in trail.lines


def test_an_unknown_id_has_no_trail() -> None:
    assert trails(FakeStage(ROW, CLAIM), ["two"], "txn-00001") == []


CONTRADICTIONS = {
    "the claim is missing": (ROW, UPLOAD, ALERT),
    "the row is missing": (CLAIM, UPLOAD),
    "row and claim have another line": ({**ROW, "line": Decimal(4)}, CLAIM, UPLOAD, ALERT),
    "row and claim have another time": (ROW, {**CLAIM, "rowTimestamp": Decimal(6)}, UPLOAD, ALERT),
    "its upload is missing": (ROW, CLAIM, ALERT),
    "its upload has another version": (ROW, CLAIM, {**UPLOAD, "versionId": "w"}, ALERT),
    "flagged, but without an alert": (ROW, CLAIM, UPLOAD),
    "its alert has rules that its verdict has not": (ROW, CLAIM, UPLOAD, {**ALERT, "rules": {"duplicate"}}),
}


@pytest.mark.parametrize("words", CONTRADICTIONS)
def test_every_contradiction_is_named(words: str) -> None:
    (trail,) = trails(FakeStage(*CONTRADICTIONS[words]), ["one"], "txn-00001")
    assert trail.contradictions == (words,)


def waiting(status: str, **other: Any) -> dict[str, Any]:
    return {**UPLOAD, "cardKey": "open", "status": status, **other}


LATE = "2026-11-20T09:50:00.000Z"


@pytest.mark.parametrize(
    ("item", "versions", "words"),
    [
        (
            waiting("processing", uploadedAt=LATE),
            (),
            "not all stored: hallmark redrive validation-failure --system merchant_upload",
        ),
        (
            waiting("processing", uploadedAt=LATE, validatedAt=LATE),
            (),
            "not all judged: hallmark redrive anomaly-failure --system merchant_upload",
        ),
    ],
)
def test_a_stuck_file_says_what_to_do(item: dict[str, Any], versions: Any, words: str) -> None:
    (found,) = stuck(FakeStage(item, versions=versions), NOW)
    assert found.seconds == 600
    assert words in str(found)


def test_a_form_without_a_file_is_not_stuck_and_one_with_a_file_is() -> None:
    item = {name: value for name, value in waiting("waiting").items() if name != "uploadedAt"}
    assert stuck(FakeStage(item), NOW) == []
    (found,) = stuck(FakeStage(item, versions=(NOW, NOW - timedelta(seconds=301))), NOW)
    assert "no function has taken it" in str(found)
    assert stuck(FakeStage(item, versions=(NOW - timedelta(seconds=299),)), NOW) == []
