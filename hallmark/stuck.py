"""Work that was accepted and is not finished in time: it sends no metric, so a system's wing finds it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# From the arrival of a file to the end of its work.
LIMIT_SECONDS = 300


@dataclass(frozen=True)
class Stuck:
    """What has not moved for so many seconds: its owner's name and its id, how far it is, and what to do about it."""

    owner: str
    id: str
    seconds: float
    status: str
    counts: Mapping[str, int]
    advice: str

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        return f"{self.owner}/{self.id} {self.status} for {self.seconds:.0f} s: {counts}; {self.advice}"

    def to_dict(self) -> dict[str, Any]:
        """Return the same as JSON data."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}
