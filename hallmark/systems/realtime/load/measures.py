"""Measures of the pipeline's effects: verdicts, backlog, the archive."""

from collections.abc import Iterator

from hallmark import clock
from hallmark.load.latencies import Latencies
from hallmark.load.outcome import Measure, RunOutcome
from hallmark.load.run_file import Sample
from hallmark.systems.realtime.load.reconciliation import CardReconciliation


def _reconciliation(outcome: RunOutcome) -> CardReconciliation | None:
    """Return the reconciliation; None without one, as on the floor."""
    found = outcome.reconciliation
    assert found is None or isinstance(found, CardReconciliation)
    return found


def verdict_percentile(percent: float) -> Measure:
    """Return the measure of a percentile, in milliseconds, from POST to verdict; None when a verdict is missing.

    The time is the answer's latency plus the time from `receivedAt` to the verdict. It needs only the stage's clock,
    and may be too long by the time that the answer took after `receivedAt`.
    """

    def measure(outcome: RunOutcome, phase: str) -> float | None:
        found = _reconciliation(outcome)
        if found is None or found.missing:
            return None
        times = _per_phase(outcome, found, phase)
        return Latencies(round(1000 * (sample.latency / 1000 + delay)) for sample, delay in times).percentile(percent)

    return measure


def _per_phase(outcome: RunOutcome, found: CardReconciliation, phase: str) -> Iterator[tuple[Sample, float]]:
    samples = {arrival.item.id: sample for arrival, sample in outcome.samples(phase)}
    for (identity, _), delay in found.verdict_delays.items():
        if identity in samples:
            yield samples[identity], delay


def backlog_seconds(outcome: RunOutcome, phase: str) -> float | None:
    """Return the seconds from a phase's last receipt of a matching transaction to the phase's last verdict."""
    found = _reconciliation(outcome)
    if found is None or found.missing:
        return None
    ends: list[float] = []
    received: list[float] = []
    for sample, delay in _per_phase(outcome, found, phase):
        moment = clock.from_text(sample.receipt).timestamp()
        received.append(moment)
        ends.append(moment + delay / 1000)
    return max(ends) - max(received) if ends else None


def archive_missing(outcome: RunOutcome, _: str) -> float | None:
    """Return how many accepted transactions are not in the archive; None where it shows nothing."""
    found = _reconciliation(outcome)
    return found.archived.missing if found and found.archived else None
