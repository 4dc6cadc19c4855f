"""A run for display: phase by phase and second by second."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from hallmark.evidence.load_result import PhaseResult, Second
from hallmark.load.measures import achieved
from hallmark.load.outcome import RunOutcome


def phase_results(outcome: RunOutcome) -> Iterator[PhaseResult]:
    """Yield the results of each phase."""
    for phase in outcome.run.terms.load().phases:
        statuses = Counter(str(sample.status) for _, sample in outcome.samples(phase.name))
        offered = phase.rate_at(outcome.run.terms.stage_key)
        yield PhaseResult(
            phase.name,
            phase.counted,
            outcome.starts[phase.name],
            phase.seconds,
            offered,
            round(offered * (achieved(outcome, phase.name) or 0) / 100, 2),
            dict(sorted(statuses.items())),
            outcome.latencies(phase.name).table(),
        )


def seconds(outcome: RunOutcome) -> Iterator[Second]:
    """Yield the latencies of every second of arrivals, including the warm-up's."""
    found: dict[int, list[int]] = defaultdict(list)
    for phase in outcome.by_phase:
        for arrival, sample in outcome.timed(phase):
            found[int(arrival.due)].append(sample.latency)
    for second in sorted(found):
        values = sorted(found[second])
        # A second has few values: take the one at the p99's rank, even if it is the highest.
        ranks = (len(values) // 2, int(0.99 * len(values)), len(values) - 1)
        yield Second(second, len(values), *(round(values[rank] / 1000, 2) for rank in ranks))
