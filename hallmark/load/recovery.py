"""How long a system takes until it is as fast as before."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from hallmark.load.latencies import Latencies
from hallmark.load.measured import Measured

WINDOW_SECONDS = 5


def recovery_seconds(measured: Measured, phase: str, within_ms: float) -> float | None:
    """Seconds from a phase's start after which every window of five seconds has its p99 within a bound."""
    start = measured.starts[phase]
    found = [(arrival.due - start, sample.latency) for arrival, sample in measured.samples(phase)]
    if not found:
        return None
    last_bad = max((int(due) for due in _bad_windows(found, within_ms)), default=-1)
    recovered = last_bad + 1
    return recovered if recovered + WINDOW_SECONDS <= max(due for due, _ in found) + 1 else None


def _bad_windows(found: Sequence[tuple[float, int]], within_ms: float) -> Iterator[int]:
    by_second: dict[int, list[int]] = defaultdict(list)
    for due, latency in found:
        by_second[int(due)].append(latency)
    for begin in range(max(by_second) + 2 - WINDOW_SECONDS):
        window = Latencies(value for second in range(begin, begin + WINDOW_SECONDS) for value in by_second[second])
        p99 = window.percentile(99)
        if p99 is None or p99 > within_ms:
            yield begin
