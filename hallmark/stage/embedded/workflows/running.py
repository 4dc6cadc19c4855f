"""The running of executions in few threads; those that find none free wait, and none is forgotten.

https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""

import json
import logging
import os
import threading
import uuid
from collections import deque
from typing import Any

from ministack.core.responses import get_account_id, get_region

from hallmark.stage.embedded.extensions import tracing
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


def make(machine: Json, name: str, text: str) -> Execution:
    """Return a new execution, which nothing runs yet."""
    place = f"arn:aws:states:{get_region()}:{get_account_id()}:express:{machine['name']}"
    execution = Execution(f"{place}:{name}:{uuid.uuid4()}", name, machine, json.loads(machine["definition"]), text)
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
    try:
        if "JSONata" in (execution.definition.get("QueryLanguage"), *_languages(execution.definition)):
            raise Failed(RUNTIME, "The embedded stage runs Express workflows in JSONPath only")
        output = text_of(walk(execution.definition, context["Execution"]["Input"], branch))
        _end(execution, SUCCEEDED, output=output)
        branch.note("ExecutionSucceeded", output=output, outputDetails={"truncated": False})
    except Failed as failure:
        _end(execution, FAILED, error=failure.error, cause=failure.cause)
        branch.note("ExecutionFailed", error=failure.error, cause=failure.cause)
    except OutOfTime:
        _end(execution, TIMED_OUT, error=TIMEOUT, cause="")
        branch.note("ExecutionTimedOut", error=TIMEOUT, cause="")
    except Exception as error:
        _log.exception("An execution ended by an error of the emulator")
        _end(execution, FAILED, error=RUNTIME, cause=str(error))
        branch.note("ExecutionFailed", error=RUNTIME, cause=str(error))
    finally:
        journal.write(execution)
        with _lock:
            _unfinished.pop(execution.arn, None)
            _finished.append(execution)


def _languages(definition: Json) -> list[str]:
    return [state.get("QueryLanguage", "") for state in definition["States"].values()]


def _end(execution: Execution, status: str, **outcome: str) -> None:
    execution.stopped = now()
    for name, value in outcome.items():
        setattr(execution, name, value)
    execution.status = status


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
