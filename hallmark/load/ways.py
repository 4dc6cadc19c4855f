"""The ways of files through a system, and their measures: seconds to the end, rows a second, memory."""

from collections.abc import Mapping
from dataclasses import dataclass

from hallmark.ledger.ledger import percentile
from hallmark.load.function_means import Means
from hallmark.load.outcome import Measure, RunOutcome
from hallmark.load.reconciliation import Reconciliation


@dataclass(frozen=True)
class Way:
    """A finished file: its begin and its end in seconds of the epoch, the rows read, and those stored."""

    created: float
    finished: float
    rows: int
    stored: int


@dataclass(frozen=True)
class WayReconciliation(Reconciliation):
    """The ledger of a run, its finished files by item id, the ids of those that are not, and the functions' means."""

    ways: Mapping[str, Way]
    unfinished: frozenset[str]
    means: Mapping[str, Means]

    @property
    def figures(self) -> Mapping[str, int]:
        """The rows that were read, and those that were stored."""
        return {name: sum(getattr(way, name) for way in self.ways.values()) for name in ("rows", "stored")}


def reconciliation(outcome: RunOutcome) -> WayReconciliation | None:
    """Return the reconciliation; None without one."""
    found = outcome.reconciliation
    assert found is None or isinstance(found, WayReconciliation)
    return found


def _ways(outcome: RunOutcome, phase: str) -> list[Way]:
    """Return the ways of a phase's files; none if one of them has not come to its end."""
    found = reconciliation(outcome)
    ids = {arrival.item.id for arrival, _ in outcome.samples(phase)}
    if found is None or found.unfinished & ids:
        return []
    return [way for name, way in found.ways.items() if name in ids]


def way_percentile(percent: float) -> Measure:
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
    """Return the rows of a phase's files over the time from their first begin to their last end."""
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
