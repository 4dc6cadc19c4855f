"""The time that a function may take, of the executions that it reserves and the rate, beside the time that it took.

By Little's law a rate times a time is how many are busy at once.
J. Little: A Proof for the Queuing Formula L = lambda W. Operations Research 9 (3), 1961.
"""

from hallmark import clock
from hallmark.load.function_durations import within
from hallmark.load.latencies import Latencies
from hallmark.load.outcome import Arithmetic, Measure, RunOutcome
from hallmark.systems.screening.load.reconciliation import reconciliation

# 10,000 a minute.
RATE = 10_000 / 60


def may_take(reserved: int) -> float:
    """Return the seconds after which all reserved executions are busy at the peak's rate."""
    return reserved / RATE


def _durations(outcome: RunOutcome, function: str, phase: str) -> Latencies | None:
    found = reconciliation(outcome)
    if found is None:
        return None
    begin = clock.from_text(outcome.run.started).timestamp() + outcome.starts[phase]
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
