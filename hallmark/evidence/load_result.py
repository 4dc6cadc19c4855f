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

    def conditions(self, phase: str = "") -> str:
        """Return the conditions under which a phase was measured, by default the whole run."""
        run = next((one for one in self.phases if one.name == phase), None)
        rate, seconds = (run.offered, run.seconds) if run else (self.rate, self.seconds)
        where = {"embedded": "emulator", "aws": "AWS"}.get(self.target, self.target)
        return f"at {rate:g}/s for {seconds:g} s on {self.machine}, {where}"

    def figure(self, control: str) -> str:
        """Return a control's chief figure, the p99 or its first objective, with its conditions; empty without."""
        mine = [judged for judged in self.objectives if judged.control == control]
        chief = next((judged for judged in mine if judged.measure == "p99"), mine[0] if mine else None)
        return f"{chief.measure} {_found(chief)} {self.conditions(chief.phase)}" if chief else ""


def _found(judged: Judged) -> str:
    if judged.found is None:
        return "not measured"
    return f"{judged.found:.4g} {judged.unit}".strip()


def from_json(data: dict[str, Any]) -> LoadResult:
    """Return the result in a JSON object; TypeError or KeyError for another format."""
    kinds = {"phases": PhaseResult, "objectives": Judged, "series": Second, "histogram": Bin}
    parts: dict[str, Any] = {name: tuple(kind(**item) for item in data.pop(name)) for name, kind in kinds.items()}
    return LoadResult(notes=tuple(data.pop("notes")), **data, **parts)
