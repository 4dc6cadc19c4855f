"""The measures that every system has, by name, as load/slo/<system>.yaml calls them."""

from collections.abc import Mapping
from types import MappingProxyType

from hallmark.load.answers import (
    achieved,
    error_rate,
    over_quota,
    percentile,
    requests,
    throttled,
    unexpected_answers,
)
from hallmark.load.measured import Measure, Measured


def _floor_ratio(percent: float) -> Measure:
    def measure(measured: Measured, phase: str) -> float | None:
        ours = measured.latencies(phase).percentile(percent)
        floor = measured.floor.percentile(percent) if measured.floor else None
        return ours / floor if ours is not None and floor else None

    return measure


def _lost(measured: Measured, _: str) -> float | None:
    """Accepted items that are missing somewhere."""
    return len(measured.account.ledger.lost) if measured.account else None


def _differences(measured: Measured, _: str) -> float | None:
    """Differences of the ledger beside what was not accepted: missing, unexpected or wrong records and deliveries."""
    if measured.account is None:
        return None
    ledger = measured.account.ledger
    return sum(len(line.missing) + len(line.unexpected) for line in ledger.lines) + len(ledger.mismatches)


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
