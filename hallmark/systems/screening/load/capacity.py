"""The time that a function may take, of the executions that it reserves and the rate, beside the time that it took.

By Little's law a rate times a time is how many are busy at once.
J. Little: A Proof for the Queuing Formula L = lambda W. Operations Research 9 (3), 1961.
"""

from hallmark.load.function_durations import within
from hallmark.load.latencies import Latencies
from hallmark.load.outcome import Arithmetic, Measure, RunOutcome
from hallmark.systems.screening.load.reconciliation import begin_of, reconciliation

# 10,000 a minute.
RATE = 10_000 / 60


def may_take(reserved: int) -> float:
    """Return the seconds after which all reserved executions are busy at the peak's rate."""
    return reserved / RATE


def _durations(outcome: RunOutcome, function: str, phase: str) -> Latencies | None:
    found = reconciliation(outcome)
    if found is None:
        return None
    # By the stage's clock, for the run's own stands still until a cold start has been answered.
    began = [begin for _, sample in outcome.samples(phase) if (begin := begin_of(sample))]
    if not began:
        return None
    begin = min(began)
    seconds = next(one.seconds for one in outcome.run.terms.load().phases if one.name == phase)
    ended = within(found.durations[function], begin, begin + seconds)
    return Latencies(round(1e6 * each) for each in ended)


def p99(function: str) -> Measure:
    """Return the measure of the p99 of a function's invocations, in milliseconds."""

    def measure(outcome: RunOutcome, phase: str) -> float | None:
        found = _durations(outcome, function, phase)
        return found.percentile(99) if found else None

    return measure


def told(function: str) -> Arithmetic:
    """Return how the time comes about that a function may take."""

    def arithmetic(outcome: RunOutcome) -> str:
        found = reconciliation(outcome)
        if found is None:
            return ""
        reserved = found.reserved[function]
        return f"half of {reserved} reserved / {RATE:.1f} transactions/s = {may_take(reserved):.3g} s"

    return arithmetic
