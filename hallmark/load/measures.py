"""The measures by name, as load/slo.yaml calls them."""

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
from hallmark.load.effects import archive_missing, backlog_seconds, differences, lost, verdict_percentile
from hallmark.load.measured import Measure, Measured


def _floor_ratio(percent: float) -> Measure:
    def measure(measured: Measured, phase: str) -> float | None:
        ours = measured.latencies(phase).percentile(percent)
        floor = measured.floor.percentile(percent) if measured.floor else None
        return ours / floor if ours is not None and floor else None

    return measure


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
        "verdict p99": (verdict_percentile(99), "ms"),
        "backlog": (backlog_seconds, "s"),
        "lost": (lost, "transactions"),
        "ledger differences": (differences, ""),
        "archive missing": (archive_missing, "events"),
        "unexpected answers": (unexpected_answers, "requests"),
        "over quota": (over_quota, "requests"),
        "p50 over floor": (_floor_ratio(50), "times"),
        "p99 over floor": (_floor_ratio(99), "times"),
    }
)
