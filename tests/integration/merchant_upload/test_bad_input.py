"""Whatever is sent to the API, the answer is the contract's, and what is refused leaves no trace.

Drawn bodies and ids, 500 of each or as many as `--requests` says, drawn again by `--seed`; then requests with names.
"""

import gzip
import json
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from hallmark.openapi import export, request_schema
from hallmark.stage import Stage
from hallmark.systems.merchant_upload.api import PATH, api_id
from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.answers import RULES, contract
from tests.integration.merchant_upload.contract import MERCHANTS, new_id
from tests.integration.merchant_upload.drawn_requests import bodies, path_ids, wanted_statuses
from tests.support.drawn_json import MARK
from tests.support.fuzzing import check_drawn
from tests.support.keys import throttled_key, unthrottled
from tests.support.refusals import ANY_MARK, Judge
from tests.support.stage_contents import crashes, everything

NAME = MERCHANTS[0]
INVALID, NOT_FOUND = "The request is invalid.", {"message": "Not found", "errors": []}
MISSING_TOKEN = {"message": "Missing Authentication Token", "errors": []}
FORBIDDEN = {"message": "Forbidden", "errors": []}
ID_RULE = {"field": "transaction_id", "rule": "a transaction's id, or the uploadId of a file"}


@pytest.fixture(scope="module", autouse=True)
def quick(stage: Stage) -> Iterator[None]:
    """Let a merchant send as fast as it can, until the tests of this file are done."""
    with unthrottled(stage, stage.outputs[Output.USAGE_PLAN_ID]):
        yield


@pytest.fixture(scope="module", autouse=True)
def crashed(stage: Stage) -> int:
    """How often a function crashed before the first test of this file."""
    return crashes(stage)


@pytest.fixture(scope="module")
def judge(stage: Stage, merchant: Callable[..., Any]) -> Judge:
    client, pool = merchant(NAME), urllib3.PoolManager()

    def send(body: bytes, headers: Any) -> urllib3.BaseHTTPResponse:
        keyed = {"content-type": "application/json", "x-api-key": client.key, **headers}
        return pool.request("POST", client.url, body=body, headers=keyed, retries=False)

    return Judge(send, uuid.uuid4().hex, contract(request_schema(export(stage, api_id(stage)), PATH)))


@pytest.mark.control("MU_BAD_INPUT", "MU_PRESIGNED", "MU_API_ROUTES")
def test_drawn_bodies(judge: Judge, request: pytest.FixtureRequest) -> None:
    statuses: Counter[int] = Counter()
    check_drawn(request, "requests", bodies(judge.contract.schema), lambda body: statuses.update([judge.judge(body)]))
    assert min(statuses[201], statuses[400]) > statuses.total() / 10, f"bodies of one kind only: {statuses}"


NAMED = {
    "empty": b"",
    "blanks": b" \t\r\n",
    "a NUL": b"\0",
    "a form": b"fileName=a.csv&size=1",
    "two objects": b"{}{}",
    "comments": b"{/**/}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "gzip": gzip.compress(b"{}"),
    "UTF-16": "{}".encode("utf-16"),
    "300 KB of blanks": b'{"size": ' + b" " * 300_000 + b"-1}",
    "300 KB in a field": b'{"fileName": "%s"}' % (b"y" * 300_000),
    "20,000 names": b"{" + b",".join(b'"k%d":1' % number for number in range(20_000)) + b"}",
    "20,000 arrays": b"[" * 20_000,
    "20,000 objects": b'{"fileName":' * 20_000 + b"1" + b"}" * 20_000,
    "a name twice": b'{"size": 1, "size": 1}',
    "a name twice, spelled otherwise": b'{"size": 1, "s\\u0069ze": 1}',
    "half of a surrogate": b'{"fileName": "\\ud800"}',
    "a surrogate in UTF-8": b'{"fileName": "\xed\xa0\x80"}',
    "a number of 6,000 digits": b'{"size": ' + b"1" * 6_000 + b"}",
    "a huge exponent": b'{"size": 1e99999999999}',
    "a card number in escapes": b'{"fileName": "' + b"".join(b"\\u003%d" % int(d) for d in "4111111111111111") + b'"}',
}


@pytest.mark.control("MU_BAD_INPUT", "MU_NO_PAN")
@pytest.mark.parametrize("content_type", ["application/json", "text/csv", ""])
@pytest.mark.parametrize("what", NAMED)
def test_a_body_with_a_name(judge: Judge, what: str, content_type: str) -> None:
    assert judge.judge(NAMED[what], **{"content-type": content_type}) == 400


