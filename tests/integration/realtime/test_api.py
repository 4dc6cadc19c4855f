"""What the API answers: accepted, refused by field, without a key, twice, too often."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hallmark.stage import Stage
from hallmark.systems.realtime.api import api_id
from infra.realtime.outputs import Output
from tests.integration.realtime.stage_contents import archived, everything
from tests.support.keys import throttled_key
from tests.support.refusals import answer_of_the_gateway

SCHEMA = json.loads((Path(__file__).resolve().parents[3] / "infra/realtime/request.schema.json").read_text())
# Broken on purpose: the field, and a value that no transaction may have. `...` leaves the field out.
STOPPED_BY_THE_GATEWAY = [
    *((field, ...) for field in SCHEMA["required"]),
    ("transactionId", "short"),
    ("transactionId", "with blanks inside"),
    ("accountId", 12345678),
    ("amount", "12.50"),
    ("amount", None),
    ("currency", "usd"),
    ("region", "mars"),
    ("merchantCategory", "Grocery!"),
    ("cardNotPresent", "yes"),
    ("country", "USA"),
]
STOPPED_BY_THE_FUNCTION = [
    ("ts", "2026-03-03 15:00"),
    ("ts", "2026-02-30T15:00:00Z"),
    ("ts", "1999-12-31T23:59:59Z"),
    ("amount", 1.005),
    ("amount", 5_000_000_001),
    ("merchantId", "m" * 65),
    ("cardholderTimeZone", "America/Atlantis"),
    ("recentTxnCount", 99),
    ("localHour", 3),
    ("note", "hello"),
]
CARD = "4111111111111111"
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
CARDS = [
    CARD,
    "378282246310005",
    "6011000990139424",
    *(separator.join(["4111", "1111", "1111", "1111"]) for separator in ("-", " ", "  ", "/", ",", "\t", "\u2013")),
    "4111-1111-11111111",
    "41111111 11111111",
    " ".join(CARD),
    CARD.translate(ARABIC),
]
# Where a card number may be tried; `memo` is no field of the request.
CARD_FIELDS = ["transactionId", "accountId", "merchantId", "merchantCategory", "country", "memo"]


def _fields(answer: Any) -> set[str]:
    return {error["field"] for error in answer.json()["errors"]}


@pytest.mark.control("RT_API_ROUTE")
def test_accepted(api: Any, transaction: Callable[..., dict[str, Any]], now: datetime) -> None:
    body = transaction(ts=now.isoformat())
    accepted = api.accept(body)
    assert accepted["transactionId"] == body["transactionId"]
    assert accepted["status"] == "accepted"
    assert abs(datetime.fromisoformat(accepted["receivedAt"]) - now) < timedelta(seconds=10)


def _refused(api: Any, targets: Any, body: dict[str, Any], field: str, value: Any) -> Any:
    """POST a body with a broken field; the value must not come back, nor leave a record."""
    body = {**body, field: value}
    if value is ...:
        del body[field]
    answer = api.post(body)
    assert answer.status == 400
    if isinstance(value, str) and len(value) > 4:
        assert value not in answer.data.decode()
    assert targets.audit_records(str(body.get("transactionId", "none"))) == []
    return answer


@pytest.mark.control("RT_BAD_INPUT")
@pytest.mark.parametrize(("field", "value"), STOPPED_BY_THE_FUNCTION, ids=lambda value: str(value)[:20])
def test_the_function_names_the_broken_field_and_no_other(
    api: Any, transaction: Callable[..., dict[str, Any]], targets: Any, field: str, value: Any
) -> None:
    assert _fields(_refused(api, targets, transaction(), field, value)) == {field}


@pytest.mark.control("RT_BAD_INPUT")
def test_the_function_names_every_broken_field(api: Any, transaction: Callable[..., dict[str, Any]]) -> None:
    answer = api.post({**transaction(), "amount": 1.005, "merchantId": "m" * 65, "note": "hello"})
    assert _fields(answer) == {"amount", "merchantId", "note"}


@pytest.mark.control("RT_BAD_INPUT", "RT_API_SCHEMA")
@pytest.mark.parametrize(("field", "value"), STOPPED_BY_THE_GATEWAY, ids=lambda value: str(value)[:20])
def test_the_gateway_answers_with_every_rule(
    api: Any, transaction: Callable[..., dict[str, Any]], targets: Any, field: str, value: Any
) -> None:
    assert _refused(api, targets, transaction(), field, value).json() == answer_of_the_gateway(SCHEMA)


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
    with throttled_key(stage, api_id(stage), rate=1, burst=2) as key:
        statuses = {api.post(transaction(), key=key).status for _ in range(10)}
    assert 429 in statuses
    assert statuses <= {202, 429}


@pytest.fixture
def no_concurrency(stage: Stage) -> Iterator[str]:
    """`ingest_processor` may not run at all; returns its name."""
    awslambda, name = stage.client("lambda"), stage.outputs[Output.INGEST_PROCESSOR_ARN].split(":")[6]
    reserved = awslambda.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"]
    awslambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    yield name
    awslambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)


@pytest.mark.control("RT_API_ROUTE")
def test_a_throttled_function_is_503_try_again(
    api: Any, transaction: Callable[..., dict[str, Any]], no_concurrency: str
) -> None:
    answer = api.post(transaction())
    assert (answer.status, answer.json()) == (503, {"message": "try again", "errors": []})
    assert answer.headers["Retry-After"] == "1"
    assert no_concurrency not in str(answer.headers)


@pytest.mark.control("RT_NO_PAN", "RT_BAD_INPUT")
def test_card_numbers_are_refused_and_found_nowhere(
    api: Any, stage: Stage, targets: Any, transaction: Callable[..., dict[str, Any]], settle: Callable[[], None]
) -> None:
    accepted = transaction(merchantCategory="luxury")
    api.accept(accepted)
    settle()
    before = archived(stage)
    tried = {(field, card): transaction() for field in CARD_FIELDS for card in CARDS}
    let_in = []
    for (field, card), body in tried.items():
        answer = api.post({**body, field: card})
        if answer.status != 400 or _compact(card) in _compact(answer.data.decode()):
            let_in.append((field, card, answer.status))
    assert let_in == []
    settle()
    assert archived(stage) == before + 1, "the archive holds more than the transaction that shows the end"
    traces = "\n".join(everything(stage, targets))
    plain = _compact(traces)
    assert [card for card in CARDS if _compact(card) in plain] == []
    refused = [body["accountId"] for (field, _), body in tried.items() if field != "accountId"]
    found = [account for account in (accepted["accountId"], *refused) if re.search(rf"{account}\b", traces)]
    assert found == [accepted["accountId"]]


def _compact(text: str) -> str:
    """Letters and digits only, escapes of JSON and other scripts' digits undone: every spelling looks the same."""
    plain = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda escape: chr(int(escape[1], 16)), text)
    plain = re.sub(r"\\+[bfnrt]", " ", plain).translate(
        {ord(arabic): str(digit) for digit, arabic in enumerate("٠١٢٣٤٥٦٧٨٩")}
    )
    return re.sub(r"[^0-9A-Za-z]", "", plain)
