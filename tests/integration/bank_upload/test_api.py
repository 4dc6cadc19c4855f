"""`POST /upload` and nothing else: keys, headers and types, limits, and every answer that the contract has."""

from collections.abc import Callable, Iterator

import pytest
import urllib3
from openapi_spec_validator import OpenAPIV30SpecValidator

from hallmark.openapi import export
from hallmark.stage import Stage
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import Injection, inject
from hallmark.stage.plan_keys import plan_key
from hallmark.systems.bank_upload.api import api_id, url
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload.conftest import Bank, Kept, id_of
from tests.integration.bank_upload.contract import ANSWER, BANKS, COLUMNS, TODAY, days_ago, file, new_id, row
from tests.integration.bank_upload.forms import BOUNDARY, FORM, form
from tests.support.command import Command
from tests.support.keys import throttled_key

pytestmark = pytest.mark.usefixtures("quick")
BANK, OTHER = BANKS
Client = Callable[..., Bank]
FORBIDDEN = {"message": "Forbidden", "errors": []}
TRY_AGAIN = {"message": "try again", "errors": []}
MISSING = "A parameter of the request is missing"
WRONG_TYPE = {"message": "A body of this type is refused", "errors": [{"field": "Content-Type", "rule": FORM}]}
INVALID = "The request is invalid. Correct what errors name, and send it again."
REFUSED_TYPES = ("application/json", "text/csv", "application/x-www-form-urlencoded", "application/octet-stream")
MOST_BYTES = 4_500_000
# Not a form of any kind, and forms of another kind.
OTHER_TYPES = ("text/plain", "application/pdf", "image/png", "multipart/mixed; boundary=b", "text/csv-schema", "x/y")


def one_row(bank: str = BANK) -> bytes:
    """A valid file that nobody has sent."""
    return file([row(new_id(), bank)])


@pytest.mark.control("BU_API_ROUTE", "BU_API_SCHEMA", "BU_API_QUOTA")
def test_the_openapi_document_has_the_route_its_headers_answers_and_key(stage: Stage) -> None:
    document = export(stage, api_id(stage))
    assert [error.message for error in OpenAPIV30SpecValidator(document).iter_errors()] == []
    assert [f"{server['url']}/upload" for server in document["servers"]] == [url(stage)]
    assert {path: list(operations) for path, operations in document["paths"].items()} == {"/upload": ["post"]}
    operation = document["paths"]["/upload"]["post"]
    assert set(operation["responses"]) == {"202", "400", "403", "413", "415", "422", "429", "503"}
    headers = {one["name"]: one["required"] for one in operation["parameters"] if one["in"] == "header"}
    assert headers == {"Content-Type": True, "X-Report-Date": True}
    assert set(REFUSED_TYPES) <= operation["requestBody"]["content"].keys()
    (scheme,) = (name for requirement in operation["security"] for name in requirement)
    key = document["components"]["securitySchemes"][scheme]
    assert (key["type"], key["in"], key["name"]) == ("apiKey", "header", "x-api-key")


def test_the_command_prints_the_document(hallmark: Command) -> None:
    done = hallmark("openapi", "--system", "bank_upload", "--target", "aws")
    assert done.returncode == 0, done.stderr
    assert '"/upload"' in done.stdout


@pytest.mark.control("BU_API_ROUTE")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", path) for path in ("", "/", "/upload", "/upload/", "/status", "/uploads")),
        *(("POST", path) for path in ("/", "/Upload", "/uploads", "/upload/x", "/upload%00")),
        *((method, "/upload") for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")),
    ],
)
def test_there_is_no_other_route(bank: Client, method: str, path: str) -> None:
    client = bank(BANK)
    address = f"{client.url.removesuffix('/upload')}{path}"
    answer = urllib3.request(method, address, headers={"x-api-key": str(client.key)}, retries=False)
    # With as without a key, and in the shape of all refusals.
    assert (answer.status, answer.json()["errors"]) == (403, []), answer.data


@pytest.mark.control("BU_API_QUOTA", "BU_VALIDATE")
@pytest.mark.parametrize("key", [None, "", "x" * 40])
def test_without_a_key_of_the_plan_nothing_is_judged(bank: Client, key: str | None) -> None:
    for answer in (bank(BANK, key).post(one_row()), bank(BANK, key).send(b"", {}), bank(BANK, key).post(b"x")):
        assert (answer.status, answer.json()) == (403, FORBIDDEN)


@pytest.mark.control("BU_API_QUOTA", "BU_VALIDATE")
def test_a_key_of_no_bank_is_refused_and_has_its_number_a_day(stage: Stage, bank: Client) -> None:
    with plan_key(stage, api_id(stage), new_id("key"), quota={"limit": 3, "period": "DAY"}) as key:
        answers = [bank(BANK, key).post(one_row()) for _ in range(5)]
    assert [answer.status for answer in answers] == [403] * 3 + [429] * 2
    assert all(answer.json().keys() == {"message", "errors"} for answer in answers)


