"""The highest rate that the machine holds: rates are offered in steps after the main phase, until one is late."""

from collections.abc import Iterator
from typing import NamedTuple

from hallmark.load.measures import error_rate
from hallmark.load.outcome import RunOutcome

# As long as an answer of the main phase may take, in seconds.
_LATEST = 1.0


class _Step(NamedTuple):
    """A rate that was offered, its slowest hundredth in milliseconds, and whether all was answered in time."""

    rate: float
    slowest: float | None
    is_held: bool


def _steps(outcome: RunOutcome) -> Iterator[_Step]:
    """Yield the main phase and what follows it, up to the first that is not held."""
    load = outcome.run.terms.load()
    for phase in load.phases[load.phases.index(load.main) :]:
        rate = phase.rate_at(outcome.run.terms.stage_key)
        if not rate:
            return
        table = outcome.latencies(phase.name).table()
        # A step is too short for a p99: of so few the slowest is taken.
        slowest = table.get("99", table.get("max"))
        latest = 1000 * (phase.ends_late or _LATEST)
        is_held = error_rate(outcome, phase.name) == 0 and slowest is not None and slowest <= latest
        yield _Step(rate, slowest, is_held)
        if not is_held:
            return


def highest_rate(outcome: RunOutcome, _: str) -> float | None:
    """Return the highest rate up to which every step was answered in time; None if the first was not."""
    return max((step.rate for step in _steps(outcome) if step.is_held), default=None)


def told(outcome: RunOutcome) -> str:
    """Return each rate with its slowest hundredth."""
    return ", ".join(
        f"{step.rate:.4g}/s {'held' if step.is_held else 'not held'}"
        + ("" if step.slowest is None else f", p99 {step.slowest:.0f} ms")
        for step in _steps(outcome)
    )