@pytest.mark.control("MU_BAD_INPUT", "MU_STATUS")
def test_drawn_ids(judge: Judge, merchant: Callable[..., Any], request: pytest.FixtureRequest) -> None:
    client, statuses = merchant(NAME), Counter[int]()

    def answered_by_the_contract(segment: str) -> None:
        mark = judge.mark()
        judge.refused.add(mark)
        segment = segment.replace(MARK, mark)
        answer = client.status(segment)
        statuses[answer.status] += 1
        assert answer.status in wanted_statuses(segment), (segment, answer.data)
        wanted = {400: {"message": INVALID, "errors": [ID_RULE]}, 404: NOT_FOUND, 403: MISSING_TOKEN}
        assert answer.json() == wanted[answer.status], segment
        assert mark not in f"{answer.headers}"

    check_drawn(request, "requests", path_ids(), answered_by_the_contract)
    assert min(statuses[400], statuses[404]) > statuses.total() / 20, f"ids of one kind only: {statuses}"


# As they go over the wire: a client's library would mend some of them. API Gateway answers 403 where no route is.
ELSEWHERE = [
    *(("GET", path) for path in ("", "/", "/upload", "/upload/", "/status", "/status/", "/status//", "/status/a/b")),
    *(("GET", path) for path in ("/Status/unknown-1", "/statusx/unknown-1", "/status/../upload", "/status/%2e%2e/x")),
    *(("POST", path) for path in ("/", "/uploads", "/Upload", "/upload/x", "/status/unknown-1", "/status")),
    *((method, "/upload") for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")),
    *((method, "/status/unknown-1") for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")),
]


@pytest.mark.control("MU_BAD_INPUT", "MU_API_ROUTES")
@pytest.mark.parametrize(("method", "path"), ELSEWHERE)
def test_where_no_route_is_nothing_is_answered(merchant: Callable[..., Any], method: str, path: str) -> None:
    client = merchant(NAME)
    assert _raw(client, method, path, [("x-api-key", client.key)]) == (403, MISSING_TOKEN)


@pytest.mark.control("MU_BAD_INPUT", "MU_API_KEY", "MU_ISOLATED")
def test_a_key_that_is_missing_wrong_or_elsewhere_opens_nothing(merchant: Callable[..., Any]) -> None:
    own, other = (merchant(name).key for name in MERCHANTS)
    client = merchant(NAME)
    refused: list[list[tuple[str, str]]] = [
        [],
        *([("x-api-key", key)] for key in ("", " ", "x" * 40, own.upper(), own[:-1], f"{own}x", f"{own},{other}")),
        *([(name, own)] for name in ("authorization", "x-api-key-id", "x_api_key", "apikey")),
        [("x-api-key", "x" * 40), ("x-merchant", NAME)],
        # Which of two counts is not for a client to choose.
        [("x-api-key", own), ("x-api-key", other)],
        [("x-api-key", other), ("x-api-key", own)],
    ]
    for headers in refused:
        for method, path, body in (("POST", "/upload", b"{}"), ("GET", f"/status/{new_id()}", None)):
            assert _raw(client, method, path, headers, body) == (403, FORBIDDEN), headers
    assert _raw(client, "POST", f"/upload?x-api-key={own}", [], b"{}") == (403, FORBIDDEN)


@pytest.mark.control("MU_API_KEY", "MU_ISOLATED")
def test_a_key_of_the_plan_that_is_no_merchant_s_opens_nothing(stage: Stage, merchant: Callable[..., Any]) -> None:
    with throttled_key(stage, api_id(stage), rate=50, burst=50) as key:
        stranger = merchant(NAME, key)
        for answer in (stranger.ask({}), stranger.status(new_id())):
            assert (answer.status, answer.json()) == (403, FORBIDDEN)


def _raw(
    client: Any, method: str, path: str, headers: list[tuple[str, str]], body: bytes | None = None
) -> tuple[int, Any]:
    """Send a request as it is; return status and body."""
    root = urlsplit(client.url.rpartition("/")[0])
    connection = (HTTPSConnection if root.scheme == "https" else HTTPConnection)(root.netloc, timeout=30)
    connection.putrequest(method, f"{root.path}{path}")
    for name, value in headers:
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("content-length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, content


@pytest.mark.control("MU_BAD_INPUT", "MU_NO_PAN")
def test_what_was_refused_left_no_trace(judge: Judge, stage: Stage, crashed: int) -> None:
    assert judge.accepted and judge.refused, "run the whole file: this is about the requests of its other tests"
    traces = "\n".join(everything(stage))
    assert set(re.findall(ANY_MARK, traces)) & judge.refused == set()
    assert "4111111111111111" not in traces
    assert crashes(stage) == crashed


@pytest.mark.control("MU_BAD_INPUT")
def test_a_refusal_is_logged_by_the_names_of_its_fields(judge: Judge, stage: Stage) -> None:
    assert judge.refused, "run the whole file: this is about the requests of its other tests"
    function = stage.outputs[Output.API_HANDLER_ARN].rpartition(":")[2]
    pages = stage.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
    texts = [event["message"] for page in pages for event in page["events"]]
    lines = [line for line in map(json.loads, filter(lambda text: text.startswith("{"), texts)) if "fields" in line]
    assert {"body", "fileName"} <= {field for line in lines for field in line["fields"]} <= RULES.keys()
    assert {line["message"] for line in lines} == {"request refused"}
