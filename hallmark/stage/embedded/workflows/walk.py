"""The walk through the states of a definition, side by side in the iterations of a Map and the branches of a Parallel.

https://states-language.net/spec.html
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hallmark.stage.embedded.workflows import jsonata_states, paths, retries, tasks
from hallmark.stage.embedded.workflows.choices import holds
from hallmark.stage.embedded.workflows.execution import WAIT_SCALE, Execution, now, text_of
from hallmark.stage.embedded.workflows.failures import Failed, OutOfTime, broken
from hallmark.stage.embedded.workflows.jsonata_query import is_queried
from hallmark.stage.embedded.workflows.pool import Pool

Json = dict[str, Any]
Step = tuple[Any, str | None]
# Beside its own thread an execution has one for each further iteration or branch.
_lanes = Pool(512)


@dataclass
class Branch:
    """One line of states: the execution, its own context object, its last event, and what ends it with its siblings."""

    execution: Execution
    context: Json
    last: int = 0
    halts: tuple[threading.Event, ...] = ()

    def note(self, kind: str, **details: Any) -> int:
        self.last = self.execution.add(kind, self.last, **details)
        return self.last

    def fork(self, halt: threading.Event, **context: Any) -> "Branch":
        return Branch(self.execution, {**self.context, **context}, self.last, (*self.halts, halt))

    def check(self) -> None:
        """Raise OutOfTime at the execution's end, and Aborted after a sibling's failure."""
        self.execution.left()
        if any(halt.is_set() for halt in self.halts):
            raise Aborted

    def wait(self, seconds: float) -> None:
        """Wait, scaled, but not beyond the end."""
        seconds = min(seconds * WAIT_SCALE, self.execution.left())
        if self.halts:
            self.halts[-1].wait(seconds)
        else:
            time.sleep(seconds)
        self.check()


class Aborted(Exception):
    """Another iteration or branch has failed, and with it the state of both."""


def walk(machine: Json, data: Any, branch: Branch) -> Any:
    """Return the data after the last state; Failed, or OutOfTime."""
    name: str | None = machine["StartAt"]
    text = text_of(data)
    while name is not None:
        branch.check()
        state = machine["States"].get(name)
        if state is None:
            raise broken(f"The state {name} does not exist")
        branch.context["State"] = {"Name": name, "EnteredTime": now(), "RetryCount": 0}
        kind = state["Type"]
        branch.note(f"{kind}StateEntered", name=name, input=text, inputDetails={"truncated": False})
        if is_queried(state, machine):
            data, following, seconds = jsonata_states.STATES[kind](state, data, branch.context)
            if seconds:
                branch.wait(seconds)
        else:
            data, following = _STATES[kind](state, data, branch)
        text = text_of(data)
        branch.note(f"{kind}StateExited", name=name, output=text, outputDetails={"truncated": False})
        name = following
    return data


def _next(state: Json) -> str | None:
    return None if state.get("End") or state["Type"] == "Succeed" else state["Next"]


def _finished(state: Json, data: Any, result: Any, branch: Branch) -> Step:
    """Apply ResultSelector, ResultPath and OutputPath."""
    if "ResultSelector" in state:
        result = paths.filled(state["ResultSelector"], result, branch.context)
    output = paths.placed(state.get("ResultPath", "$"), data, result)
    return paths.selected(state.get("OutputPath", "$"), output, branch.context), _next(state)


def _input(state: Json, data: Any, branch: Branch) -> Any:
    found = paths.selected(state.get("InputPath", "$"), data, branch.context)
    if "Parameters" in state and state["Type"] != "Map":
        found = paths.filled(state["Parameters"], found, branch.context)
        text_of(found)
    return found


def _pass(state: Json, data: Any, branch: Branch) -> Step:
    return _finished(state, data, state.get("Result", _input(state, data, branch)), branch)


def _succeed(state: Json, data: Any, branch: Branch) -> Step:
    found = _input(state, data, branch)
    return paths.selected(state.get("OutputPath", "$"), found, branch.context), None


def _fail(state: Json, data: Any, branch: Branch) -> Step:
    def text(name: str) -> str:
        path = state.get(f"{name}Path")
        found = state.get(name, "") if path is None else paths.value_of(path, data, branch.context)
        if not isinstance(found, str):
            raise broken(f"{name}Path {path} names no text")
        return found

    raise Failed(text("Error"), text("Cause"))


def _choice(state: Json, data: Any, branch: Branch) -> Step:
    found = _input(state, data, branch)
    chosen = next((rule["Next"] for rule in state["Choices"] if holds(rule, found, branch.context)), None)
    chosen = chosen or state.get("Default")
    if chosen is None:
        raise broken("Failed to transition out of the state. The state does not point to a next state.")
    return paths.selected(state.get("OutputPath", "$"), found, branch.context), chosen


def _wait(state: Json, data: Any, branch: Branch) -> Step:
    found = _input(state, data, branch)
    name = next(name for name in ("Seconds", "SecondsPath", "Timestamp", "TimestampPath") if name in state)
    value = paths.find(state[name], found, branch.context) if name.endswith("Path") else state[name]
    try:
        seconds = value if name.startswith("Seconds") else datetime.fromisoformat(value).timestamp() - time.time()
        branch.wait(max(0.0, float(seconds)))
    except (TypeError, ValueError) as error:
        raise broken(f"{name} of the Wait state: {error}") from error
    return paths.selected(state.get("OutputPath", "$"), found, branch.context), _next(state)


def _guarded(state: Json, data: Any, branch: Branch, attempt: Callable[[], Any]) -> Step:
    """Attempt a state under its Retry and Catch."""
    tried = retries.Retries(state)
    # Iterations and branches have contexts of their own, so this one is still the state's.
    while True:
        try:
            return _finished(state, data, attempt(), branch)
        except Failed as failure:
            pause = tried.pause(failure.error)
            if pause is not None:
                branch.wait(pause)
                branch.context["State"]["RetryCount"] = tried.count
                continue
            catcher = retries.catcher(state, failure.error)
            if catcher is None:
                raise
            caught = {"Error": failure.error, "Cause": failure.cause}
            return paths.placed(catcher.get("ResultPath", "$"), data, caught), catcher["Next"]


def _task(state: Json, data: Any, branch: Branch) -> Step:
    def attempt() -> Any:
        found = _input(state, data, branch)
        path = state.get("TimeoutSecondsPath")
        seconds = paths.find(path, data, branch.context) if path else state.get("TimeoutSeconds")
        if path and (type(seconds) is not int or seconds < 1):
            raise broken(f"TimeoutSecondsPath {path} names no number of seconds")
        return tasks.perform(state["Resource"], found, seconds, branch.execution, branch.note)

    return _guarded(state, data, branch, attempt)


def _side_by_side(work: Sequence[Callable[[], Any]], at_most: int, halt: threading.Event) -> list[Any]:
    """Return the results in order; raise the first failure, which ends the others before their next state."""
    failures: list[Exception] = []

    def one(do: Callable[[], Any]) -> Any:
        try:
            return None if halt.is_set() else do()
        except Aborted:
            return None
        except (Failed, OutOfTime) as failure:
            failures.append(failure)
            halt.set()
            return None

    results: list[Any] = [None] * len(work)
    waiting = iter(enumerate(work))
    lock = threading.Lock()

    def lane() -> None:
        while True:
            with lock:
                index, do = next(waiting, (0, None))
            if do is None:
                return
            results[index] = one(do)

    lanes = [_lanes.submit(lane) for _ in range(min(at_most or len(work), len(work)) - 1)]
    lane()
    for other in lanes:
        other.result()
    if failures:
        raise failures[0]
    return results


def _at_most(state: Json, data: Any, branch: Branch) -> int:
    """Return how many iterations of a Map run at a time; 0 is as many as there are."""
    path = state.get("MaxConcurrencyPath")
    found = paths.find(path, data, branch.context) if path else state.get("MaxConcurrency", 0)
    if type(found) is not int or found < 0:
        raise broken(f"MaxConcurrencyPath {path} names no number of iterations")
    return found


def _map(state: Json, data: Any, branch: Branch) -> Step:
    def attempt() -> Any:
        found = _input(state, data, branch)
        items = paths.find(state.get("ItemsPath", "$"), found, branch.context)
        if not isinstance(items, list):
            raise broken(f"ItemsPath {state.get('ItemsPath', '$')} names no array")
        selector = state.get("ItemSelector") or state.get("Parameters")
        machine = state.get("ItemProcessor") or state["Iterator"]
        name = branch.context["State"]["Name"]
        branch.note("MapStateStarted", length=len(items))
        halt = threading.Event()

        def iteration(index: int, item: Any) -> Any:
            own = branch.fork(halt, Map={"Item": {"Index": index, "Value": item}})
            entered = paths.filled(selector, found, own.context) if selector else item
            own.note("MapIterationStarted", name=name, index=index)
            try:
                result = walk(machine, entered, own)
            except Failed:
                own.note("MapIterationFailed", name=name, index=index)
                raise
            own.note("MapIterationSucceeded", name=name, index=index)
            return result

        def begin(index: int, item: Any) -> Callable[[], Any]:
            return lambda: iteration(index, item)

        try:
            work = [begin(*pair) for pair in enumerate(items)]
            results = _side_by_side(work, _at_most(state, found, branch), halt)
        except Failed as failure:
            branch.note("MapStateFailed", error=failure.error, cause=failure.cause)
            raise
        branch.note("MapStateSucceeded")
        return results

    return _guarded(state, data, branch, attempt)


def _parallel(state: Json, data: Any, branch: Branch) -> Step:
    def attempt() -> Any:
        found = _input(state, data, branch)
        branch.note("ParallelStateStarted")
        halt = threading.Event()

        def begin(machine: Json) -> Callable[[], Any]:
            return lambda: walk(machine, found, branch.fork(halt))

        try:
            results = _side_by_side([begin(machine) for machine in state["Branches"]], 0, halt)
        except Failed as failure:
            branch.note("ParallelStateFailed", error=failure.error, cause=failure.cause)
            raise
        branch.note("ParallelStateSucceeded")
        return results

    return _guarded(state, data, branch, attempt)


_STATES: dict[str, Callable[[Json, Any, Branch], Step]] = {
    "Pass": _pass,
    "Succeed": _succeed,
    "Fail": _fail,
    "Choice": _choice,
    "Wait": _wait,
    "Task": _task,
    "Map": _map,
    "Parallel": _parallel,
}
