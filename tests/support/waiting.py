"""How tests wait: for a condition, up to a deadline, never for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
# A look costs the stage as much as a call does: who has waited long looks less often.
SLOWER, SELDOM = 1.2, 0.3


def wait_for(condition: Callable[[], T], what: str, seconds: float = 60.0, every: float = 0.05) -> T:
    """Return the condition's first true value, tried `every` so often, later less; fail with `what` at the deadline."""
    deadline, pause = time.monotonic() + seconds, every
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        time.sleep(pause)
        pause = max(every, min(pause * SLOWER, SELDOM))
