"""Whatever is sent, the answer is the contract's, and what is refused leaves no trace.

First bodies with names, then drawn ones: 500, or as many as `--requests` says, drawn again by `--seed`. A failure is
shrunk to the simplest body that shows it, and printed as a command that sends it.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hallmark.openapi import export, request_schema
from hallmark.stage import Stage
from hallmark.systems.realtime.api import PATH, api_id
from infra.realtime.outputs import Output
from tests.integration.realtime.assertions import contract
from tests.integration.realtime.breaking_bodies import CARD, NAMED, Named
from tests.integration.realtime.drawn_bodies import bodies
from tests.integration.realtime.stage_contents import archived, everything, rows
from tests.support.drawn_json import MARK
from tests.support.fuzzing import check_drawn
from tests.support.keys import throttled_key
from tests.support.refusals import ANY_MARK, Judge

Json = dict[str, Any]
# What every line of a function's log says, and what a refusal adds.
LINE = {"level", "message", "function", "stage", "traceId", "transactionId"}


@pytest.fixture(scope="module")
def key(stage: Stage) -> Iterator[str]:
    """A key of a plan that never says 429."""
    with throttled_key(stage, api_id(stage), rate=5_000, burst=5_000) as value:
        yield value


@pytest.fixture(scope="module")
def before(stage: Stage) -> dict[str, int]:
    """What the stage holds before the first body of this file."""
    return _kept(stage)


@pytest.fixture(scope="module")
def judge(stage: Stage, api: Any, key: str, before: dict[str, int]) -> Judge:
    exported = request_schema(export(stage, api_id(stage)), PATH)
    return Judge(lambda body, headers: api.post(body, key=key, **headers), uuid.uuid4().hex, contract(exported))


@pytest.mark.control("RT_BAD_INPUT", "RT_API_SCHEMA", "RT_NO_PAN")
@pytest.mark.parametrize("named", NAMED, ids=lambda named: named.name)
def test_a_body_with_a_name(judge: Judge, transaction: Callable[..., Json], named: Named) -> None:
    body = named.body(transaction(transactionId=f"{MARK}-t", accountId=f"{MARK}-a"))
    assert judge.judge(body, **named.headers) == (202 if named.accepted else 400)


@pytest.mark.control("RT_BAD_INPUT", "RT_API_SCHEMA", "RT_NO_PAN")
def test_drawn_bodies(judge: Judge, request: pytest.FixtureRequest) -> None:
    statuses: list[int] = []
    schema = judge.contract.schema
    check_drawn(request, "requests", bodies(schema), lambda body: statuses.append(judge.judge(body)))
    shares = {status: statuses.count(status) / len(statuses) for status in (202, 400)}
    assert min(shares.values()) > 0.1, f"bodies of one kind only: {shares}"


@pytest.mark.control("RT_BAD_INPUT", "RT_NO_PAN")
def test_what_was_refused_left_no_trace(
    judge: Judge, stage: Stage, targets: Any, settle: Callable[[], None], before: dict[str, int]
) -> None:
    assert judge.accepted and judge.refused, "run the whole file: this is about the bodies of its other tests"
    settle()
    grown = {name: count - before[name] for name, count in _kept(stage).items()}
    # One more transaction shows the end.
    assert grown == dict.fromkeys(grown, len(judge.accepted) + 1)
    traces = "\n".join(everything(stage, targets))
    assert CARD not in traces
    found = set(re.findall(ANY_MARK, traces))
    assert found & judge.refused == set()
    assert judge.accepted <= found, "the search does not see what it should"


@pytest.mark.control("RT_BAD_INPUT", "RT_NO_PAN")
def test_a_refusal_is_logged_by_the_names_of_its_fields(judge: Judge, stage: Stage) -> None:
    function = stage.outputs[Output.INGEST_PROCESSOR_ARN].split(":")[6]
    pages = stage.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
    texts = [event["message"] for page in pages for event in page["events"]]
    lines = [line for line in map(json.loads, filter(lambda text: text.startswith("{"), texts)) if "fields" in line]
    assert lines, "no refusal is in the function's log"
    assert [line for line in lines if line.keys() != LINE | {"fields"} or line["transactionId"] is not None] == []
    names = {name for line in lines for name in line["fields"]}
    assert names >= {"body", "ts", "amount", "merchantId", "cardholderTimeZone"}
    assert [name for name in names if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]{0,63}|unknown field", name)] == []


def _kept(stage: Stage) -> dict[str, int]:
    """How many transactions are in each place that keeps them."""
    return {
        "transactions": len(rows(stage, Output.TRANSACTIONS_TABLE)),
        "acceptances": sum(row["kind"] == "accepted" for row in rows(stage, Output.AUDIT_LOGS_TABLE)),
        "archive": archived(stage),
    }
