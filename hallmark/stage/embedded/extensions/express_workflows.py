"""Express workflows as AWS runs them: started without a history, in few threads, known outside by their logs alone.

`GET /_hallmark/executions` shows tests and tools what AWS does not: `counts` of those that wait and run, and
`executions`, the unfinished and the last finished ones; `?machine=NAME` those of one machine, and
`/_hallmark/executions/ARN` one execution with its events.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
"""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote

from ministack import app as emulator
from ministack.core.responses import error_response_json, json_response, new_uuid
from ministack.services import stepfunctions

from hallmark.stage.embedded.workflows import running
from hallmark.stage.embedded.workflows.execution import LARGEST_BYTES, SUCCEEDED

PATH = "/_hallmark/executions"
Json = dict[str, Any]
# What a name may not contain: white space, brackets, wildcards, special and control characters.
_ILLEGAL = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]")
# What Express does not support. The error for an execution's ARN is that of a resource of another type.
OF_EXECUTIONS = {
    "_describe_execution": "executionArn",
    "_get_execution_history": "executionArn",
    "_stop_execution": "executionArn",
    "_describe_state_machine_for_execution": "executionArn",
}


def _problem(data: Json) -> Any:
    name, text = data.get("name"), data.get("input", "{}")
    if name is not None and (not 0 < len(name) <= 80 or _ILLEGAL.search(name)):
        return error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
    if len(text.encode()) > LARGEST_BYTES:
        limit = f"Member must have length less than or equal to {LARGEST_BYTES}"
        return error_response_json(
            "ValidationException",
            f"1 validation error detected: Value at 'input' failed to satisfy constraint: {limit}",
            400,
        )
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return error_response_json("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'", 400)
    return None


def _express(data: Json) -> Json | None:
    """Return the Express machine that a request starts, as it is now: executions keep what they began with."""
    arn = stepfunctions._resolve_state_machine_arn(data.get("stateMachineArn", ""))
    found = stepfunctions._state_machines.get(arn) if arn else None
    if found is None or found["type"] != "EXPRESS":
        return None
    version = stepfunctions._execution_version_arn(data["stateMachineArn"])
    own = stepfunctions._state_machine_versions.get(version) if version else None
    return {**found, **({name: own[name] for name in ("definition", "roleArn")} if own else {})}


def _start(data: Json, machine: Json) -> Any:
    execution = running.make(machine, data.get("name") or new_uuid(), data.get("input", "{}"))
    running.start(execution)
    return json_response({"executionArn": execution.arn, "startDate": execution.started})


def _start_sync(data: Json, machine: Json) -> Any:
    execution = running.make(machine, data.get("name") or new_uuid(), data.get("input", "{}"))
    running.run(execution)
    answer = {
        "executionArn": execution.arn,
        "stateMachineArn": machine["stateMachineArn"],
        "name": execution.name,
        "startDate": execution.started,
        "stopDate": execution.stopped,
        "status": execution.status,
        "input": execution.input,
        "inputDetails": {"included": True},
    }
    if execution.status == SUCCEEDED:
        return json_response({**answer, "output": execution.output, "outputDetails": {"included": True}})
    return json_response({**answer, "error": execution.error, "cause": execution.cause})


def _refuse_standard_calls() -> None:
    def refusing(call: Callable[[Json], Any], name: str) -> Callable[[Json], Any]:
        def judged(data: Json) -> Any:
            if ":express:" in str(data.get(name)):
                text = "Invalid Arn: 'Resource type not valid in this context: express'"
                return error_response_json("InvalidArn", text, 400)
            return call(data)

        return judged

    for call, name in OF_EXECUTIONS.items():
        setattr(stepfunctions, call, refusing(getattr(stepfunctions, call), name))
    listed = stepfunctions._list_executions

    def list_executions(data: Json) -> Any:
        if _express(data):
            text = "This operation is not supported by this type of state machine"
            return error_response_json("StateMachineTypeNotSupported", text, 400)
        return listed(data)

    stepfunctions._list_executions = list_executions


def _administer(path: str, query: str) -> tuple[int, Json]:
    arn = unquote(path).strip("/")
    if arn:
        found = next((one for one in running.listed() if one.arn == arn), None)
        return (200, {**found.shown(), "events": found.events}) if found else (404, {"message": "no such execution"})
    machine = parse_qs(query).get("machine", [""])[0]
    return 200, {"counts": running.counts(), "executions": [one.shown() for one in running.listed(machine)]}


def around(app: Any) -> Any:
    """Wrap the emulator's ASGI application: it shows the executions."""

    async def serve(scope: Json, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PATH):
            query = scope.get("query_string", b"").decode()
            status, answer = _administer(scope["path"].removeprefix(PATH), query)
            body = json.dumps(answer).encode()
            await emulator._send_response(send, status, {"Content-Type": "application/json"}, body)
            return
        await app(scope, receive, send)

    return serve


def install() -> None:
    """Run Express machines by themselves, and leave Standard ones to the emulator."""
    start, start_sync = stepfunctions._start_execution, stepfunctions._start_sync_execution

    def start_execution(data: Json) -> Any:
        if problem := _problem(data):
            return problem
        machine = _express(data)
        return _start(data, machine) if machine else start(data)

    def start_sync_execution(data: Json) -> Any:
        if problem := _problem(data):
            return problem
        machine = _express(data)
        return _start_sync(data, machine) if machine else start_sync(data)

    stepfunctions._start_execution, stepfunctions._start_sync_execution = start_execution, start_sync_execution
    _refuse_standard_calls()
