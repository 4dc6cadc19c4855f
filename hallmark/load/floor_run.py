"""What the floor can hold, and how long it takes at the rate that the pipeline is going to get."""

from dataclasses import dataclass

from hallmark.load.generator import Settings, generate
from hallmark.load.latencies import Latencies
from hallmark.load.measured import Measured
from hallmark.load.plan import arrivals
from hallmark.load.result import PhaseResult
from hallmark.load.series import phase_results
from hallmark.stage.deployed import DeployedStage
from hallmark.traffic.outcome import Callback
from hallmark.traffic.parameters import RuleParameters

SCENARIO, CAPACITY, STEADY = "floor", "capacity", "floor"
HELD_PERCENT = 99.0


@dataclass(frozen=True)
class Floor:
    """The floor's latencies at `rate` requests a second, its numbers for the report, and what is to be said of them."""

    rate: float
    latencies: Latencies
    numbers: dict[str, float]
    notes: tuple[str, ...] = ()


def measure_floor(stage: DeployedStage, rate: float, processes: int, progress: Callback) -> Floor:
    """Offer the floor twice the rate, then the rate; where it does not hold it, the rate is half of what it holds."""
    measured = _run(stage, rate, processes, progress)
    capacity = _phase(measured, CAPACITY)
    if _held(capacity):
        return _floor(rate, measured, capacity, ())
    lower = round(capacity.achieved / 2, 1)
    note = (
        f"this machine is too slow for {rate:g}/s: of {capacity.offered:.0f}/s the no-op floor answers "
        f"{capacity.achieved:.0f}/s, so the rate is half of that, {lower:g}/s"
    )
    return _floor(lower, _run(stage, lower, processes, progress), capacity, (note,))


def _run(stage: DeployedStage, rate: float, processes: int, progress: Callback) -> Measured:
    run = generate(stage, SCENARIO, Settings(rate=rate, processes=processes), progress)
    return Measured(run, arrivals(run.terms, RuleParameters.of(stage.outputs)))


def _phase(measured: Measured, name: str) -> PhaseResult:
    return next(phase for phase in phase_results(measured) if phase.name == name)


def _held(phase: PhaseResult) -> bool:
    return set(phase.statuses) == {"202"} and phase.achieved >= phase.offered * HELD_PERCENT / 100


def _floor(rate: float, measured: Measured, capacity: PhaseResult, notes: tuple[str, ...]) -> Floor:
    latencies = measured.latencies(STEADY)
    numbers = {f"p{name}": value for name, value in latencies.table().items() if name != "max"}
    told = {"rate": rate, "offered for capacity": capacity.offered, "held": capacity.achieved}
    return Floor(rate, latencies, {**numbers, **told, "capacity p99": capacity.percentiles.get("99", 0.0)}, notes)
