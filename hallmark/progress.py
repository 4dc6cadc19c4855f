"""How far a long work is, and who is told of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a phase is: `done` of `total`, with counts by name."""

    phase: str
    done: int
    total: int
    counts: Counter[str]


Callback = Callable[[Progress], None]
