"""Express workflows: errors by their names, retries, time limits, data limits, Maps, and what has no history."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

from hallmark.stage.embedded import ACCOUNT, SECRET, stage_of
from hallmark.stage.embedded import emulator as embedded
from hallmark.stage.embedded.faults import Injection, inject
from hallmark.stage.sessions import session
from tests.support.machines import Machines, invoke, one, task
from tests.support.policy_statements import allow

Json = dict[str, Any]
Client = Callable[[str], Any]
TWICE = {"MaxAttempts": 2, "IntervalSeconds": 1, "BackoffRate": 1, "MaxDelaySeconds": 2, "JitterStrategy": "FULL"}
CAUGHT = {"Caught": {"Type": "Pass", "End": True}}


def _catch(*names: str) -> Json:
    return {"Catch": [{"ErrorEquals": list(names or ["States.ALL"]), "ResultPath": "$.error", "Next": "Caught"}]}


@pytest.fixture
def function(machines: Machines) -> str:
    """The test's Python function; its role has the suffix -f."""
    logs = allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "*")
    return machines.function(machines.role(logs, service="lambda.amazonaws.com", suffix="-f"), Timeout=1)


@pytest.fixture
def caller(machines: Machines) -> str:
    """A role of a machine that may call every function."""
    return machines.role(allow("lambda:InvokeFunction", "*"))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"fail": "no such bank"}, "Odd"),
        ({"exit": True}, "Runtime.ExitError"),
        ({"wait": 3}, "Sandbox.Timedout"),
    ],
)
def test_a_function_fails_by_its_own_name(
    machines: Machines, function: str, caller: str, data: Json, error: str
) -> None:
    arn = machines.make(caller, one(invoke(function, **_catch()), **CAUGHT))
    found = machines.run(arn, data)
    output = json.loads(found["output"])
    assert (found["status"], output["error"]["Error"]) == ("SUCCEEDED", error)
    cause = json.loads(output["error"]["Cause"])
    assert cause["errorType"] == error and {key: output[key] for key in data} == data


def test_a_throttled_function_is_retried_and_completed(machines: Machines, function: str, caller: str) -> None:
    retry = {"ErrorEquals": ["Lambda.TooManyRequestsException"], **TWICE}
    arn = machines.make(caller, one(invoke(function, Retry=[retry])))
    fault = Injection("lambda", "Invoke", code="TooManyRequestsException", times=2, contains=(function,))
    with inject(machines.emulator.endpoint, fault) as injected:
        found = machines.run(arn, {"key": 1})
        assert (found["status"], injected.strikes) == ("SUCCEEDED", 2)
    kinds = [event["type"] for event in found["events"]]
    assert kinds.count("TaskFailed") == 2 and kinds.count("TaskSucceeded") == 1


def test_a_function_without_free_executions_is_throttled(
    client: Client, machines: Machines, function: str, caller: str
) -> None:
    client("lambda").put_function_concurrency(FunctionName=machines.name, ReservedConcurrentExecutions=0)
    arn = machines.make(caller, one(invoke(function)))
    found = machines.run(arn, {})
    assert (found["status"], found["error"]) == ("FAILED", "Lambda.TooManyRequestsException")


def test_a_task_ends_after_its_own_time(machines: Machines, function: str, caller: str) -> None:
    machines.client("lambda").update_function_configuration(FunctionName=machines.name, Timeout=5)
    state = invoke(function, TimeoutSeconds=1, **_catch("States.Timeout"))
    arn = machines.make(caller, one(state, **CAUGHT))
    begin = time.monotonic()
    found = machines.run(arn, {"wait": 3})
    assert json.loads(found["output"])["error"]["Error"] == "States.Timeout"
    assert time.monotonic() - begin < 2.5


def test_the_machines_time_ends_it_without_any_catch(machines: Machines, function: str, caller: str) -> None:
    machines.client("lambda").update_function_configuration(FunctionName=machines.name, Timeout=5)
    state = invoke(function, Retry=[{"ErrorEquals": ["States.ALL"], **TWICE}], **_catch())
    arn = machines.make(caller, {**one(state, **CAUGHT), "TimeoutSeconds": 1})
    found = machines.run(arn, {"wait": 3})
    assert (found["status"], found["error"], found["output"]) == ("TIMED_OUT", "States.Timeout", None)
    assert [event["type"] for event in found["events"]][-1] == "ExecutionTimedOut"


