"""Whether the largest file fits: measured processor seconds of a row, times its rows, over what the platform gives."""

from dataclasses import dataclass

from hallmark.load.outcome import Arithmetic, Measure, RunOutcome
from hallmark.systems.merchant_upload.load.measures import reconciliation
from hallmark.systems.merchant_upload.load.platform import ANOMALY_DETECTION, VALIDATION, Means
from hallmark.systems.merchant_upload.reading import MOST_ROWS

# Each function, and which of a file's rows it works on.
FUNCTIONS = {VALIDATION: "rows", ANOMALY_DETECTION: "stored"}


@dataclass(frozen=True)
class Capacity:
    """The processor seconds that a function used for the rows of a whole run, and its means."""

    used: float
    rows: int
    means: Means

    @property
    def seconds(self) -> float:
        """The seconds that the largest file takes of the function's processors."""
        return self.used / self.rows * MOST_ROWS / (self.means.executions * self.means.processor)

    def __str__(self) -> str:
        given = f"{self.means.executions} x {self.means.processor:.2f} of a processor at {self.means.memory} MB"
        each = f"{1000 * self.used / self.rows:.3g} ms a row, from {self.used:.1f} s for {self.rows} rows of this run"
        return f"{each}, x {MOST_ROWS} rows / ({given})"


def _of(outcome: RunOutcome, function: str) -> Capacity | None:
    found = reconciliation(outcome)
    if found is None or found.unfinished:
        return None
    means = found.means[function]
    used, rows = outcome.usage.get(f"processor:{means.name}", 0.0), found.figures[FUNCTIONS[function]]
    return Capacity(used, rows, means) if used and rows else None


def seconds(function: str) -> Measure:
    """Return the measure of the seconds that the largest file takes; None where no processor time is counted."""

    def measure(outcome: RunOutcome, _: str) -> float | None:
        found = _of(outcome, function)
        return found.seconds if found else None

    return measure


def told(function: str) -> Arithmetic:
    """Return how a function's capacity comes about."""
    return lambda outcome: str(_of(outcome, function) or "")
