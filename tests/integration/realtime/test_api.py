"""What the API answers: accepted, refused by field, without a key, twice, too often."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from hallmark.stage import Stage

# Broken on purpose: the field, and a value that no transaction may have. `...` leaves the field out.
BROKEN = [
    ("transactionId", ...),
    ("transactionId", "short"),
    ("transactionId", "with blanks inside"),
    ("accountId", ...),
    ("accountId", 12345678),
    ("ts", "2026-03-03 15:00"),
    ("ts", "2026-02-30T15:00:00Z"),
    ("ts", "1999-12-31T23:59:59Z"),
    ("amount", "12.50"),
    ("amount", 1.005),
    ("amount", 5_000_000_001),
    ("amount", None),
    ("currency", "usd"),
    ("region", "mars"),
    ("merchantId", "m" * 65),
    ("merchantCategory", "Grocery!"),
    ("cardNotPresent", "yes"),
    ("country", "USA"),
    ("cardholderTimeZone", "America/Atlantis"),
    ("recentTxnCount", 99),
    ("localHour", 3),
    ("note", "hello"),
]
CARDS = ["4111111111111111", "4111-1111-1111-1111", "4111 1111 1111 1111", "378282246310005", "6011000990139424"]


def _fields(answer: Any) -> set[str]:
    return {error["field"] for error in answer.json()["errors"]}


@pytest.mark.control("RT_API_ROUTE")
def test_accepted(api: Any, transaction: Callable[..., dict[str, Any]], now: datetime) -> None:
    body = transaction(ts=now.isoformat())
    accepted = api.accept(body)
    assert accepted["transactionId"] == body["transactionId"]
    assert accepted["status"] == "accepted"
    assert abs(datetime.fromisoformat(accepted["receivedAt"]) - now) < timedelta(seconds=10)


@pytest.mark.control("RT_BAD_INPUT")
@pytest.mark.parametrize(("field", "value"), BROKEN, ids=lambda value: str(value)[:20])
def test_a_bad_field_is_named_and_its_value_is_not(
    api: Any, transaction: Callable[..., dict[str, Any]], targets: Any, field: str, value: Any
) -> None:
    body = {**transaction(), field: value}
    if value is ...:
        del body[field]
    answer = api.post(body)
    assert answer.status == 400
    assert field in _fields(answer)
    if isinstance(value, str) and len(value) > 4:
        assert value not in answer.data.decode()
    assert targets.audit_records(str(body.get("transactionId", "none"))) == []


@pytest.mark.control("RT_BAD_INPUT")
@pytest.mark.parametrize("body", ["", "not json", "[]", '"text"', "null", "{", "[" * 20_000, "x" * 300_000])
def test_a_body_that_is_no_object_is_refused(api: Any, body: str) -> None:
    answer = api.post(body)
    assert answer.status == 400
    assert answer.json()["errors"]


@pytest.mark.control("RT_API_SCHEMA")
@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/json; charset=utf-8"])
def test_another_content_type_is_no_way_around(api: Any, transaction: Any, content_type: str) -> None:
    body = json.dumps({**transaction(), "amount": "12"})
    assert api.post(body, **{"content-type": content_type}).status == 400


@pytest.mark.control("RT_API_KEY")
@pytest.mark.parametrize("key", ["", "wrong"])
def test_no_key_no_entry(api: Any, transaction: Callable[..., dict[str, Any]], key: str) -> None:
    assert api.post(transaction(), key=key).status == 403


@pytest.mark.control("RT_IDEMPOTENT")
@pytest.mark.parametrize(
    "other",
    [{"amount": 13}, {"accountId": "acct-another"}, {"ts": "2026-03-03T15:00:00.001Z"}, {"merchantId": None}],
    ids=lambda other: next(iter(other)),
)
def test_an_id_is_taken_once_for_all(api: Any, transaction: Callable[..., dict[str, Any]], other: Any) -> None:
    body = transaction()
    api.accept(body)
    changed = {name: value for name, value in {**body, **other}.items() if value is not None}
    answer = api.post(changed)
    assert answer.status == 409
    assert _fields(answer) == {"transactionId"}


@pytest.mark.control("RT_API_KEY")
def test_over_the_plan_is_refused(api: Any, stage: Stage, transaction: Callable[..., dict[str, Any]]) -> None:
    gateway = stage.client("apigateway")
    key = gateway.create_api_key(name="over-the-plan", enabled=True, value="k" * 40)
    plan = gateway.create_usage_plan(
        name="over-the-plan",
        apiStages=[{"apiId": stage.outputs["ApiId"], "stage": stage.name}],
        throttle={"rateLimit": 1, "burstLimit": 2},
    )
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    statuses = {api.post(transaction(), key="k" * 40).status for _ in range(10)}
    assert 429 in statuses
    assert statuses <= {202, 429}


@pytest.mark.control("RT_NO_PAN")
@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("field", ["transactionId", "accountId", "merchantId", "merchantCategory", "country", "memo"])
def test_a_card_number_is_refused_and_found_nowhere(
    api: Any, stage: Stage, transaction: Callable[..., dict[str, Any]], field: str, card: str
) -> None:
    answer = api.post({**transaction(), field: card})
    assert answer.status == 400
    assert card not in answer.data.decode()
    assert card not in _everything(stage)


def _everything(stage: Stage) -> str:
    """Every row of every table and every line of every log group, as one text."""
    logs, tables = stage.client("logs"), stage.client("dynamodb")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    lines = [
        event["message"]
        for group in groups
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        for event in page["events"]
    ]
    rows = [json.dumps(tables.scan(TableName=name)["Items"]) for name in tables.list_tables()["TableNames"]]
    return "\n".join(lines + rows)
