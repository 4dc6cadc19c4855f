"""The running of executions in few threads; those that find none free wait, and none is forgotten.

https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""

import json
import logging
import os
import threading
import uuid
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ministack.core.responses import get_account_id, get_region

from hallmark.stage.embedded.extensions import tracing, usage
from hallmark.stage.embedded.workflows import journal
from hallmark.stage.embedded.workflows.execution import (
    FAILED,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    TIMED_OUT,
    Execution,
    now,
    text_of,
)
from hallmark.stage.embedded.workflows.failures import RUNTIME, TIMEOUT, Failed, OutOfTime
from hallmark.stage.embedded.workflows.jsonata_query import TYPES, is_queried
from hallmark.stage.embedded.workflows.pool import Pool
from hallmark.stage.embedded.workflows.walk import Branch, walk

Json = dict[str, Any]
THREADS = int(os.environ.get("HALLMARK_EXECUTIONS", "16"))
KEPT = 1000
_pool = Pool(THREADS)
_unfinished: dict[str, Execution] = {}
_finished: deque[Execution] = deque(maxlen=KEPT)
_lock = threading.Lock()
_log = logging.getLogger("hallmark.workflows")


@lru_cache(maxsize=64)
def _definition(text: str) -> tuple[Json, str | None]:
    """Return a definition, and what it has and the walk has not; nothing changes it while it runs."""
    found: Json = json.loads(text)
    return found, next(_missing(found), None)


def make(machine: Json, name: str, text: str) -> Execution:
    """Return a new execution, which nothing runs yet."""
    place = f"arn:aws:states:{get_region()}:{get_account_id()}:express:{machine['name']}"
    execution = Execution(f"{place}:{name}:{uuid.uuid4()}", name, machine, _definition(machine["definition"])[0], text)
    with _lock:
        _unfinished[execution.arn] = execution
    return execution


def start(execution: Execution) -> None:
    """Run an execution as soon as a thread is free."""
    _pool.submit(lambda: run(execution))


def run(execution: Execution) -> None:
    """Run an execution to its end, in this thread."""
    machine = execution.machine
    execution.begin()
    if machine["tracingConfiguration"]["enabled"] and not tracing.current():
        tracing.begin()
    context = {
        "Execution": {
            "Id": execution.arn,
            "Name": execution.name,
            "RoleArn": machine["roleArn"],
            "StartTime": execution.started,
            "Input": json.loads(execution.input),
        },
        "StateMachine": {"Id": machine["stateMachineArn"], "Name": machine["name"]},
    }
    branch = Branch(execution, context)
    details = {"input": execution.input, "inputDetails": {"truncated": False}, "roleArn": machine["roleArn"]}
    branch.note("ExecutionStarted", **details)
    status = _outcome(execution, branch, context["Execution"]["Input"])
    stopped = now()
    usage.add(**{f"executions:{machine['name']}": 1, f"duration:{machine['name']}": execution.seconds()})
    journal.write(execution)
    # Who sees the end finds the log, too.
    execution.status, execution.stopped = status, stopped
    with _lock:
        _unfinished.pop(execution.arn, None)
        _finished.append(execution)


def _outcome(execution: Execution, branch: Branch, data: Any) -> str:
    """Walk through the states; return the status at the end, whose event is noted."""
    try:
        if missing := _definition(execution.machine["definition"])[1]:
            raise Failed(RUNTIME, f"The embedded stage runs Express workflows without {missing}")
        execution.output = text_of(walk(execution.definition, data, branch))
        branch.note("ExecutionSucceeded", output=execution.output, outputDetails={"truncated": False})
        return SUCCEEDED
    except OutOfTime:
        execution.error, execution.cause = TIMEOUT, ""
        branch.note("ExecutionTimedOut", error=TIMEOUT, cause="")
        return TIMED_OUT
    except Failed as failure:
        execution.error, execution.cause = failure.error, failure.cause
    except Exception as error:
        _log.exception("An execution ended by an error of the emulator")
        execution.error, execution.cause = RUNTIME, str(error)
    branch.note("ExecutionFailed", error=execution.error, cause=execution.cause)
    return FAILED


def _missing(machine: Json) -> Iterator[str]:
    """Yield what a definition has, at any depth, and the walk has not."""
    for state in machine.get("States", {}).values():
        if is_queried(state, machine) and state["Type"] not in TYPES:
            yield f"JSONata in a {state['Type']} state"
        if "Assign" in state:
            yield "variables"
        for below in (state.get("ItemProcessor"), state.get("Iterator"), *state.get("Branches", [])):
            yield from _missing(below or {})


def listed(machine: str = "") -> list[Execution]:
    """Return the unfinished executions and the last finished ones, of one machine or of all."""
    with _lock:
        found = [*_finished, *_unfinished.values()]
    return [one for one in found if not machine or one.machine["name"] == machine]


def counts() -> Json:
    """Return how many executions wait for a thread, and how many run."""
    with _lock:
        statuses = [one.status for one in _unfinished.values()]
    return {"queued": statuses.count(QUEUED), "running": statuses.count(RUNNING)}
