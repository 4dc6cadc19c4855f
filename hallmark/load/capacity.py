"""Whether the most work of a kind fits: measured processor seconds of a row, times its rows, over what Lambda gives."""

from dataclasses import dataclass

from hallmark.load.function_means import Means
from hallmark.load.outcome import Arithmetic, Measure, RunOutcome
from hallmark.load.ways import reconciliation


@dataclass(frozen=True)
class Work:
    """What a function does: which of the reconciliation's figures counts its rows, and the most rows there can be."""

    figure: str
    most: int


@dataclass(frozen=True)
class Capacity:
    """The processor seconds that a function used for the rows of a whole run, its means, and the most rows."""

    used: float
    rows: int
    means: Means
    most: int

    @property
    def seconds(self) -> float:
        """The seconds that the most rows take of the function's processors."""
        return self.used / self.rows * self.most / (self.means.executions * self.means.processor)

    def __str__(self) -> str:
        given = f"{self.means.executions} x {self.means.processor:.2f} of a processor at {self.means.memory} MB"
        each = f"{1000 * self.used / self.rows:.3g} ms a row, from {self.used:.1f} s for {self.rows} rows of this run"
        return f"{each}, x {self.most} rows / ({given})"


def _of(outcome: RunOutcome, function: str, work: Work) -> Capacity | None:
    found = reconciliation(outcome)
    if found is None or found.unfinished:
        return None
    means = found.means[function]
    used, rows = outcome.usage.get(f"processor:{means.name}", 0.0), found.figures[work.figure]
    return Capacity(used, rows, means, work.most) if used and rows else None


def seconds(function: str, work: Work) -> Measure:
    """Return the measure of the seconds that the most work takes; None where no processor time is counted."""

    def measure(outcome: RunOutcome, _: str) -> float | None:
        found = _of(outcome, function, work)
        return found.seconds if found else None

    return measure


def told(function: str, work: Work) -> Arithmetic:
    """Return how a function's capacity comes about."""
    return lambda outcome: str(_of(outcome, function, work) or "")
