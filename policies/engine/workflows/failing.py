"""What happens after an error is caught: which steps are taken on every way, with which data, and how it ends.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-fallback-states
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from policies.engine.finding import UNRESOLVED
from policies.engine.workflows.data import Scope, after, caught, entered
from policies.engine.workflows.states import Level, State

# States of a branch, each with the data that may arrive there, beyond these are not followed.
_MOST = 2000
Problem = tuple[str, str, str]
# Which step a task takes, if any, and what is wrong with its data.
Taken = Callable[[State, Scope], tuple[str, Iterator[Problem]]]


@dataclass(frozen=True)
class _Place:
    """A state on a way, with its data, the steps taken before it, and the place that it was entered from.

    `sure` are those of the steps that certainly did not fail.
    """

    name: str
    scope: Scope
    done: frozenset[str]
    entered_from: "_Place | None"
    sure: frozenset[str] = frozenset()

    def passed(self) -> Iterator[str]:
        """Yield the names of the states before it on its way."""
        place = self.entered_from
        while place is not None:
            yield place.name
            place = place.entered_from


@dataclass
class Branch:
    """The ways of a branch: `wanted` steps, those to take only `once`, and what is wrong."""

    levels: tuple[Level, ...]
    wanted: Mapping[str, str]
    taken: Taken
    once: tuple[str, ...] = ()
    problems: dict[Problem, None] = field(default_factory=dict)
    followed: int = 0
    failed: str = ""

    def follow(self, level: Level, name: str, scope: Scope, before: str) -> None:
        """Follow every way from the state that an error of the state `before` leads to."""
        self.failed = before
        waiting = [_Place(name, scope, frozenset(), _Place(before, scope, frozenset(), None))]
        known: set[Hashable] = set()
        while waiting:
            place = waiting.pop()
            state = level.states.get(place.name)
            if state is None:
                continue  # It is reported where the definition is read.
            if place.name in place.passed():
                self._wrong(state.path, "a circle after an error", "a way that ends in Fail")
            elif (key := (place.name, place.done, place.sure, place.scope.key())) not in known:
                known.add(key)
                if len(known) > _MOST:
                    self._wrong(state.path, f"too many ways: {UNRESOLVED}", f"at most {_MOST} states on all ways")
                    return
                waiting.extend(self._beyond(state, place))

    def _beyond(self, state: State, place: "_Place") -> Iterator["_Place"]:
        """Yield where a state leads to, or note what is wrong with its end."""
        if state.kind == "Fail":
            self._lacking(state, place.done)
            return
        if state.kind == "Succeed" or state.raw.get("End") is True:
            shown = "Succeed" if state.kind == "Succeed" else "End"
            self._wrong(state.path, f"{shown} after an error, which no metric counts as failed", "Fail")
            return
        steps = self._steps(state, place.scope)
        here = place.done | steps
        for name in sorted(steps & place.sure & set(self.once)):
            found = f"{self.wanted.get(name, name)} a second time, after an error of {self.failed}"
            self._wrong(state.path, found, "once")
        for way in state.ways():
            if way.catcher is None:
                yield _Place(way.to, after(place.scope, state), here, place, place.sure | steps)
            else:
                # What failed was tried; from there on only the end matters.
                beyond = caught(place.scope, state, state.catchers()[way.catcher])
                yield _Place(way.to, beyond, frozenset(self.wanted), place, place.sure)

    def _steps(self, state: State, scope: Scope) -> frozenset[str]:
        inside = entered(scope, state)
        if state.kind == "Parallel":
            own = [level for level in self.levels if level.holder is state]
            return frozenset().union(*(self._branch(level, level.start, inside, ()) for level in own))
        if state.kind != "Task":
            return frozenset()
        name, problems = self.taken(state, inside)
        for problem in problems:
            self._wrong(*problem)
        return frozenset({name} if name else ())

    def _branch(self, level: Level, name: str, scope: Scope, passed: tuple[str, ...]) -> frozenset[str]:
        """Return the steps that are taken on every way through a branch of a Parallel."""
        state = level.states.get(name)
        self.followed += 1
        if state is None or name in passed or self.followed > _MOST:
            return frozenset()
        beyond = after(scope, state)
        ways = [way for way in state.ways() if way.catcher is None]
        further = [self._branch(level, way.to, beyond, (*passed, name)) for way in ways]
        return self._steps(state, scope) | (frozenset.intersection(*further) if further else frozenset())

    def _lacking(self, end: State, done: frozenset[str]) -> None:
        for name, shown in self.wanted.items():
            if name not in done:
                self._wrong(
                    end.path,
                    f"an end without {shown}, after an error of {self.failed}",
                    f"{shown} on every way before it",
                )

    def _wrong(self, path: str, found: str, wanted: str) -> None:
        self.problems[path, found, wanted] = None
