"""The executions of a function that are busy at once at a scenario's rate, by Little's law, beside those reserved.

An execution has a share of a processor, so a call takes its processor seconds over that share; what a call waits for
AWS is not in it, and the seconds that it took here, the emulator's among them, are told beside what it may take.
J. Little: A Proof for the Queuing Formula L = lambda W. Operations Research 9 (3), 1961.
"""

from dataclasses import dataclass

from hallmark.load.function_means import Means
from hallmark.load.outcome import Arithmetic, Measure, RunOutcome
from hallmark.load.ways import reconciliation


@dataclass(frozen=True)
class Busy:
    """A function's calls of a whole run of so many uploads, and at what rate of uploads they are looked at."""

    calls: float
    processor: float
    seconds: float
    uploads: int
    rate: float
    means: Means

    @property
    def calls_a_second(self) -> float:
        """The calls a second at the rate."""
        return self.rate * self.calls / self.uploads

    @property
    def executions(self) -> float:
        """The executions that are busy at once."""
        return self.calls_a_second * self.processor / self.calls / self.means.processor

    def told(self, reserved: int) -> str:
        """Return how the executions come about, and how long a call may last."""
        each = self.processor / self.calls
        return (
            f"{self.rate:.3g} uploads/s x {self.calls / self.uploads:.3g} calls x {each:.3g} s of a processor / "
            f"{self.means.processor:.2f}; with {reserved} reserved a call may last "
            f"{reserved / self.calls_a_second:.3g} s, here it lasted {self.seconds / self.calls:.3g} s"
        )


def _of(outcome: RunOutcome, function: str) -> Busy | None:
    found = reconciliation(outcome)
    if found is None or found.unfinished or not found.ways:
        return None
    means, terms = found.means[function], outcome.run.terms
    names = ("invocations", "processor", "seconds")
    calls, processor, seconds = (outcome.usage.get(f"{what}:{means.name}", 0.0) for what in names)
    rate = terms.load().main.rate_at(terms.stage_key)
    return Busy(calls, processor, seconds, len(found.ways), rate, means) if calls and processor else None


def executions(function: str) -> Measure:
    """Return the measure of a function's busy executions; None where no processor time is counted."""

    def measure(outcome: RunOutcome, _: str) -> float | None:
        found = _of(outcome, function)
        return found.executions if found else None

    return measure


def told(function: str, reserved: int) -> Arithmetic:
    """Return how a function's busy executions come about."""

    def arithmetic(outcome: RunOutcome) -> str:
        found = _of(outcome, function)
        return found.told(reserved) if found else ""

    return arithmetic
