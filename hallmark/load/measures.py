"""The measures that every system has, by name, as load/slo/<system>.yaml calls them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hallmark.load.kinds import REGULAR
from hallmark.load.latencies import Latencies
from hallmark.load.outcome import THROTTLED, Measure, RunOutcome

WINDOW_SECONDS = 5


def percentile(percent: float) -> Measure:
    """Return the measure of a percentile in milliseconds."""
    return lambda outcome, phase: outcome.latencies(phase).percentile(percent)


def requests(outcome: RunOutcome, phase: str) -> float:
    """Return the regular requests that were answered, throttled or not."""
    return sum(1 for _, sample in outcome.samples(phase) if sample.status)


def error_rate(outcome: RunOutcome, phase: str) -> float | None:
    """Return the percentage of regular requests that were neither accepted nor throttled, including unsent ones."""
    due = sum(1 for arrival in outcome.by_phase.get(phase, []) if arrival.kind == REGULAR)
    good = sum(1 for _, sample in outcome.samples(phase) if sample.status in (outcome.kinds.accepted, THROTTLED))
    return 100 * (due - good) / due if due else None


def throttled(outcome: RunOutcome, phase: str) -> float | None:
    """Return the regular requests that the usage plan rejected."""
    found = outcome.samples(phase)
    return sum(1 for _, sample in found if sample.status == THROTTLED) if found else None


def achieved(outcome: RunOutcome, phase: str) -> float | None:
    """Return the rate of answers over the offered rate, in percent: from the phase's start to its last answer."""
    found = outcome.samples(phase)
    if not found:
        return None
    length = next(item.seconds for item in outcome.run.terms.load().phases if item.name == phase)
    due = sum(1 for arrival in outcome.by_phase[phase] if arrival.kind == REGULAR)
    end = max(arrival.due + sample.latency / 1e6 for arrival, sample in found) - outcome.starts[phase]
    return 100 * float(len(found)) / due * min(1.0, length / end)


def unexpected_answers(outcome: RunOutcome, phase: str) -> float | None:
    """Return the abusive requests with another answer than expected, or none."""
    due = [arrival for arrival in outcome.by_phase.get(phase, []) if arrival.kind != REGULAR]
    found = outcome.samples(phase, regular=False)
    good = sum(1 for arrival, sample in found if sample.status in outcome.kinds.answers(arrival.kind))
    return float(len(due) - good) if due else None


def over_quota(outcome: RunOutcome, phase: str) -> float:
    """Return the requests that were rejected because the quota was used up."""
    return sum(1 for _, sample in outcome.samples(phase, regular=False) if sample.status == THROTTLED)


def _floor_ratio(percent: float) -> Measure:
    def measure(outcome: RunOutcome, phase: str) -> float | None:
        ours = outcome.latencies(phase).percentile(percent)
        floor = outcome.floor.percentile(percent) if outcome.floor else None
        return ours / floor if ours is not None and floor else None

    return measure


def _lost(outcome: RunOutcome, _: str) -> float | None:
    """Return the accepted items that are missing anywhere."""
    return len(outcome.reconciliation.ledger.lost) if outcome.reconciliation else None


def _differences(outcome: RunOutcome, _: str) -> float | None:
    """Return the ledger's differences among accepted items (missing, unexpected, wrong), and further ones."""
    if outcome.reconciliation is None:
        return None
    ledger = outcome.reconciliation.ledger
    items = sum(len(line.missing) + len(line.unexpected) for line in ledger.lines)
    return items + len(ledger.mismatches) + len(ledger.further)


def recovery_seconds(outcome: RunOutcome, phase: str, within_ms: float) -> float | None:
    """Return the seconds from a phase's start after which every window of five seconds has its p99 within a bound."""
    start = outcome.starts[phase]
    found = [(arrival.due - start, sample.latency) for arrival, sample in outcome.samples(phase)]
    if not found:
        return None
    recovered = _last_bad_window(found, within_ms) + 1
    return recovered if recovered + WINDOW_SECONDS <= max(due for due, _ in found) + 1 else None


def _last_bad_window(found: Sequence[tuple[float, int]], within_ms: float) -> int:
    """Return the start, in seconds, of the last window that is too slow or has too few samples; -1 without one."""
    by_second: dict[int, list[int]] = defaultdict(list)
    for due, latency in found:
        by_second[int(due)].append(latency)
    for begin in reversed(range(max(by_second) + 2 - WINDOW_SECONDS)):
        window = Latencies(value for second in range(begin, begin + WINDOW_SECONDS) for value in by_second[second])
        p99 = window.percentile(99)
        if p99 is None or p99 > within_ms:
            return begin
    return -1


# By name: what is measured, and its unit.
MEASURES: Mapping[str, tuple[Measure, str]] = MappingProxyType(
    {
        "p50": (percentile(50), "ms"),
        "p95": (percentile(95), "ms"),
        "p99": (percentile(99), "ms"),
        "p99.9": (percentile(99.9), "ms"),
        "requests": (requests, "requests"),
        "error rate": (error_rate, "%"),
        "throttled": (throttled, "requests"),
        "achieved of offered": (achieved, "%"),
        "lost": (_lost, "transactions"),
        "ledger differences": (_differences, ""),
        "unexpected answers": (unexpected_answers, "requests"),
        "over quota": (over_quota, "requests"),
        "p50 over floor": (_floor_ratio(50), "times"),
        "p99 over floor": (_floor_ratio(99), "times"),
    }
)
