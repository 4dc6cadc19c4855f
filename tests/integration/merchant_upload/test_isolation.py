"""Two merchants who use the same ids, cards and forms: neither sees, changes or is judged by what is the other's."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hallmark.stage import Stage
from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.anomalies import alerts
from tests.integration.merchant_upload.contract import COLUMNS, MERCHANTS, counts, file, new_id, row
from tests.support.waiting import wait_for

BOTH = [MERCHANTS, MERCHANTS[::-1]]
both = pytest.mark.parametrize(("owner", "other"), BOTH, ids=[owner for owner, _ in BOTH])
Client = Callable[..., Any]


@pytest.mark.control("MU_ISOLATED", "MU_STATUS")
def test_one_id_with_other_contents_has_a_status_for_each_and_neither_is_a_conflict(merchant: Client) -> None:
    name = new_id()
    countries = dict(zip(MERCHANTS, ("grocery", "crypto"), strict=True))
    uploads = {}
    for owner, category in countries.items():
        status = merchant(owner).through(file([row(name, merchant_category=category)]))
        assert (counts(status), status["errors"]) == ((1, 1, 0, 0, 0), [])
        uploads[owner] = status["uploadId"]
    told = {owner: merchant(owner).status(name).json() for owner in MERCHANTS}
    assert {owner: answer["uploadId"] for owner, answer in told.items()} == uploads
    assert [(told[owner]["status"], told[owner]["anomalies"]) for owner in MERCHANTS] == [
        ("cleared", []),
        ("flagged", ["risky-category"]),
    ]


@both
@pytest.mark.control("MU_ISOLATED")
def test_what_is_the_other_s_is_as_if_it_were_not(merchant: Client, owner: str, other: str) -> None:
    name = new_id()
    upload = merchant(owner).through(file([row(name), row(new_id(), amount="x")]))["uploadId"]
    client = merchant(other)
    unknown, strange = client.status(new_id()), client.status("up_" + "0" * 26)
    for path_id, like in ((name, unknown), (upload, strange), (f"{owner}_{name}", unknown)):
        answer = client.status(path_id)
        assert (answer.status, answer.data, _shape(answer)) == (404, like.data, _shape(like))
    # Keys of the table are no ids.
    for path_id in (f"{owner}%23{name}", f"{upload}%23rejected%230000", f"{name}%23alert"):
        assert client.status(path_id).status == 400


def _shape(answer: Any) -> set[str]:
    return {name.lower() for name in answer.headers}


@both
@pytest.mark.control("MU_ISOLATED", "MU_PRESIGNED")
def test_a_form_carries_what_comes_with_it_to_its_own_merchant(merchant: Client, owner: str, other: str) -> None:
    name, form = new_id(), merchant(owner).form()
    theirs = merchant(other).form()
    for changed in (
        {"key": theirs["key"]},
        {"key": f"uploads/{other}/{form['key'].split('/', 2)[2]}"},
        {"policy": theirs["fields"]["policy"]},
        {"key": theirs["key"], "policy": theirs["fields"]["policy"]},
    ):
        assert merchant(other).post(form, file([row(name)]), **changed).status in (400, 403), changed
    # Who posts it has no say in whose it is.
    assert merchant(other).post(form, file([row(name)])).status == 204
    assert merchant(owner).ended(form["uploadId"])["stored"] == 1
    assert (merchant(owner).status(name).status, merchant(other).status(name).status) == (200, 404)


@both
@pytest.mark.control("MU_ISOLATED", "MU_ROWS")
def test_a_file_cannot_name_another_merchant(
    merchant: Client, items: Callable[[str], list[Any]], owner: str, other: str
) -> None:
    client, name = merchant(owner), new_id()
    cells = [row(f"{other}#{name}"), row(new_id(), card_token=f"{other}#tok"), row(f"{other}-{name}")]
    status = client.through(file(cells))
    assert counts(status) == (3, 1, 0, 2, 0)
    assert [(error["column"], error["rule"]) for error in status["errors"]] == [
        ("transaction_id", "format"),
        ("card_token", "format"),
    ]
    refused = client.through(f"{','.join(COLUMNS)},merchant\n{','.join(row(name))},{other}\n".encode())
    assert [error["rule"] for error in refused["errors"]] == ["header"]
    assert not items(f"{other}#{name}") and not items(f"{other}#{other}-{name}")


@pytest.mark.control("MU_ISOLATED", "MU_ANOMALY", "MU_ALERT")
def test_a_card_of_two_merchants_is_two_cards_and_each_alert_names_its_own(stage: Stage, merchant: Client) -> None:
    """Together they would break velocity, geography and duplicate; alone none of them does."""
    card, marker = new_id("tok"), new_id("both")
    times = [f"2026-11-03T10:{minute:02}:00Z" for minute in range(3)]
    uploads: dict[str, Any] = {}
    with alerts(stage) as heard:
        for owner, country in zip(MERCHANTS, ("DE", "FR"), strict=True):
            rows = [
                row(f"{marker}-{number}", card_token=card, timestamp=time, country=country, amount=f"{20 + number}.50")
                for number, time in enumerate(times[: 3 if owner == MERCHANTS[0] else 2])
            ]
            rows.append(row(f"{marker}-risky", merchant_category="crypto", amount="21.50"))
            uploads[owner] = merchant(owner).through(file(rows))["uploadId"]
        for owner in MERCHANTS:
            for number in range(2):
                assert merchant(owner).status(f"{marker}-{number}").json()["anomalies"] == []
        found = wait_for(lambda: _of(heard(), marker) if len(_of(heard(), marker)) == 2 else None, "both alerts")
    assert {(one["merchant"], one["uploadId"], one["transactionId"]) for one in found} == {
        (owner, uploads[owner], f"{marker}-risky") for owner in MERCHANTS
    }
    for one in found:
        (stranger,) = set(MERCHANTS) - {one["merchant"]}
        assert stranger not in json.dumps(one) and uploads[stranger] not in json.dumps(one)


def _of(heard: list[Any], marker: str) -> list[Any]:
    return [json.loads(one["Message"]) for one in heard if marker in one["Message"]]


@both
@pytest.mark.control("MU_ISOLATED", "MU_AUDIT")
def test_no_item_of_a_merchant_names_the_other(stage: Stage, merchant: Client, owner: str, other: str) -> None:
    name = new_id()
    for who in (owner, other):
        merchant(who).through(file([row(name, merchant_category="crypto"), row(name, amount="7")]))
    table = stage.outputs[Output.TRANSACTIONS_TABLE]
    pages = stage.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    mine = [item for page in pages for item in page["Items"] if item["transaction_id"]["S"].startswith(f"{owner}#")]
    assert any(name in item["transaction_id"]["S"] for item in mine)
    assert not [item for item in mine if f"{other}#" in json.dumps(item) or f"/{other}/" in json.dumps(item)]
