"""The floor decides the rate: what it holds at twice the rate, or half of what it holds."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from hallmark.load import floor_run
from hallmark.load.floor_run import measure_floor
from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import Arrival
from hallmark.load.run_file import Sample
from hallmark.systems.realtime.load.card_load import CardLoad
from infra.errors import UserError

NOW = "2026-03-03T00:00:00.000Z"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, measured: Callable[..., RunOutcome]) -> Callable[..., list[float]]:
    """A machine that answers so many requests a second in 5 ms, and what is more at a given pace; returns the rates."""

    def make(holds: float, status: int = 202, milliseconds: float = 5) -> list[float]:
        rates: list[float] = []

        def run(stage: Any, load: Any, rate: float, *rest: Any) -> RunOutcome:
            rates.append(rate)

            def answer(arrival: Arrival) -> Sample:
                over = arrival.phase == "capacity" and 2 * rate > holds
                latency = int((milliseconds if over else 5) * 1000)
                return Sample(arrival.index, latency, status if over else 202, NOW)

            return measured(answer, scenario="floor", rate=rate, seconds=10)

        monkeypatch.setattr(floor_run, "_run", run)
        return rates

    return make


def measure(rate: float = 20) -> floor_run.Floor:
    stage = SimpleNamespace(system="realtime", target="embedded", name="dev")
    return measure_floor(stage, CardLoad(), rate, 1, lambda *_: None)  # pyrefly: ignore


def test_a_machine_that_holds_twice_the_rate_is_measured_once(machine: Callable[..., list[float]]) -> None:
    rates = machine(holds=50)
    floor = measure()
    assert (floor.rate, floor.notes, rates) == (20, (), [20])
    assert floor.numbers["p99"] == pytest.approx(5, rel=0.01)
    assert floor.numbers["held"] == pytest.approx(40, rel=0.02)


@pytest.mark.parametrize("beyond", [{"status": 503}, {"milliseconds": 151}], ids=["refuses", "is late"])
def test_a_slower_machine_gets_half_of_what_it_holds(machine: Callable[..., list[float]], beyond: Any) -> None:
    rates = machine(holds=30, **beyond)
    floor = measure()
    assert len(rates) == 2
    assert floor.rate == rates[-1] == pytest.approx(14, abs=0.2)
    assert "too slow for 20/s" in floor.notes[0]
    assert f"the rate is {floor.rate:g}/s" in floor.notes[0]


def test_a_rate_too_low_for_a_p99_is_judged_by_its_slowest_answer(machine: Callable[..., list[float]]) -> None:
    rates = machine(holds=50)
    assert measure(rate=5).rate == 5
    assert rates == [5]


def test_a_machine_that_holds_nothing_is_no_measure(machine: Callable[..., list[float]]) -> None:
    rates = machine(holds=1, milliseconds=900)
    with pytest.raises(UserError, match="end other programs") as caught:
        measure(rate=5)
    assert f"sustain {2 * rates[-1]:g}/s" in str(caught.value)


class _Known(CardLoad):
    """A load that knows what its floor sustains, and uses less of it than half."""

    floor_times = 2.5

    def sustained(self, floor: Any) -> float:
        return 50.0


@pytest.mark.parametrize(("wanted", "rate"), [(15, 15), (40, 20)])
def test_what_is_known_to_be_sustained_is_not_searched_for(
    machine: Callable[..., list[float]], wanted: float, rate: float
) -> None:
    rates = machine(holds=1)
    stage = SimpleNamespace(system="realtime", target="embedded", name="dev")
    floor = measure_floor(stage, _Known(), wanted, 1, lambda *_: None)  # pyrefly: ignore
    assert (floor.rate, rates, floor.numbers["held"]) == (rate, [rate], 50.0)
    assert floor.notes[0].startswith("the no-op floor sustains 50.0/s when it is never idle")
    assert floor.notes[0].endswith(f"the rate is {rate}/s, {2 * rate} % of it")
    assert ("too slow for 40/s" in floor.notes[0]) == (wanted == 40)