@pytest.mark.control("BU_API_QUOTA", "BU_VALIDATE")
def test_the_key_says_who_sends_and_no_header_or_query_does(bank: Client, kept: Kept) -> None:
    content = one_row()
    said = {"x-bank": OTHER, "x-api-key-id": OTHER, "x-forwarded-for": "10.0.0.1"}
    client = bank(BANK)
    answer = client.send(
        form(content), {**said, "content-type": f"{FORM}; boundary={BOUNDARY}"}, query="?bank=" + OTHER
    )
    assert answer.status == 202, answer.data
    item = kept.upload(answer.json()["uploadId"])
    assert item and item["bank"] == BANK


HEADERS = {"content-type": f"{FORM}; boundary={BOUNDARY}", "X-Report-Date": TODAY}
MISSES = [*((name, value) for name in HEADERS for value in (None, "", " "))]


@pytest.mark.control("BU_API_SCHEMA", "BU_VALIDATE")
@pytest.mark.parametrize(("name", "value"), MISSES)
def test_a_header_that_is_missing_or_blank_is_400(bank: Client, name: str, value: str | None) -> None:
    rest = {key: text for key, text in HEADERS.items() if key != name}
    answer = bank(BANK).raw(form(one_row()), rest if value is None else {**rest, name: value})
    assert answer.status == 400
    fields = {error["field"].lower() for error in answer.json()["errors"]}
    assert name.lower() in fields
    if value is None:
        assert answer.json()["message"] == MISSING


@pytest.mark.control("BU_API_SCHEMA", "BU_VALIDATE")
@pytest.mark.parametrize("more", ["", "; charset=utf-8", ";header=present"])
@pytest.mark.parametrize("kind", REFUSED_TYPES)
def test_the_gateway_refuses_what_clients_send_by_mistake(bank: Client, kept: Kept, kind: str, more: str) -> None:
    content = one_row()
    for body in (content, b"", b"{}", b"a=1&b=2", form(content)):
        answer = bank(BANK).send(body, {"content-type": kind + more})
        assert (answer.status, answer.json()) == (400, WRONG_TYPE)
    assert kept.upload(id_of(BANK, content)) is None


@pytest.mark.control("BU_VALIDATE")
@pytest.mark.parametrize("kind", [*OTHER_TYPES, *(kind.upper() for kind in REFUSED_TYPES)])
def test_every_other_type_is_415_or_400_and_says_what_to_send(bank: Client, kind: str) -> None:
    answer = bank(BANK).send(one_row(), {"content-type": kind})
    # Types differ in case alone are refused by whoever reads them so.
    assert answer.status == (415 if kind in OTHER_TYPES else answer.status) and answer.status in (400, 415)
    assert FORM in f"{answer.json()}"


@pytest.mark.control("BU_VALIDATE")
@pytest.mark.parametrize(
    ("day", "status"),
    [
        *((days_ago(days), 422) for days in (0, 1, 400)),
        *((days_ago(days), 400) for days in (-1, -400, 401, 36_500)),
        *(
            (day, 400)
            for day in ("yesterday", "20261130", "2026-11-31", "2026-2-3", "30.11.2026", "2026-11-30T00:00:00Z")
        ),
        *((day, 400) for day in ("0000-01-01", "9999-12-31", "2026-11-30, 2026-11-30", "\u0662026-11-30", "2" * 5_000)),
    ],
)
def test_a_report_date_is_a_day_from_400_days_ago_to_today(bank: Client, day: str, status: int) -> None:
    answer = bank(BANK).post(b"no,columns\n", day.encode().decode("latin-1"))
    assert answer.status == status, answer.data
    if status == 400:
        assert [error["field"] for error in answer.json()["errors"]] == ["X-Report-Date"]
        assert day not in answer.data.decode() or len(day) < 4


@pytest.mark.control("BU_VALIDATE")
@pytest.mark.parametrize(
    ("size", "words"),
    [
        (MOST_BYTES, None),
        (MOST_BYTES + 1, "Send files of at most 4500000 bytes"),
        (4_700_000, "Send files of at most"),
        # Lambda's 6 MB, of base64; the gateway's 10 MB.
        (4_800_000, None),
        (10_485_000, None),
        (10_485_761, None),
    ],
)
def test_a_file_that_is_too_large_is_413_whoever_says_so(bank: Client, size: int, words: str | None) -> None:
    answer = bank(BANK).post(b"x" * size)
    assert answer.status == (422 if size == MOST_BYTES else 413)
    assert words is None or words in answer.json()["message"]


@pytest.mark.control("BU_VALIDATE")
def test_the_first_that_is_wrong_is_answered(bank: Client) -> None:
    """The order is 400, 413, 415, 422: each request also breaks all that comes later."""
    client, large, text = bank(BANK), b"x" * (MOST_BYTES + 1), "text/plain"
    broken = [
        (client.send(form(large, kind=text), {"X-Report-Date": "today"}), 400),
        (client.send(form(large, kind=text)), 413),
        (client.send(form(b"no,columns\n", kind=text)), 415),
        (client.send(form(b"no,columns\n")), 422),
    ]
    assert [answer.status for answer, _ in broken] == [status for _, status in broken]


