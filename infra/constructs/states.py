"""States of a workflow as dictionaries of the Amazon States Language, and the longest time that they can take.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Any
State = dict[str, Json]
# Express executions end then, without Catch. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
EXPRESS_SECONDS = 300
ALL = ("States.ALL",)


@dataclass(frozen=True)
class Retry:
    """Exponential backoff with full jitter: the delay before each attempt is drawn between zero and its bound."""

    errors: Sequence[str]
    attempts: int
    seconds: int
    rate: float = 2
    at_most: int | None = None

    @property
    def state(self) -> State:
        """The Retrier of a state."""
        retrier = {
            "ErrorEquals": list(self.errors),
            "IntervalSeconds": self.seconds,
            "BackoffRate": self.rate,
            "MaxAttempts": self.attempts,
            "JitterStrategy": "FULL",
        }
        return retrier if self.at_most is None else {**retrier, "MaxDelaySeconds": self.at_most}


# Lambda's own errors, a function that was throttled, ended or took too long, and what a function itself calls worth
# another attempt. Bad input is a result, and what another attempt would not mend is a TaskFailed: neither is here.
# https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
TRANSIENT = (
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.Timeout",
    "TryAgain",
)
AGAIN = Retry(TRANSIENT, attempts=3, seconds=2, rate=2, at_most=10)
# Of a call of a service in a branch that must come to its end.
TWICE = Retry(("States.Timeout", "States.TaskFailed"), attempts=1, seconds=1)
CALL_SECONDS = 5


def caught(errors: Sequence[str], then: str, result: str) -> State:
    """Return the Catcher of a state, which keeps its input and puts the error beside it."""
    return {"ErrorEquals": list(errors), "ResultPath": result, "Next": then}


def task(
    resource: str,
    parameters: Mapping[str, Json],
    *,
    seconds: int,
    retry: Retry,
    catch: Sequence[State] = (),
    result: str,
    select: Mapping[str, Json] | None = None,
    then: str | None = None,
) -> State:
    """Return a task that calls a service; `result` is where in the state its answer is put: `$` replaces the state."""
    return {
        "Type": "Task",
        "Resource": resource,
        "Parameters": dict(parameters),
        **({"ResultSelector": dict(select)} if select is not None else {}),
        "ResultPath": result,
        "TimeoutSeconds": seconds,
        "Retry": [retry.state],
        **({"Catch": list(catch)} if catch else {}),
        **onwards(then),
    }


def onwards(then: str | None) -> State:
    """Return what follows a state; None for its end."""
    return {"End": True} if then is None else {"Next": then}


def longest_seconds(definition: Mapping[str, Json], most_items: int) -> float:
    """Return the most seconds that the tasks and delays of an execution can take together.

    Every attempt lasts until its time-out, every delay as long as its bound, and the path is the longest one; a Map of
    at most `most_items` has as many rounds as its concurrency needs. ValueError for a task without a time-out.
    """
    return _longest(definition["States"], definition["StartAt"], most_items)


def _longest(states: Mapping[str, State], start: str, items: int) -> float:
    state = states[start]
    following = [_longest(states, name, items) for name in _successors(state)]
    return _seconds(start, state, items) + max(following, default=0)


def _successors(state: State) -> list[str]:
    steps = [state, *state.get("Choices", ()), *state.get("Catch", ())]
    return [*(step["Next"] for step in steps if "Next" in step), *([state["Default"]] if "Default" in state else [])]


def _seconds(name: str, state: State, items: int) -> float:
    if state["Type"] == "Map":
        inner = state["ItemProcessor"]
        # A concurrency of zero is no bound.
        rounds = -(-items // (state.get("MaxConcurrency") or items))
        return rounds * _longest(inner["States"], inner["StartAt"], items)
    if state["Type"] != "Task":
        return 0
    if "TimeoutSeconds" not in state:
        raise ValueError(f"{name}: a task without TimeoutSeconds may take for ever")
    attempts = 1 + sum(retrier["MaxAttempts"] for retrier in state.get("Retry", ()))
    return attempts * float(state["TimeoutSeconds"]) + sum(_delays(retrier) for retrier in state.get("Retry", ()))


def _delays(retrier: State) -> float:
    bounds = (retrier["IntervalSeconds"] * retrier["BackoffRate"] ** done for done in range(retrier["MaxAttempts"]))
    return sum(min(bound, retrier.get("MaxDelaySeconds", bound)) for bound in bounds)