def test_a_wait_does_not_outlast_the_machine(machines: Machines, caller: str) -> None:
    arn = machines.make(caller, {**one({"Type": "Wait", "Seconds": 30}), "TimeoutSeconds": 1})
    assert machines.run(arn, {})["status"] == "TIMED_OUT"


@pytest.mark.parametrize(("names", "status"), [(["States.ALL"], "FAILED"), (["States.DataLimitExceeded"], "SUCCEEDED")])
def test_data_over_the_limit_is_caught_by_no_wildcard(
    machines: Machines, function: str, caller: str, names: list[str], status: str
) -> None:
    state = task("lambda:invoke", Parameters={"FunctionName": function, "Payload.$": "$"}, **_catch(*names))
    arn = machines.make(caller, one(state, **CAUGHT))
    found = machines.run(arn, {"large": 300_000})
    assert found["status"] == status
    assert "States.DataLimitExceeded" in (found["error"] or found["output"])


def test_a_path_that_finds_nothing_fails_past_every_catch(machines: Machines, function: str, caller: str) -> None:
    state = task("lambda:invoke", Parameters={"FunctionName": function, "Payload.$": "$.none"}, **_catch())
    found = machines.run(machines.make(caller, one(state, **CAUGHT)), {"key": 1})
    assert (found["status"], found["error"]) == ("FAILED", "States.Runtime") and "$.none" in found["cause"]


def _map(function: str, at_most: int = 10, **fields: Any) -> Json:
    item = {"index.$": "$$.Map.Item.Index", "wait.$": "$$.Map.Item.Value.wait", "name.$": "$.name"}
    inner = task(
        "lambda:invoke", Parameters={"FunctionName": function, "Payload.$": "$"}, OutputPath="$.Payload.seen.index"
    )
    return {
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemSelector": item,
        "MaxConcurrency": at_most,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **one(inner)},
        "ResultPath": "$.done",
        **fields,
    }


@pytest.mark.parametrize("at_most", [1, 10])
def test_a_map_keeps_the_order_and_its_concurrency(
    machines: Machines, function: str, caller: str, at_most: int
) -> None:
    arn = machines.make(caller, one(_map(function, at_most)))
    found = machines.run(arn, {"name": "n", "items": [{"wait": 0.3}, {"wait": 0}, {"wait": 0.1}]})
    assert json.loads(found["output"])["done"] == [0, 1, 2]
    kinds = [event["type"] for event in found["events"]]
    assert kinds.count("MapIterationStarted") == kinds.count("MapIterationSucceeded") == 3
    overlap = kinds.index("MapIterationSucceeded") - kinds.index("MapIterationStarted")
    assert (overlap < 8) == (at_most == 1)


def test_a_map_fails_with_the_error_of_an_iteration(machines: Machines, function: str, caller: str) -> None:
    items = [{"wait": 0}, {"wait": "not a number"}]
    arn = machines.make(caller, one(_map(function, **_catch()), **CAUGHT))
    found = machines.run(arn, {"name": "n", "items": items})
    output = json.loads(found["output"])
    assert (output["error"]["Error"], output["items"]) == ("TypeError", items)


def test_what_has_no_history_is_refused(client: Client, machines: Machines, caller: str) -> None:
    arn = machines.make(caller, one({"Type": "Pass"}))
    names = [machines.start(arn, {}, name="twice") for _ in range(2)]
    assert len(set(names)) == 2 and all(":express:" in name for name in names)
    states = client("stepfunctions")
    for call in (
        states.describe_execution,
        states.get_execution_history,
        states.stop_execution,
        states.describe_state_machine_for_execution,
    ):
        with pytest.raises(ClientError, match="InvalidArn"):
            call(executionArn=names[0])
    with pytest.raises(ClientError, match="StateMachineTypeNotSupported"):
        states.list_executions(stateMachineArn=arn)
    assert [machines.ended(name)["status"] for name in names] == ["SUCCEEDED"] * 2
    assert {one["arn"] for one in machines.shown(f"?machine={machines.name}")["executions"]} == set(names)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"input": "{"}, "InvalidExecutionInput"),
        ({"input": "[" * 99_999}, "InvalidExecutionInput"),
        ({"input": json.dumps("x" * 262_143)}, "ValidationException"),
        ({"name": "a b"}, "InvalidName"),
    ],
)
def test_a_start_that_aws_refuses(client: Client, machines: Machines, caller: str, settings: Json, code: str) -> None:
    arn = machines.make(caller, one({"Type": "Pass"}))
    with pytest.raises(ClientError, match=code):
        client("stepfunctions").start_execution(stateMachineArn=arn, **settings)


