"""What the tasks of a state machine do: which function they call, or which operation of which service.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.engine.events.wiring import Invocation, invocation
from policies.engine.kinds import ALIAS, FUNCTION, QUEUE, VERSION, WORKFLOW
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.workflows.definition import definition_of
from policies.engine.workflows.states import State

_INTEGRATION = re.compile(r"arn:aws:states:[a-z0-9-]*:[0-9]*:(?:(aws-sdk):)?([a-z0-9]+):(\w+)(?:\.([\w:]+))?")
INVOKE = "lambda:invoke"
_SEND = "sqs:sendMessage"


@dataclass(frozen=True)
class Operation:
    """An operation of a service, such as `sqs:sendMessage`; `waits` is `sync` or `waitForTaskToken`."""

    name: str
    waits: str = ""
    by_sdk: bool = False


def operation(task: State) -> Operation | None:
    """Return the operation of a task; None if it calls a function by its ARN, or cannot be resolved."""
    found = _INTEGRATION.fullmatch(task.resource)
    return Operation(f"{found[2]}:{found[3]}", found[4] or "", found[1] is not None) if found else None


def calls_function(template: Template, task: State) -> bool:
    """Return whether a task calls a function, of this template or not."""
    done = operation(task)
    return task.kind == "Task" and (done.name == INVOKE if done else ":function:" in task.resource)


def called(template: Template, task: State) -> Invocation | None:
    """Return the function of this template that a task calls, and by which qualifier."""
    if operation(task) is None:
        return invocation(template, task.resource)
    found = invocation(template, task.arguments.get("FunctionName"))
    qualifier = text_of(task.arguments.get("Qualifier"))
    return Invocation(found.function, qualifier) if found and qualifier else found


def function_tasks(template: Template, workflow: Resource) -> Iterator[State]:
    """Yield the tasks that call a function, of those that an execution may enter."""
    for state in definition_of(template, workflow).reached():
        if calls_function(template, state):
            yield state


def names(template: Template, value: Any, resource: Resource | None) -> bool:
    """Return whether a value of a task certainly names a resource."""
    kind = resource.type if resource else ""
    types = (kind,) if kind not in (FUNCTION, ALIAS, VERSION) else ()
    return resource is not None and text_of(value) is not None and template.target_of(value, *types) is resource


def queues_sent_to(template: Template) -> Iterator[Resource]:
    """Yield the queues that a workflow sends messages to."""
    for workflow in template.of_type(WORKFLOW):
        for state in definition_of(template, workflow).reached():
            done, url = operation(state), text_of(state.arguments.get("QueueUrl"))
            queue = template.target_of(url, QUEUE) if url and done and done.name.startswith(_SEND) else None
            if queue is not None:
                yield queue
