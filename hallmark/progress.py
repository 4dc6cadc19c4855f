"""Progress of long work, and the callback that receives it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a phase: `done` of `total`, with counts by name."""

    phase: str
    done: int
    total: int
    counts: Counter[str]


Callback = Callable[[Progress], None]
