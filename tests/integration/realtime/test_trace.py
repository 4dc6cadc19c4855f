"""One trace: from the request through both buses into every function's log and every record."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hallmark.stage import Stage
from infra.realtime.outputs import Output
from tests.support.waiting import wait_for

Json = dict[str, Any]
ROOT = "1-5759e988-bd862e3fe1be46a994272794"
FUNCTIONS = (Output.INGEST_PROCESSOR_ARN, Output.FRAUD_DETECTOR_ARN, Output.NOTIFIER_ARN)


@pytest.fixture(scope="module")
def traced(api: Any, targets: Any, transaction: Callable[..., Json]) -> Json:
    """A transaction of two rules that came with a trace and has gone all the way."""
    body = transaction(merchantCategory="luxury", cardNotPresent=True, country="BR")
    answer = api.post(body, **{"X-Amzn-Trace-Id": f"Root={ROOT};Sampled=1"})
    assert answer.status == 202
    wait_for(lambda: len(targets.audit_records(body["transactionId"], "alert")) == 2, "both alerts")
    wait_for(lambda: len(targets.audit_bus(body["transactionId"], "lambda")) == 4, "the functions' results")
    return body


@pytest.mark.control("RT_TRACE_EVENTS")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_logs_the_requests_trace(stage: Stage, traced: Json, function: str) -> None:
    name = stage.outputs[function].split(":")[6]
    lines = wait_for(lambda: list(_log_lines(stage, name, traced["transactionId"])), f"the log of {name}")
    assert {line["traceId"] for line in lines} == {ROOT}
    assert traced["accountId"] not in json.dumps(lines)


@pytest.mark.control("RT_TRACE_EVENTS", "RT_AUDIT")
def test_every_record_holds_the_requests_trace(targets: Any, traced: Json) -> None:
    records = targets.audit_records(traced["transactionId"])
    assert [(record["kind"], record["traceId"]) for record in records] == [
        *(("accepted", ROOT), ("alert", ROOT), ("alert", ROOT), ("verdict", ROOT), ("verdict", ROOT))
    ]
    assert json.loads(records[0]["detail"])["trace"]["traceId"] == ROOT


@pytest.mark.control("RT_TRACE_EVENTS")
def test_every_event_on_every_bus_holds_the_requests_trace(targets: Any, traced: Json) -> None:
    transaction_id = traced["transactionId"]
    suspicions = targets.given(transaction_id, "detail-type")
    assert {event["detail-type"] for event in suspicions} == {"FraudSuspected"}
    events = [*targets.audit_bus(transaction_id), *suspicions]
    events += [message["event"] for message in wait_for(lambda: targets.buffer(transaction_id), "the messages")]
    assert len(events) == 6
    for event in events:
        assert event["detail"]["trace"]["traceId"] == ROOT
        assert f"Root={ROOT}" in event["detail"]["trace"]["header"].split(";")


def _log_lines(stage: Stage, function: str, transaction_id: str) -> Iterator[Json]:
    start = int((datetime.now(UTC) - timedelta(minutes=2)).timestamp() * 1000)
    pages = stage.client("logs").get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=f"/aws/lambda/{function}", startTime=start):
        messages = [event["message"] for event in page["events"]]
        yield from (json.loads(text) for text in messages if text.startswith("{") and transaction_id in text)
