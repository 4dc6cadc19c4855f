"""Each measure on runs whose answers are known."""

from collections.abc import Callable
from typing import Any

import pytest

from hallmark.load.latencies import Latencies
from hallmark.load.measures import MEASURES, recovery_seconds
from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import Arrival
from hallmark.load.run_file import NO_ANSWER, Sample
from hallmark.load.series import phase_results, seconds
from hallmark.systems.realtime.load.card_load import CardLoad

Make = Callable[..., RunOutcome]


def _answer(latency: int = 20_000, status: int = 202) -> Callable[[Arrival], Sample]:
    return lambda arrival: Sample(arrival.index, latency, status)


def _value(measured: RunOutcome, measure: str, phase: str = "steady") -> Any:
    return {**MEASURES, **CardLoad.measures}[measure][0](measured, phase)


def test_percentiles_are_exact_to_four_digits() -> None:
    latencies = Latencies(range(10, 100_001, 10))
    for percent in (50, 95, 99, 99.9):
        assert latencies.percentile(percent) == pytest.approx(percent, rel=1e-3)
    assert latencies.table()["max"] == pytest.approx(100, rel=1e-3)


def test_a_percentile_needs_its_samples() -> None:
    assert Latencies([]).percentile(50) is None
    assert Latencies([1] * 99).percentile(99) is None
    assert Latencies([1] * 100).percentile(99) is not None
    assert Latencies([1] * 100).percentile(99.9) is None
    assert Latencies([]).table() == {}


def test_bins_hold_every_sample_once() -> None:
    bins = list(Latencies([900, 1_000, 1_001, 150_000]).bins())
    assert sum(item.count for item in bins) == 4
    assert [item.upper for item in bins] == sorted(item.upper for item in bins)
    assert bins[0].count == 2 and bins[0].upper == 1.0
    assert bins[-1].upper > 150 / 1.19 and bins[-1].count == 1


def test_a_good_run(measured: Make) -> None:
    run = measured()
    assert _value(run, "p99") == pytest.approx(20, rel=1e-3)
    assert _value(run, "requests") == 200
    assert _value(run, "error rate") == 0
    assert _value(run, "achieved of offered") == pytest.approx(100, abs=1)


def test_a_run_without_samples_measures_nothing(measured: Make) -> None:
    run = measured(lambda arrival: None)
    for name in ("p50", "p99", "throttled", "achieved of offered", "lost", "verdict p99", "p99 over floor"):
        assert _value(run, name) is None, name
    assert _value(run, "error rate") == 100
    assert list(seconds(run)) == []


def test_what_was_never_sent_or_answered_is_an_error(measured: Make) -> None:
    half = measured(lambda arrival: Sample(arrival.index, 1, 202) if arrival.index % 2 else None)
    assert _value(half, "error rate") == pytest.approx(50)
    assert _value(half, "achieved of offered") == pytest.approx(50, abs=1)
    silent = measured(_answer(status=NO_ANSWER))
    assert (_value(silent, "requests"), _value(silent, "error rate")) == (0, 100)


def test_what_is_throttled_is_counted_apart(measured: Make) -> None:
    run = measured(lambda arrival: Sample(arrival.index, 1, 429) if arrival.index % 4 else _answer()(arrival))
    assert _value(run, "throttled") == 150
    assert _value(run, "error rate") == 0
    assert _value(run, "p50") == pytest.approx(20, rel=1e-3)


def test_an_answer_that_comes_late_lowers_what_is_achieved(measured: Make) -> None:
    assert _value(measured(_answer(latency=10_000_000)), "achieved of offered") == pytest.approx(50, abs=1)


def test_phases_are_measured_apart(measured: Make) -> None:
    run = measured(lambda arrival: _answer(1_000_000 if arrival.phase == "warm-up" else 5_000)(arrival))
    assert _value(run, "p99") == pytest.approx(5, rel=1e-3)
    by_name = {phase.name: phase for phase in phase_results(run)}
    assert by_name["warm-up"].percentiles["50"] == pytest.approx(1000, rel=1e-3)
    assert [by_name[name].counted for name in ("warm-up", "steady")] == [False, True]


@pytest.mark.parametrize(("slow_until", "wanted"), [(0.0, 0), (9.0, 9), (46.0, None)])
def test_recovery_is_when_every_later_window_is_fast(measured: Make, slow_until: float, wanted: float | None) -> None:
    probe = measured(scenario="burst", rate=25, seconds=2)

    def answer(arrival: Arrival) -> Sample:
        slow = arrival.phase == "after" and arrival.due - probe.starts["after"] < slow_until
        return Sample(arrival.index, 200_000 if slow else 9_000, 202)

    run = measured(answer, scenario="burst", rate=25, seconds=2)
    assert recovery_seconds(run, "after", 150) == wanted


@pytest.mark.parametrize(("status", "wanted"), [(400, False), (202, True), (NO_ANSWER, True)])
def test_abuse_that_is_not_refused_is_unexpected(measured: Make, status: int, wanted: bool) -> None:
    run = measured(_answer(status=status), scenario="abuse", rate=None, seconds=5)
    bad_bodies = [a for a in run.by_phase["beside"] if a.kind.startswith("bad body")]
    unexpected = _value(run, "unexpected answers", "beside")
    assert (unexpected >= len(bad_bodies)) is wanted
    assert unexpected > 0, "a missing key is 403 only"