def test_more_executions_than_threads_all_end(machines: Machines, caller: str) -> None:
    arn = machines.make(caller, one({"Type": "Wait", "Seconds": 1}))
    begin = time.monotonic()
    names = [machines.start(arn, {"n": number}) for number in range(40)]
    assert machines.shown()["counts"]["queued"] > 0
    assert {machines.ended(name)["status"] for name in names} == {"SUCCEEDED"}
    assert time.monotonic() - begin < 8


def test_a_synchronous_start_answers_with_the_outcome(client: Client, machines: Machines, caller: str) -> None:
    fail = {"Type": "Fail", "ErrorPath": "$.error", "CausePath": "$.cause"}
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.error", "IsPresent": True, "Next": "Bad"}],
        "Default": "Good",
    }
    arn = machines.make(caller, one(choice, Bad=fail, Good={"Type": "Succeed"}))
    address, region = client("stepfunctions").meta.endpoint_url, client("stepfunctions").meta.region_name
    # AWS has an address of its own for it.
    own = session(ACCOUNT, SECRET, region=region)
    sync = own.client("stepfunctions", endpoint_url=address, config=Config(inject_host_prefix=False))
    bad = sync.start_sync_execution(stateMachineArn=arn, input='{"error": "E", "cause": "C"}')
    assert (bad["status"], bad["error"], bad["cause"]) == ("FAILED", "E", "C")
    assert sync.start_sync_execution(stateMachineArn=arn, input="{}")["output"] == "{}"


def test_the_wait_scale_is_not_set_for_a_stage_by_itself(machines: Machines, caller: str) -> None:
    arn = machines.make(caller, one({"Type": "Wait", "Seconds": 1}))
    begin = time.monotonic()
    machines.run(arn, {})
    assert time.monotonic() - begin >= 1


def test_executions_and_their_duration_are_counted(machines: Machines, caller: str) -> None:
    arn = machines.make(caller, one({"Type": "Wait", "Seconds": 1}))
    for _ in range(2):
        machines.run(arn, {})
    counted = urllib3.request("GET", f"{machines.emulator.endpoint}/_hallmark/usage").json()
    assert counted[f"executions:{machines.name}"] == 2 and 2 <= counted[f"duration:{machines.name}"] < 4


def test_a_node_function_fails_by_the_name_of_its_error(
    machines: Machines, caller: str, create: Callable[..., None]
) -> None:
    create("exports.handler = async () => { throw new RangeError('too far'); };")
    arn = machines.make(caller, one(task("lambda:invoke", Parameters={"FunctionName": machines.name})))
    found = machines.run(arn, {})
    cause = json.loads(found["cause"])
    assert (found["error"], cause["errorMessage"], cause["trace"][0]) == (
        *("RangeError", "too far"),
        "RangeError: too far",
    )


def test_an_answer_that_is_lost_leaves_what_the_function_did(machines: Machines, function: str, caller: str) -> None:
    retry = {"ErrorEquals": ["Lambda.ServiceException"], **TWICE}
    arn = machines.make(caller, one(invoke(function, Retry=[retry])))
    counts = lambda: urllib3.request("GET", f"{machines.emulator.endpoint}/_hallmark/usage").json()  # noqa: E731
    fault = Injection("lambda", "Invoke", code="ServiceException", contains=(function, '"key"'), after=True)
    with inject(machines.emulator.endpoint, fault):
        assert machines.run(arn, {"key": 1})["status"] == "SUCCEEDED"
    assert counts()[f"invocations:{machines.name}"] == 2


def test_a_stage_for_tests_need_not_wait(unique: str) -> None:
    settings = {"HALLMARK_WORKFLOW_WAIT_SCALE": "0.01", "HALLMARK_EXPRESS_SECONDS": "1"}
    with embedded.emulator(settings) as running:
        machines = Machines(stage_of(running, "realtime", "dev").client, running, unique)
        arn = machines.make(machines.role(), one({"Type": "Wait", "SecondsPath": "$.seconds"}))
        statuses = {seconds: machines.run(arn, {"seconds": seconds})["status"] for seconds in (20, 300)}
    assert statuses == {20: "SUCCEEDED", 300: "TIMED_OUT"}