@pytest.mark.control("BU_VALIDATE")
def test_an_accepted_file_has_its_answer(bank: Client) -> None:
    content = one_row()
    answer = bank(BANK).post(content)
    said = answer.json()
    assert (answer.status, said.keys()) == (202, ANSWER)
    assert (said["uploadId"], said["rows"]) == (id_of(BANK, content), 1)
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/json", "no-store")


@pytest.mark.control("BU_VALIDATE")
def test_a_refused_file_names_its_first_100_problems_and_their_number(bank: Client, kept: Kept) -> None:
    ids = [new_id("bad") for _ in range(90)]
    content = file([row(name, amount="secret", type="secret") for name in ids])
    answer = bank(BANK).post(content)
    said = answer.json()
    assert (answer.status, said["problemCount"], len(said["problems"])) == (422, 180, 100)
    first = {"line": 2, "column": "amount", "rule": "format"}
    assert said["problems"][:2] == [first, {**first, "column": "type"}]
    assert said["problems"][-1] == {"line": 51, "column": "type", "rule": "format"}
    assert said["rules"].keys() == {"format"} and said["uploadId"] == id_of(BANK, content)
    assert not any(value in answer.data.decode() for value in ("secret", *ids))
    item = kept.upload(said["uploadId"])
    assert item and (item["status"], item["problemCount"], len(item["problems"])) == ("refused", 180, 100)
    assert all(kept.row(BANK, name) is None for name in ids[:3])
    assert kept.objects(said["uploadId"]) == []


WRONG_FILES = {
    "empty": (b"", 1, None, "no-rows"),
    "a header alone": (",".join(COLUMNS).encode(), 1, None, "no-rows"),
    "an unknown column": (file([], "other,columns"), 1, None, "header"),
    "Latin-1": (file([row("a" * 8)]).replace(b"rent", b"l\xf6hn"), 2, None, "encoding"),
    "another number of cells": (file([[*row("a" * 8), "more"]]), 2, None, "columns"),
    "text after a quote": (file([row("a" * 8, description='"a"b')]), 2, None, "quotes"),
    "another bank's rows": (file([row("a" * 8, OTHER)]), 2, "bank_id", "bank"),
    "a card number": (file([row("a" * 8, description="4111 1111 1111 1111")]), 2, "description", "card-number"),
    "a formula": (file([row("a" * 8, description="=1+1")]), 2, "description", "formula"),
    "an id twice": (file([row("a" * 8), row("a" * 8)]), 3, "transaction_id", "duplicate-in-file"),
    "another day": (file([row("a" * 8, timestamp="2025-01-01T00:00:00Z")]), 2, "timestamp", "time"),
}


@pytest.mark.control("BU_VALIDATE", "BU_NO_PAN")
@pytest.mark.parametrize("what", WRONG_FILES)
def test_each_kind_of_problem_is_named_by_line_column_and_rule(bank: Client, what: str) -> None:
    content, line, column, rule = WRONG_FILES[what]
    answer = bank(BANK).post(content)
    assert answer.status == 422
    assert answer.json()["problems"] == [{"line": line, "column": column, "rule": rule}]


@pytest.fixture
def no_concurrency(stage: Stage) -> Iterator[None]:
    """`validation` may not run at all."""
    awslambda, name = stage.client("lambda"), stage.outputs[Output.VALIDATION_ARN]
    reserved = awslambda.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"]
    awslambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    yield
    awslambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)


@pytest.mark.control("BU_API_ROUTE", "BU_VALIDATE")
def test_a_throttled_function_is_503_try_again(bank: Client, no_concurrency: None) -> None:
    answer = bank(BANK).post(one_row())
    assert (answer.status, answer.json(), answer.headers["Retry-After"]) == (503, TRY_AGAIN, "1")
    assert "lambda" not in f"{answer.headers}"


@pytest.mark.control("BU_VALIDATE", "BU_IDEMPOTENT")
@pytest.mark.embedded
@pytest.mark.parametrize(
    ("service", "operation"), [("dynamodb", "PutItem"), ("s3", "PutObject"), ("dynamodb", "GetItem")]
)
def test_what_cannot_be_kept_is_503_and_goes_through_when_sent_again(
    bank: Client, kept: Kept, running_emulator: Emulator, service: str, operation: str
) -> None:
    content = one_row()
    fault = Injection(
        service, operation, contains=(id_of(BANK, content),), times=10, code="ServiceUnavailable", status=503
    )
    with inject(running_emulator.endpoint, fault) as injected:
        answer = bank(BANK).post(content)
        assert injected.strikes > 0
    assert (answer.status, answer.json()["errors"], answer.headers["Retry-After"]) == (503, [], "1")
    upload = bank(BANK).accepted(content)["uploadId"]
    assert kept.ended(upload)["stored"] == 1


@pytest.mark.control("BU_API_QUOTA")
def test_a_rate_beyond_the_plan_s_is_429(stage: Stage, bank: Client) -> None:
    with throttled_key(stage, api_id(stage), rate=1, burst=1) as key:
        statuses = {bank(BANK, key).post(b"x").status for _ in range(5)}
    assert statuses == {403, 429}
