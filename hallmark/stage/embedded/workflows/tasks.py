"""One attempt of a task: the call, with the machine's role, within the task's time.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

from collections.abc import Callable
from typing import Any

from hallmark.stage.embedded.workflows import lambda_calls, service_calls
from hallmark.stage.embedded.workflows.execution import Execution, text_of
from hallmark.stage.embedded.workflows.failures import TIMEOUT, Failed, broken
from hallmark.stage.embedded.workflows.pool import Pool

Json = dict[str, Any]
Note = Callable[..., int]
INTEGRATION, FUNCTION = "arn:aws:states:::", "arn:aws:lambda:"


# Each thread holds a call that waits.
_calls = Pool(512)


def perform(resource: str, data: Any, seconds: float | None, execution: Execution, note: Note) -> Any:
    """Return the result of a task; Failed, also after `seconds`, or OutOfTime. The call itself goes on."""
    prefix, about = _about(resource)
    scheduled = {"parameters": text_of(data), "timeoutInSeconds": seconds} | about
    note(f"{prefix}Scheduled", **{name: value for name, value in scheduled.items() if value is not None})
    begin = _begin(resource, data, execution)
    # What waits for a process of the function has not begun: on AWS another one would start.
    turn = begin.turn(execution.left()) if isinstance(begin, lambda_calls.Call) else None
    note(f"{prefix}Started", **about)
    future = _calls.submit(begin)
    if turn:
        future.add_done_callback(lambda _: turn.release())
    try:
        result = future.result(min(seconds or execution.left(), execution.left()))
    except TimeoutError:
        note(f"{prefix}TimedOut", error=TIMEOUT, **about)
        execution.left()
        raise Failed(TIMEOUT, "") from None
    except Failed as failure:
        note(f"{prefix}Failed", error=failure.error, cause=failure.cause, **about)
        raise
    note(f"{prefix}Succeeded", output=text_of(result), outputDetails={"truncated": False}, **about)
    return result


def _about(resource: str) -> tuple[str, Json]:
    if resource.startswith(FUNCTION):
        return "LambdaFunction", {"resource": resource}
    kind, _, action = resource.removeprefix(INTEGRATION).rpartition(":")
    return "Task", {"resourceType": kind, "resource": action}


def _begin(resource: str, data: Any, execution: Execution) -> Callable[[], Any]:
    if resource.startswith(FUNCTION):
        return lambda_calls.Call(execution.machine, resource, data, whole=False)
    if not resource.startswith(INTEGRATION):
        raise broken(f"{resource} is no resource of a task that the embedded stage has")
    if not isinstance(data, dict):
        raise broken(f"The parameters of {resource} are no object")
    if resource == f"{INTEGRATION}lambda:invoke" and data.get("InvocationType", "RequestResponse") == "RequestResponse":
        function = ":".join(str(data[name]) for name in ("FunctionName", "Qualifier") if name in data)
        return lambda_calls.Call(execution.machine, function, data.get("Payload", {}))
    return lambda: service_calls.perform(execution.machine, resource.removeprefix(INTEGRATION), data)
