"""What the floor can hold, and how long it takes at the rate that the pipeline is going to get."""

from dataclasses import dataclass

from hallmark.errors import UserError
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
# The floor holds a rate that it answers, and no slower than the pipeline itself may be (load/slo.yaml).
HELD_PERCENT, HELD_P99_MS = 99.0, 150.0
ATTEMPTS, STEP_DOWN = 5, 0.7


@dataclass(frozen=True)
class Floor:
    """The floor's latencies at `rate` requests a second, its numbers for the report, and what is to be said of them."""

    rate: float
    latencies: Latencies
    numbers: dict[str, float]
    notes: tuple[str, ...] = ()


def measure_floor(stage: DeployedStage, rate: float, processes: int, progress: Callback) -> Floor:
    """Offer the floor twice the rate, then the rate; where it does not hold it, the rate is half of what it holds.

    Raises UserError when it holds next to nothing.
    """
    wanted = rate
    notes: tuple[str, ...] = ()
    for _ in range(ATTEMPTS):
        measured = _run(stage, rate, processes, progress)
        capacity = _phase(measured, CAPACITY)
        if _held(capacity):
            return _floor(rate, measured, capacity, notes)
        rate = round(min(capacity.achieved, capacity.offered * STEP_DOWN) / 2, 1)
        notes = (
            f"this machine is too slow for {wanted:g}/s: the no-op floor does not hold {2 * wanted:g}/s "
            f"({HELD_PERCENT:g} % of it, with a p99 of at most {HELD_P99_MS:g} ms), so the rate is {rate:g}/s, "
            f"half of what it holds",
        )
    raise UserError(
        f"not even a function that does nothing holds {2 * rate:g}/s here with a p99 of at most {HELD_P99_MS:g} ms: "
        f"end what else runs on this machine, then run the load again"
    )


def _run(stage: DeployedStage, rate: float, processes: int, progress: Callback) -> Measured:
    run = generate(stage, SCENARIO, Settings(rate=rate, processes=processes), progress)
    return Measured(run, arrivals(run.terms, RuleParameters.of(stage.outputs)))


def _phase(measured: Measured, name: str) -> PhaseResult:
    return next(phase for phase in phase_results(measured) if phase.name == name)


def _held(phase: PhaseResult) -> bool:
    in_time = phase.percentiles.get("99", HELD_P99_MS + 1) <= HELD_P99_MS
    return set(phase.statuses) == {"202"} and phase.achieved >= phase.offered * HELD_PERCENT / 100 and in_time


def _floor(rate: float, measured: Measured, capacity: PhaseResult, notes: tuple[str, ...]) -> Floor:
    latencies = measured.latencies(STEADY)
    numbers = {f"p{name}": value for name, value in latencies.table().items() if name != "max"}
    told = {"rate": rate, "offered for capacity": capacity.offered, "held": capacity.achieved}
    return Floor(rate, latencies, {**numbers, **told, "capacity p99": capacity.percentiles.get("99", 0.0)}, notes)
