"""What evidence keeps of a load run. Standard library only, as evidence is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Judged:
    """One objective: what was found (None: not measured), the bound, and one sentence that says by how much."""

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
    """One second of arrivals: how many, and their latencies in milliseconds."""

    second: int
    count: int
    p50: float
    p99: float
    max: float


@dataclass(frozen=True)
class Bin:
    """How many counted requests took at most so many milliseconds, and more than the bin before."""

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
    """Return the result that JSON holds; TypeError or KeyError for another shape."""
    kinds = {"phases": PhaseResult, "objectives": Judged, "series": Second, "histogram": Bin}
    parts: dict[str, Any] = {name: tuple(kind(**item) for item in data.pop(name)) for name, kind in kinds.items()}
    return LoadResult(notes=tuple(data.pop("notes")), **data, **parts)
