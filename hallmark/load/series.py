"""A run as it is shown: phase by phase and second by second."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from hallmark.evidence.load_result import PhaseResult, Second
from hallmark.load.answers import achieved
from hallmark.load.measured import THROTTLED, Measured


def phase_results(measured: Measured) -> Iterator[PhaseResult]:
    """Yield the results of each phase."""
    for phase in measured.run.terms.load().phases:
        statuses = Counter(str(sample.status) for _, sample in measured.samples(phase.name))
        offered = phase.rate_at(measured.run.terms.stage_key)
        yield PhaseResult(
            phase.name,
            phase.counted,
            measured.starts[phase.name],
            phase.seconds,
            offered,
            round(offered * (achieved(measured, phase.name) or 0) / 100, 2),
            dict(sorted(statuses.items())),
            measured.latencies(phase.name).table(),
        )


def seconds(measured: Measured) -> Iterator[Second]:
    """Yield the latencies of every second of arrivals, the warm-up's too."""
    found: dict[int, list[int]] = defaultdict(list)
    for phase in measured.by_phase:
        for arrival, sample in measured.samples(phase):
            if sample.status != THROTTLED:
                found[int(arrival.due)].append(sample.latency)
    for second in sorted(found):
        values = sorted(found[second])
        # Of a second's few values the p99 is the one at that rank, if only the highest.
        ranks = (len(values) // 2, int(0.99 * len(values)), len(values) - 1)
        yield Second(second, len(values), *(round(values[rank] / 1000, 2) for rank in ranks))
