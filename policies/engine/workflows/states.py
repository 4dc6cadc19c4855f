"""States, the levels that they stand in, and the ways between them.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import mapping
from policies.engine.template.values import listed

ALL, TASK_FAILED, TIMEOUT = "States.ALL", "States.TaskFailed", "States.Timeout"
_NOT_TASK_FAILED = (TIMEOUT, "States.HeartbeatTimeout")
# Neither is caught, nor tried again, by States.ALL.
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
_NEVER = ("States.DataLimitExceeded", "States.Runtime")


@dataclass(frozen=True)
class Way:
    """A way from a state to another of its level: at which path it is written, and which catcher it is of, if any."""

    path: str
    to: str
    catcher: int | None = None


@dataclass(eq=False)
class Level:
    """A state machine, the whole one or one inside of a state: its states by name, and where it starts."""

    path: str
    start: str
    states: "dict[str, State]"
    holder: "State | None"
    raw: Mapping[str, Any] = field(repr=False)

    def reached(self) -> dict[str, None]:
        """Return the names of the states that ways from the start lead to, the start first."""
        return self.reached_from(self.start)

    def reached_from(self, start: str, *, caught: bool = True) -> dict[str, None]:
        """Return the names of the states that ways from one lead to; without the ways of catchers if not `caught`."""
        found: dict[str, None] = {}
        waiting = [start]
        while waiting:
            name = waiting.pop(0)
            if name in self.states and name not in found:
                found[name] = None
                waiting.extend(one.to for one in self.states[name].ways() if caught or one.catcher is None)
        return found


@dataclass(frozen=True, eq=False)
class State:
    """A state, resolved; in JSONata its expressions are texts like `{% ... %}`."""

    name: str
    kind: str
    raw: Mapping[str, Any] = field(repr=False)
    path: str
    level: Level = field(repr=False)
    jsonata: bool = False

    @property
    def holders(self) -> "list[State]":
        """The Map and Parallel states that the state is inside of, the nearest first."""
        found: list[State] = []
        holder = self.level.holder
        while holder is not None:
            found.append(holder)
            holder = holder.level.holder
        return found

    @property
    def resource(self) -> str:
        """What a task does, such as `arn:aws:states:::lambda:invoke`; empty if it cannot be resolved."""
        return text_of(self.raw.get("Resource")) or ""

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What a task is given."""
        return mapping(self.raw.get("Arguments" if self.jsonata else "Parameters"))

    def ways(self) -> Iterator[Way]:
        """Yield the ways that lead on, those of catchers last."""
        if "Next" in self.raw and self.kind not in ("Succeed", "Fail", "Choice"):
            yield Way(f"{self.path}.Next", text_of(self.raw["Next"]) or "")
        if self.kind == "Choice":
            for index, rule in enumerate(listed(self.raw.get("Choices"))):
                yield Way(f"{self.path}.Choices[{index}].Next", text_of(mapping(rule).get("Next")) or "")
            if "Default" in self.raw:
                yield Way(f"{self.path}.Default", text_of(self.raw["Default"]) or "")
        for index, catcher in enumerate(self.catchers()):
            yield Way(f"{self.path}.Catch[{index}].Next", text_of(catcher.get("Next")) or "", index)

    def catchers(self) -> list[Mapping[str, Any]]:
        """Return what the state catches errors with, in order; one that cannot be resolved is empty."""
        return [mapping(one) for one in listed(self.raw.get("Catch"))]

    def retriers(self) -> list[Mapping[str, Any]]:
        """Return what the state is tried again with, in order; one that cannot be resolved is empty."""
        return [mapping(one) for one in listed(self.raw.get("Retry"))]


def errors_of(rule: Mapping[str, Any]) -> list[str]:
    """Return the errors of a retrier or catcher; an empty text for each that cannot be resolved."""
    return [text_of(one) or "" for one in listed(rule.get("ErrorEquals"))]


def takes(rule: Mapping[str, Any], error: str) -> bool:
    """Return whether a retrier or catcher is for an error, by its name or a name for many."""
    names = errors_of(rule)
    if error in names:
        return True
    return (ALL in names and error not in _NEVER) or (
        TASK_FAILED in names and error not in (*_NOT_TASK_FAILED, *_NEVER)
    )
