"""Asynchronous invocations: retries, and the destinations of the qualifier that was invoked."""

import json
from typing import Any

import pytest

from hallmark.stage.embedded import ACCOUNT
from tests.support.waiting import wait_for


@pytest.fixture
def destinations(client: Any, function: str, bus: str, queue: Any, route: Any) -> dict[str, str]:
    """Success goes to the bus (and on to a queue), failure to a queue; set on the alias only."""
    succeeded, succeeded_arn = queue(f"{function}-succeeded")
    failed, failed_arn = queue(f"{function}-failed")
    client("events").put_rule(Name="results", EventBusName=bus, EventPattern='{"source": ["lambda"]}')
    client("events").put_targets(Rule="results", EventBusName=bus, Targets=[{"Id": "1", "Arn": succeeded_arn}])
    client("lambda").put_function_event_invoke_config(
        FunctionName=function,
        Qualifier="live",
        MaximumRetryAttempts=1,
        DestinationConfig={
            "OnSuccess": {"Destination": f"arn:aws:events:eu-central-1:{ACCOUNT}:event-bus/{bus}"},
            "OnFailure": {"Destination": failed_arn},
        },
    )
    return {"succeeded": succeeded, "failed": failed}


def _invoke(client: Any, function: str, event: dict[str, Any], qualifier: str = "live") -> None:
    client("lambda").invoke(
        FunctionName=function, Qualifier=qualifier, InvocationType="Event", Payload=json.dumps(event)
    )


@pytest.mark.control("RT_FN_DESTINATIONS")
def test_success_goes_to_the_bus(client: Any, function: str, destinations: dict[str, str], receive: Any) -> None:
    _invoke(client, function, {"mark": 1})
    event = json.loads(receive(destinations["succeeded"])["Body"])
    assert event["detail-type"] == "Lambda Function Invocation Result - Success"
    assert event["detail"]["requestPayload"] == {"mark": 1}
    assert event["detail"]["requestContext"]["functionArn"].endswith(f":{function}:live")


@pytest.mark.control("RT_FN_DESTINATIONS")
def test_failure_goes_to_the_queue_after_the_retries(
    client: Any, function: str, destinations: dict[str, str], receive: Any, function_logs: Any
) -> None:
    _invoke(client, function, {"mark": 2, "fail": True})
    record = json.loads(receive(destinations["failed"])["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responsePayload"]["errorMessage"] == "told to fail"
    assert sum(line["mark"] == 2 for line in function_logs(function)) == 2


@pytest.mark.control("RT_FN_DESTINATIONS")
def test_the_aliases_destinations_are_not_the_functions(
    client: Any, function: str, destinations: dict[str, str], function_logs: Any, receive: Any
) -> None:
    _invoke(client, function, {"mark": 3}, qualifier="$LATEST")
    wait_for(lambda: any(line["mark"] == 3 for line in function_logs(function)), "the invocation")
    _invoke(client, function, {"mark": 4})
    assert json.loads(receive(destinations["succeeded"])["Body"])["detail"]["requestPayload"] == {"mark": 4}


@pytest.mark.control("RT_FN_RESERVED")
def test_a_throttled_event_waits_and_is_not_lost(
    client: Any, function: str, destinations: dict[str, str], function_logs: Any
) -> None:
    client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=1)
    for mark in range(10, 14):
        _invoke(client, function, {"mark": mark, "wait": 50})
    wait_for(lambda: {line["mark"] for line in function_logs(function)} >= set(range(10, 14)), "all four")


@pytest.mark.control("RT_TRACE_EVENTS")
def test_the_trace_of_the_event_reaches_the_function(function: str, route: Any, emit: Any, function_logs: Any) -> None:
    route("rule", f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:{function}:live", InputPath="$.detail")
    root = "Root=1-5759e988-bd862e3fe1be46a994272793"
    emit({"mark": 5}, TraceHeader=f"{root};Parent=53995c3f42cd8ad8;Sampled=1")
    lines = wait_for(lambda: function_logs(function), "the log line")
    assert [line["trace"].split(";")[0] for line in lines] == [root]


@pytest.mark.control("RT_FN_RUNTIME")
def test_handlers_run_on_the_real_node_18(client: Any, function: str, function_logs: Any) -> None:
    _invoke(client, function, {"mark": 6})
    (line,) = wait_for(lambda: function_logs(function), "the log line")
    assert line["version"] == "v18.20.8"
