"""`GET /status/{transaction_id}`: what is found, and for whom; what every other path is answered."""

import importlib
import json

import pytest

from tests.support.function_settings import give
from tests.support.local_dynamodb import LocalDynamoDb, refusal

KEYS = {"corner-shop": "key-1", "garden-market": "key-2"}
UPLOAD = "up_01ARZ3NDEKTSV4RRFFQ69G5FAV"
COUNTS = ("rows", "stored", "duplicates", "rejected", "conflicts")
AT = 1_795_000_000_123


@pytest.fixture
def asked(monkeypatch):
    """Return what asks for a status, and the table."""
    give(monkeypatch, MERCHANTS=json.dumps(KEYS))
    module = importlib.reload(importlib.import_module("merchant_upload.api_handler.index"))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    table = LocalDynamoDb()
    table.attach(module._STORE._table.meta.client)

    def ask(path_id, merchant="corner-shop"):
        identity = {"apiKeyId": KEYS.get(merchant, "no one's")}
        event = {"httpMethod": "GET", "requestContext": {"identity": identity}}
        return module.handler({**event, "pathParameters": {"transaction_id": path_id}}, None)

    ask.table = table
    return ask


def typed(value):
    if isinstance(value, dict):
        return {"M": {name: typed(inner) for name, inner in value.items()}}
    if isinstance(value, list):
        return {"L": [typed(inner) for inner in value]}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def put(asked, bare_id, timestamp, merchant="corner-shop", **attributes):
    item = {"transaction_id": f"{merchant}#{bare_id}", "timestamp": timestamp, **attributes}
    asked.table.put({name: typed(value) for name, value in item.items()})


def put_row(asked, bare_id="order-001", merchant="corner-shop", **attributes):
    put(asked, bare_id, 0, merchant, kind="claim", uploadId=UPLOAD)
    row = {"kind": "transaction", "uploadId": UPLOAD, "anomalies": {}, **attributes}
    put(asked, bare_id, AT, merchant, **row)


FOUND = {"at": "2026-11-18T12:00:00.000Z", "version": 1}
VERDICTS = [
    ({}, "validated", []),
    ({"judgedAt": "2026-11-18T12:00:00.000Z"}, "cleared", []),
    (
        {"judgedAt": "2026-11-18T12:00:00.000Z", "anomalies": {"velocity": FOUND, "geography": FOUND}},
        "flagged",
        ["geography", "velocity"],
    ),
    ({"anomalies": {"velocity": FOUND}}, "flagged", ["velocity"]),
]


@pytest.mark.parametrize(("attributes", "status", "anomalies"), VERDICTS)
def test_a_transaction_has_its_verdict(asked, attributes, status, anomalies):
    put_row(asked, **attributes)
    answer = asked("order-001")
    assert answer["statusCode"] == 200
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert json.loads(answer["body"]) == {
        "transactionId": "order-001",
        "status": status,
        "timestamp": "2026-11-18T11:06:40.123Z",
        "uploadId": UPLOAD,
        "anomalies": anomalies,
    }


WAITING = {"kind": "upload", "status": "waiting", "requestedAt": "2026-11-18T12:00:00.000Z"}
DONE = {
    **WAITING,
    **{"status": "done", "fileName": "November.csv", **dict.fromkeys(COUNTS, 3)},
    **{"uploadedAt": "2026-11-18T12:01:00.000Z", "finishedAt": "2026-11-18T12:02:00.000Z"},
    "errors": [{"line": 2, "column": "amount", "rule": "format"}, {"line": 7, "rule": "columns"}],
}


def test_an_upload_that_waits_has_no_counts_yet(asked):
    put(asked, UPLOAD, 0, **WAITING)
    nothing = dict.fromkeys(("fileName", *COUNTS, "uploadedAt", "finishedAt"))
    known = {"uploadId": UPLOAD, "status": "waiting", "requestedAt": WAITING["requestedAt"], "errors": []}
    assert json.loads(asked(UPLOAD)["body"]) == {**nothing, **known}


def test_an_upload_that_is_done_has_counts_and_problems(asked):
    put(asked, UPLOAD, 0, **DONE)
    body = json.loads(asked(UPLOAD)["body"])
    shown = {name: DONE[name] for name in DONE if name not in ("kind", "errors")}
    errors = [{"line": 2, "column": "amount", "rule": "format"}, {"line": 7, "column": None, "rule": "columns"}]
    assert body == {"uploadId": UPLOAD, **shown, "errors": errors}


def test_what_is_unknown_and_what_is_another_merchant_s_are_the_same_404(asked):
    put_row(asked, merchant="garden-market")
    put(asked, UPLOAD, 0, "garden-market", **DONE)
    put(asked, f"{UPLOAD}#rejected#0000", 0, kind="rejections")
    put(asked, "order-009", 0, kind="claim")
    answers = [asked(name) for name in ("order-001", UPLOAD, "order-002", UPLOAD[:-1] + "W", "order-009")]
    assert [answer["statusCode"] for answer in answers] == [404] * 5
    assert len({json.dumps(answer) for answer in answers}) == 1
    assert asked("order-001", "garden-market")["statusCode"] == asked(UPLOAD, "garden-market")["statusCode"] == 200


def test_merchants_with_one_id_see_their_own(asked):
    put_row(asked)
    put_row(asked, merchant="garden-market", judgedAt="2026-11-18T12:00:00.000Z")
    assert [json.loads(asked("order-001", merchant)["body"])["status"] for merchant in KEYS] == ["validated", "cleared"]


MALFORMED = [
    None,
    "",
    "short",
    "x" * 65,
    "-order-001",
    "order 001",
    "order#001",
    "order%20001",
    "order-001\n",
    "órder-001",
]
MALFORMED += [
    "up_short",
    UPLOAD.lower(),
    UPLOAD + "0",
    UPLOAD[:-1] + "U",
    f"{UPLOAD}#rejected#0000",
    "../upload",
    "\0" * 9,
]
MALFORMED += ["corner-shop#order-001", "x" * 5000, "\uff11" * 9, 7, ["order-001"], "\ud800order-001"]


@pytest.mark.parametrize("path_id", MALFORMED)
def test_an_id_that_can_be_none_is_400_without_the_id(asked, path_id):
    answer = asked(path_id)
    assert (answer["statusCode"], json.loads(answer["body"])["errors"][0]["field"]) == (400, "transaction_id")
    assert len(answer["body"]) < 200


def test_no_path_parameters_at_all_are_400(asked):
    module = importlib.import_module("merchant_upload.api_handler.index")
    event = {"httpMethod": "GET", "pathParameters": None, "requestContext": {"identity": {"apiKeyId": "key-1"}}}
    assert module.handler(event, None)["statusCode"] == 400


def test_a_key_of_no_merchant_is_forbidden(asked):
    put_row(asked)
    assert asked("order-001", "nobody")["statusCode"] == 403


@pytest.mark.parametrize("name", ["order-001", UPLOAD])
def test_what_cannot_be_read_is_answered_with_try_again(asked, capsys, name):
    asked.table.around = lambda operation, call: refusal("ProvisionedThroughputExceededException")
    answer = asked(name)
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "1")
    assert name not in capsys.readouterr().out


def test_reads_are_consistent(asked):
    bodies = []
    client = importlib.import_module("merchant_upload.api_handler.index")._STORE._table.meta.client
    client.meta.events.register("before-call.dynamodb.*", lambda params, **_: bodies.append(json.loads(params["body"])))
    asked("order-001")
    asked(UPLOAD)
    assert [body["ConsistentRead"] for body in bodies] == [True, True]
