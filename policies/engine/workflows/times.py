"""How long an execution may take at most: every attempt as long as it may, every delay as long as it may.

A time that only an execution decides is endless. A retrier counts its attempts by itself.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.engine.finding import UNRESOLVED
from policies.engine.template.intrinsics import text_of
from policies.engine.template.scalars import number_of
from policies.engine.template.values import listed
from policies.engine.workflows.definition import Definition
from policies.engine.workflows.states import Level, State

# Of an inline Map, whatever its MaxConcurrency.
MOST_AT_ONCE = 40
# For the items of every Map that is not named.
ANY_MAP = "*"
# AWS's defaults of a retrier.
_INTERVAL, _ATTEMPTS, _RATE = 1, 3, 2.0
# Delays beyond these are longer than any execution.
_COUNTED = 1000
# Path, found, wanted.
Problem = tuple[str, str, str]


@dataclass
class Times:
    """The longest times by state, the longest way, and what makes a time endless."""

    items: Mapping[str, float]
    states: dict[State, float] = field(default_factory=dict)
    levels: dict[str, float] = field(default_factory=dict)
    way: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def endless(self, path: str, found: str, wanted: str) -> float:
        """Note what is endless."""
        self.problems.append((path, found, wanted))
        return math.inf


def times_of(definition: Definition, items: Mapping[str, float]) -> Times:
    """Return the longest times of a definition; `items` says how many a Map has at most, by its name."""
    times = Times(items)
    # The innermost first: a state's time needs those of its levels.
    for level in reversed(definition.levels):
        times.levels[level.path] = _level(times, level, is_top=level is definition.top)
    return times


def _level(times: Times, level: Level, *, is_top: bool) -> float:
    """Return the time of the longest way through a level."""
    reached = level.reached()
    before = dict.fromkeys(reached, 0)
    for name in reached:
        for to in {way.to for way in level.states[name].ways()} & reached.keys():
            before[to] += 1
    longest: dict[str, tuple[float, list[str]]] = {}
    ready = deque(name for name, count in before.items() if not count)
    done = 0
    while ready:
        name = ready.popleft()
        done += 1
        state = level.states[name]
        until, way = longest.get(name, (0.0, []))
        until, way = until + _state(times, state), [*way, name] if is_top else way
        longest[name] = until, way
        for to in dict.fromkeys(way.to for way in state.ways() if way.to in reached):
            if to not in longest or until > longest[to][0]:
                longest[to] = until, way
            before[to] -= 1
            if not before[to]:
                ready.append(to)
    if done < len(reached):
        circle = ", ".join(name for name in reached if before[name])
        return times.endless(f"{level.path}.States", f"a circle among {circle}", "no way back: it may be gone for ever")
    nothing: tuple[float, list[str]] = (0.0, [])
    total, way = max(longest.values(), key=lambda one: one[0], default=nothing)
    if is_top:
        times.way = way
    return total


def _state(times: Times, state: State) -> float:
    """Return the longest time of a state with all its attempts."""
    if state not in times.states:
        once = _once(times, state)
        attempts, delays = _retries(times, state)
        times.states[state] = once * attempts + delays if once else delays
    return times.states[state]


def _once(times: Times, state: State) -> float:
    match state.kind:
        case "Task":
            return _seconds(times, state, "TimeoutSeconds", "a number of seconds, after which a task ends")
        case "Wait":
            return _seconds(times, state, "Seconds", "a number of seconds")
        case "Parallel":
            branches = range(len(listed(state.raw.get("Branches"))))
            return max((times.levels.get(f"{state.path}.Branches[{one}]", 0.0) for one in branches), default=0.0)
        case "Map":
            inner = max(times.levels.get(f"{state.path}.{key}", 0.0) for key in ("ItemProcessor", "Iterator"))
            return _rounds(times, state) * inner if inner else 0.0
    return 0.0


def _seconds(times: Times, state: State, key: str, wanted: str) -> float:
    found = number(state.raw.get(key))
    if found is not None and found >= 0:
        return found
    others = [name for name in (f"{key}Path", "Timestamp", "TimestampPath", "SecondsPath") if name in state.raw]
    shown = others[0] if others else "none: without an end" if key not in state.raw else _shown(state.raw[key])
    return times.endless(f"{state.path}.{others[0] if others else key}", shown, wanted)


def _rounds(times: Times, state: State) -> float:
    """Return how often a Map goes through its states one after another."""
    given = state.raw.get("Items")
    items = float(len(given)) if isinstance(given, list) else times.items.get(state.name, times.items.get(ANY_MAP))
    if items is None:
        known = ", ".join(times.items) or "none"
        return times.endless(f"{state.path}.ItemsPath", f"a number of items that {UNRESOLVED}", f"one of: {known}")
    at_once = number(state.raw.get("MaxConcurrency", 0))
    if "MaxConcurrencyPath" in state.raw or at_once is None:
        # One after another, as it may be.
        at_once = 1
    return math.ceil(items / min(at_once or MOST_AT_ONCE, MOST_AT_ONCE))


def _retries(times: Times, state: State) -> tuple[float, float]:
    """Return the most attempts of a state, the first included, and the longest sum of delays between them."""
    attempts, delays = 1.0, 0.0
    for index, retrier in enumerate(state.retriers()):
        most = number(retrier.get("MaxAttempts", _ATTEMPTS))
        interval, rate = number(retrier.get("IntervalSeconds", _INTERVAL)), number(retrier.get("BackoffRate", _RATE))
        cap = number(retrier["MaxDelaySeconds"]) if "MaxDelaySeconds" in retrier else math.inf
        if most is None or interval is None or rate is None or cap is None or not retrier:
            wanted = "numbers of attempts and seconds"
            return times.endless(f"{state.path}.Retry[{index}]", UNRESOLVED, wanted), 0.0
        attempts += most
        delay = interval
        for _ in range(int(min(most, _COUNTED))):
            delays += min(delay, cap)
            delay = min(delay * rate, 1e9)
    return attempts, delays


def number(value: Any) -> float | None:
    """Return a number of the language, which takes no texts for one and none below zero; None for anything else."""
    found = None if isinstance(value, str) else number_of(value)
    return found if found is not None and found >= 0 else None


def _shown(value: Any) -> str:
    return text_of(value) or UNRESOLVED
