"""Two banks that use the same ids and send equal files: neither sees, changes or hinders what is the other's."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hallmark.stage import Stage
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload.conftest import Bank, Kept, Workflow, id_of, said
from tests.integration.bank_upload.contract import BANKS, COUNTS, KEY, TODAY, file, new_id, row
from tests.support.stage_contents import log_lines

pytestmark = pytest.mark.usefixtures("quick")
BOTH = [BANKS, BANKS[::-1]]
both = pytest.mark.parametrize(("owner", "other"), BOTH, ids=[owner for owner, _ in BOTH])
Client = Callable[..., Bank]


def counts(status: Any) -> tuple[int, ...]:
    """Rows, stored, duplicates, conflicts."""
    return tuple(int(status[name]) for name in COUNTS)


@pytest.mark.control("BU_API_QUOTA", "BU_IDEMPOTENT")
def test_the_same_ids_of_two_banks_are_rows_of_each_and_neither_is_a_conflict(bank: Client, kept: Kept) -> None:
    names = [new_id() for _ in range(3)]
    amounts = dict(zip(BANKS, ("1.50", "2.50"), strict=True))
    uploads = {}
    for owner, amount in amounts.items():
        content = file([row(name, owner, amount=amount) for name in names])
        uploads[owner] = bank(owner).accepted(content)["uploadId"]
    for owner, amount in amounts.items():
        status = kept.ended(uploads[owner])
        assert (status["status"], counts(status)) == ("done", (3, 3, 0, 0))
        for name in names:
            found = kept.row(owner, name)
            assert found and (found["uploadId"], found["bank"], found["amount"]) == (
                uploads[owner],
                owner,
                -int(amount.replace(".", "")),
            )


@both
@pytest.mark.control("BU_VALIDATE", "BU_API_QUOTA")
def test_a_bank_cannot_send_another_s_rows_known_or_not(bank: Client, kept: Kept, owner: str, other: str) -> None:
    """What the other has stored already is answered like what nobody has."""
    name = new_id()
    content = file([row(name, owner)])
    upload = bank(owner).accepted(content)["uploadId"]
    kept.ended(upload)
    before = kept.row(owner, name)
    answers = [bank(other).post(one) for one in (content, file([row(new_id(), owner)]))]
    told = [(answer.status, answer.json()["problems"], answer.json()["message"]) for answer in answers]
    wanted = [{"line": 2, "column": "bank_id", "rule": "bank"}]
    assert told == [(422, wanted, told[0][2])] * 2
    assert answers[0].headers.keys() == answers[1].headers.keys()
    theirs = answers[0].json()["uploadId"]
    assert (theirs, kept.row(owner, name), kept.row(other, name)) == (id_of(other, content), before, None)
    refused, mine = kept.upload(theirs), kept.upload(upload)
    assert refused and (refused["status"], refused["bank"]) == ("refused", other)
    assert mine and (mine["status"], mine["bank"]) == ("done", owner)
    assert owner not in answers[0].data.decode() and upload not in answers[0].data.decode()


@pytest.mark.control("BU_VALIDATE")
@pytest.mark.parametrize("written", ["{}", " {}", "{} ", "{}\u200b", "{}-", "{}#", "{upper}"])
def test_no_spelling_of_a_bank_is_another(bank: Client, written: str) -> None:
    said = written.format(BANKS[0], upper=BANKS[0].upper())
    answer = bank(BANKS[1]).post(file([row(new_id(), said), row(new_id(), BANKS[1])]))
    assert answer.status == 422
    assert {(one["line"], one["column"]) for one in answer.json()["problems"]} == {(2, "bank_id")}


@both
@pytest.mark.control("BU_IDEMPOTENT", "BU_SFN_STATES")
def test_a_file_below_another_s_prefix_is_no_upload_of_either(
    kept: Kept, workflow: Workflow, owner: str, other: str
) -> None:
    name = new_id()
    content = file([row(name, owner)])
    key = KEY.format(bank=other, day=TODAY, upload=id_of(owner, content))
    workflow.put(key, content)
    assert kept.ended(key)["status"] == "refused"
    # Under the id that it would have there, its rows are the other's.
    upload = id_of(other, content)
    workflow.put(KEY.format(bank=other, day=TODAY, upload=upload), content)
    status = kept.ended(upload)
    assert (status["status"], status["problems"][0]["rule"]) == ("refused", "bank")
    assert (kept.row(owner, name), kept.row(other, name)) == (None, None)


@both
@pytest.mark.control("BU_AUDIT", "BU_TOPIC")
def test_nothing_that_is_said_of_a_bank_names_another(
    stage: Stage, bank: Client, kept: Kept, topic: Any, owner: str, other: str
) -> None:
    name, uploads = new_id(), {}
    for who in (owner, other):
        content = file([row(name, who), row(new_id(), who)])
        uploads[who] = bank(who).accepted(content)["uploadId"]
    bank(owner).post(file([row(name, other)]))
    for who in (owner, other):
        kept.ended(uploads[who])
    upload, strangers = uploads[owner], (other, uploads[other])
    message, attributes = said(topic, upload, "done")
    items = [kept.upload(upload), kept.upload(upload, "range#00"), kept.row(owner, name), message, attributes]
    assert all(items)
    assert not [text for text in map(str, items) for stranger in strangers if stranger in text]
    lines = [line for line in log_lines(stage) if upload in line]
    assert len(lines) >= 4
    assert not [line for line in lines for stranger in strangers if stranger in line]


@both
@pytest.mark.control("BU_AUDIT", "BU_API_QUOTA")
def test_no_item_of_a_bank_names_another(stage: Stage, bank: Client, kept: Kept, owner: str, other: str) -> None:
    for who in (owner, other):
        kept.ended(bank(who).accepted(file([row(new_id(), who)]))["uploadId"])
    for output in (Output.STATUS_TABLE, Output.TRANSACTIONS_TABLE):
        pages = stage.client("dynamodb").get_paginator("scan").paginate(TableName=stage.outputs[output])
        own = [item for page in pages for item in page["Items"] if item.get("bank", {}).get("S") == owner]
        assert own
        assert not [item for item in own if other in json.dumps(item)]
