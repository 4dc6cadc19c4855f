"""What the answers to the requests tell."""

from hallmark.load.kinds import REGULAR
from hallmark.load.measured import THROTTLED, Measure, Measured


def percentile(percent: float) -> Measure:
    """Return the measure of a percentile in milliseconds."""
    return lambda measured, phase: measured.latencies(phase).percentile(percent)


def requests(measured: Measured, phase: str) -> float:
    """Regular requests that were answered, throttled or not."""
    return sum(1 for _, sample in measured.samples(phase) if sample.status)


def error_rate(measured: Measured, phase: str) -> float | None:
    """The share, in percent, of regular requests that were neither accepted nor throttled; those never sent count."""
    due = sum(1 for arrival in measured.by_phase.get(phase, []) if arrival.kind == REGULAR)
    good = sum(1 for _, sample in measured.samples(phase) if sample.status in (measured.kinds.accepted, THROTTLED))
    return 100 * (due - good) / due if due else None


def throttled(measured: Measured, phase: str) -> float | None:
    """Regular requests that the usage plan turned away."""
    found = measured.samples(phase)
    return sum(1 for _, sample in found if sample.status == THROTTLED) if found else None


def achieved(measured: Measured, phase: str) -> float | None:
    """The rate of answers over the offered rate, in percent: from the phase's start to its last answer."""
    found = measured.samples(phase)
    if not found:
        return None
    length = next(item.seconds for item in measured.run.terms.load().phases if item.name == phase)
    due = sum(1 for arrival in measured.by_phase[phase] if arrival.kind == REGULAR)
    end = max(arrival.due + sample.latency / 1e6 for arrival, sample in found) - measured.starts[phase]
    return 100 * float(len(found)) / due * min(1.0, length / end)


def unexpected_answers(measured: Measured, phase: str) -> float | None:
    """Abusive requests that were answered otherwise than they should be, or not at all."""
    due = [arrival for arrival in measured.by_phase.get(phase, []) if arrival.kind != REGULAR]
    found = measured.samples(phase, regular=False)
    good = sum(1 for arrival, sample in found if sample.status in measured.kinds.answers(arrival.kind))
    return float(len(due) - good) if due else None


def over_quota(measured: Measured, phase: str) -> float:
    """Requests that were refused because the quota was used up."""
    return sum(1 for _, sample in measured.samples(phase, regular=False) if sample.status == THROTTLED)
