"""How long a system takes until it is as fast as before."""

from collections import defaultdict
from collections.abc import Sequence

from hallmark.load.latencies import Latencies
from hallmark.load.measured import Measured

WINDOW_SECONDS = 5


def recovery_seconds(measured: Measured, phase: str, within_ms: float) -> float | None:
    """Seconds from a phase's start after which every window of five seconds has its p99 within a bound."""
    start = measured.starts[phase]
    found = [(arrival.due - start, sample.latency) for arrival, sample in measured.samples(phase)]
    if not found:
        return None
    recovered = _last_bad_window(found, within_ms) + 1
    return recovered if recovered + WINDOW_SECONDS <= max(due for due, _ in found) + 1 else None


def _last_bad_window(found: Sequence[tuple[float, int]], within_ms: float) -> int:
    """The second at which the last window begins that is too slow, or has too few samples; -1 without one."""
    by_second: dict[int, list[int]] = defaultdict(list)
    for due, latency in found:
        by_second[int(due)].append(latency)
    for begin in reversed(range(max(by_second) + 2 - WINDOW_SECONDS)):
        window = Latencies(value for second in range(begin, begin + WINDOW_SECONDS) for value in by_second[second])
        p99 = window.percentile(99)
        if p99 is None or p99 > within_ms:
            return begin
    return -1
