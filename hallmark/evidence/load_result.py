"""The result of a load run, for its evidence. Standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Judged:
    """One objective: the value found (None: not measured), the bound, and one sentence with the difference."""

    control: str
    measure: str
    phase: str
    found: float | None
    bound: float
    at_most: bool
    unit: str
    passed: bool
    told: str


@dataclass(frozen=True)
class PhaseResult:
    """One phase: rates a second, answers by status, latencies in milliseconds by percentile (`50`, `99.9`, `max`)."""

    name: str
    counted: bool
    start: float
    seconds: float
    offered: float
    achieved: float
    statuses: Mapping[str, int]
    percentiles: Mapping[str, float]


@dataclass(frozen=True)
class Second:
    """One second of arrivals: their number, and their latencies in milliseconds."""

    second: int
    count: int
    p50: float
    p99: float
    max: float


@dataclass(frozen=True)
class Bin:
    """The number of counted requests that took at most `upper` milliseconds, and more than the previous bin's."""

    upper: float
    count: int


@dataclass(frozen=True)
class LoadResult:
    """A run of a system, judged; `usage` and `floor` are numbers by name, `notes` sentences for the reader."""

    system: str
    scenario: str
    about: str
    target: str
    stage: str
    started: str
    rate: float
    seconds: float
    users: int
    generators: int
    machine: str
    fidelity: str
    phases: tuple[PhaseResult, ...]
    objectives: tuple[Judged, ...]
    series: tuple[Second, ...]
    histogram: tuple[Bin, ...]
    ledger: Mapping[str, int]
    floor: Mapping[str, float]
    usage: Mapping[str, float]
    notes: tuple[str, ...] = ()


def from_json(data: dict[str, Any]) -> LoadResult:
    """Return the result in a JSON object; TypeError or KeyError for another format."""
    kinds = {"phases": PhaseResult, "objectives": Judged, "series": Second, "histogram": Bin}
    parts: dict[str, Any] = {name: tuple(kind(**item) for item in data.pop(name)) for name, kind in kinds.items()}
    return LoadResult(notes=tuple(data.pop("notes")), **data, **parts)
