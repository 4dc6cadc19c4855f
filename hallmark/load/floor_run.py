"""Measurement of the floor: the rate that it sustains, and its latencies at the rate of the pipeline's run."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from hallmark.evidence.load_result import PhaseResult
from hallmark.load import scenario as scenarios
from hallmark.load import slo
from hallmark.load.generator import Settings, generate
from hallmark.load.latencies import Latencies
from hallmark.load.load import Load
from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import arrivals
from hallmark.load.series import phase_results
from hallmark.progress import Callback
from hallmark.stage.deployed import DeployedStage
from infra.errors import UserError

SCENARIO, CAPACITY, STEADY = "floor", "capacity", "floor"
PIPELINE = "steady"
HELD_PERCENT = 99.0
ATTEMPTS, STEP_DOWN = 5, 0.7


@dataclass(frozen=True)
class Floor:
    """The floor's latencies at `rate` requests a second, its numbers for the report, and notes about them."""

    rate: float
    latencies: Latencies
    numbers: dict[str, float]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the floor as JSON data."""
        return {**vars(self), "latencies": self.latencies.rows, "notes": list(self.notes)}


def floor_from(data: Mapping[str, Any] | None) -> Floor | None:
    """Return the floor in JSON data; None for none."""
    if data is None:
        return None
    return Floor(data["rate"], Latencies.of_rows(data["latencies"]), dict(data["numbers"]), tuple(data["notes"]))


def measure_floor(stage: DeployedStage, load: Load, rate: float, processes: int, progress: Callback) -> Floor:
    """Offer the floor twice the rate, then the rate; if it does not sustain that, half of what it sustains.

    A rate is sustained if every request is answered within the pipeline's own latency bound. UserError if none is.
    What a system's load knows to be sustained is not searched for, and is as many times the rate as the load says.
    """
    if sustained := load.sustained(stage):
        return _known(stage, load, rate, sustained, processes, progress)
    wanted, tried, latest = rate, rate, _latest(stage, load)
    notes: tuple[str, ...] = ()
    for _ in range(ATTEMPTS):
        outcome = _run(stage, load, rate, processes, progress)
        capacity = _phase(outcome, CAPACITY)
        if _held(capacity, latest, load.kinds.accepted):
            return _floor(rate, outcome, capacity, notes)
        tried, rate = rate, round(min(capacity.achieved, capacity.offered * STEP_DOWN) / 2, 1)
        if not rate:
            break
        notes = (
            f"too slow for {wanted:g}/s: the no-op floor does not sustain {2 * wanted:g}/s ({HELD_PERCENT:g} % of it, "
            f"with a p99 of at most {latest:g} ms), so the rate is {rate:g}/s, half of what it sustains",
        )
    raise UserError(
        f"even a no-op function does not sustain {2 * tried:g}/s with a p99 of at most {latest:g} ms: "
        f"end other programs on this machine, then rerun"
    )


def _known(
    stage: DeployedStage, load: Load, wanted: float, sustained: float, processes: int, progress: Callback
) -> Floor:
    rate = min(wanted, round(sustained / load.floor_times, 1))
    outcome = _run(stage, load, rate, processes, progress)
    numbers = {"rate": rate, "held": round(sustained, 1)}
    told = f"the no-op floor sustains {sustained:.1f}/s when it is never idle"
    slow = f"too slow for {wanted:g}/s, so " if rate < wanted else ""
    note = f"{told}: {slow}the rate is {rate:g}/s, {100 * rate / sustained:.0f} % of it"
    return Floor(rate, outcome.latencies(STEADY), {**_percentiles(outcome), **numbers}, (note,))


def _latest(stage: DeployedStage, load: Load) -> float:
    """Return the pipeline's bound of the p99 in milliseconds."""
    key = scenarios.stage_key(stage.target, stage.name)
    bounds = (
        slo.at(row.at_most, key) for row in slo.load(stage.system, PIPELINE, key, load.measures) if row.measure == "p99"
    )
    return min((bound for bound in bounds if bound is not None), default=inf)


def _run(stage: DeployedStage, load: Load, rate: float, processes: int, progress: Callback) -> RunOutcome:
    run = generate(stage, SCENARIO, Settings(rate=rate, processes=processes, floor=True), progress)
    return RunOutcome(run, arrivals(run.terms, load.kinds, load.mix(stage)), load.kinds)


def _phase(outcome: RunOutcome, name: str) -> PhaseResult:
    return next(phase for phase in phase_results(outcome) if phase.name == name)


def _held(phase: PhaseResult, latest: float, accepted: int) -> bool:
    # Too few samples for a p99: take the slowest.
    in_time = phase.percentiles.get("99", phase.percentiles.get("max", inf)) <= latest
    return set(phase.statuses) == {str(accepted)} and phase.achieved >= phase.offered * HELD_PERCENT / 100 and in_time


def _floor(rate: float, outcome: RunOutcome, capacity: PhaseResult, notes: tuple[str, ...]) -> Floor:
    latencies, numbers = outcome.latencies(STEADY), _percentiles(outcome)
    measured = {"rate": rate, "offered for capacity": capacity.offered, "held": capacity.achieved}
    return Floor(rate, latencies, {**numbers, **measured, "capacity p99": capacity.percentiles.get("99", 0.0)}, notes)


def _percentiles(outcome: RunOutcome) -> dict[str, float]:
    return {f"p{name}": value for name, value in outcome.latencies(STEADY).table().items() if name != "max"}
