"""Retriers and catchers of a state.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import random
from collections.abc import Iterable
from typing import Any

from hallmark.stage.embedded.workflows.failures import RUNTIME, TIMEOUT, TOO_LARGE

Json = dict[str, Any]


def matches(names: list[str], error: str) -> bool:
    """Return whether ErrorEquals covers an error: nothing covers States.Runtime, no wildcard too much data."""
    if error == RUNTIME:
        return False
    if error in names:
        return True
    if error == TOO_LARGE:
        return False
    return "States.ALL" in names or ("States.TaskFailed" in names and error != TIMEOUT)


def catcher(state: Json, error: str) -> Json | None:
    """Return the first catcher that covers an error."""
    found: Iterable[Json] = state.get("Catch", [])
    return next((one for one in found if matches(one["ErrorEquals"], error)), None)


class Retries:
    """The retriers of one visit to a state, each with its own count of attempts."""

    def __init__(self, state: Json) -> None:
        self._retriers: list[Json] = state.get("Retry", [])
        self._counts = [0] * len(self._retriers)

    @property
    def count(self) -> int:
        """Return how often the state was retried."""
        return sum(self._counts)

    def pause(self, error: str) -> float | None:
        """Return the seconds to the next attempt; None when the first retrier that covers the error has none left."""
        for number, retrier in enumerate(self._retriers):
            if matches(retrier["ErrorEquals"], error):
                done = self._counts[number]
                if done >= retrier.get("MaxAttempts", 3):
                    return None
                self._counts[number] += 1
                pause = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** done
                pause = min(pause, retrier.get("MaxDelaySeconds", pause))
                return random.uniform(0, pause) if retrier.get("JitterStrategy") == "FULL" else float(pause)
        return None
