"""Measures of the way of files: seconds from creation to last verdict, rows a second, memory."""

from hallmark.ledger.ledger import percentile
from hallmark.load.outcome import Measure, RunOutcome
from hallmark.systems.merchant_upload.load.reconciliation import FileReconciliation, Way


def reconciliation(outcome: RunOutcome) -> FileReconciliation | None:
    """Return the reconciliation; None without one."""
    found = outcome.reconciliation
    assert found is None or isinstance(found, FileReconciliation)
    return found


def _ways(outcome: RunOutcome, phase: str) -> list[Way]:
    """Return the ways of a phase's files; none if one of them has not come to its end."""
    found = reconciliation(outcome)
    ids = {arrival.item.id for arrival, _ in outcome.samples(phase)}
    if found is None or found.unfinished & ids:
        return []
    return [way for name, way in found.ways.items() if name in ids]


def file_percentile(percent: float) -> Measure:
    """Return the measure of a percentile of seconds, which is a file's own: nearest rank; None without files.

    A percentile needs so many files that it can lie below the highest, but for the highest itself.
    """

    def measure(outcome: RunOutcome, phase: str) -> float | None:
        ways = _ways(outcome, phase)
        if not ways or (percent < 100 and (1 - percent / 100) * len(ways) < 1 - 1e-9):
            return None
        return percentile(tuple(way.finished - way.created for way in ways), percent / 100)

    return measure


def rows_a_second(outcome: RunOutcome, phase: str) -> float | None:
    """Return the rows of a phase's files over the time from their first creation to their last verdict."""
    ways = _ways(outcome, phase)
    if not ways:
        return None
    span = max(way.finished for way in ways) - min(way.created for way in ways)
    return sum(way.rows for way in ways) / span if span > 0 else None


def memory(function: str) -> Measure:
    """Return the measure of the most memory that a function has held on the stage, in MB; None if it did not run."""

    def measure(outcome: RunOutcome, _: str) -> float | None:
        found = reconciliation(outcome)
        return (found.means[function].held or None) if found else None

    return measure
