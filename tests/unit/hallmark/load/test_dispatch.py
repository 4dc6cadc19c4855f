"""The open loop: latency counts from the moment an arrival was due, and an account waits for its own last answer."""

import time
from collections.abc import Callable
from dataclasses import replace

import gevent
import pytest

from hallmark.load.dispatch import Dispatch
from hallmark.load.plan import Arrival

Plan = Callable[..., list[Arrival]]
# How long an answer takes; what would never come is waited for no longer than this.
QUICK, PATIENCE = 0.004, 1.0


@pytest.fixture
def two(plan: Plan) -> list[Arrival]:
    """Two arrivals of different accounts, due at once."""
    first = plan()[0]
    other = next(a for a in plan() if a.lane != first.lane)
    return [replace(first, index=0, due=0.0), replace(other, index=1, due=0.0)]


def _work(dispatch: Dispatch, count: int, answer: float, latencies: dict[int, int], order: list[int]) -> None:
    for _ in range(count):
        arrival = dispatch.take()
        order.append(arrival.index)
        gevent.sleep(answer)
        latencies[arrival.index] = dispatch.latency(arrival)
        dispatch.done(arrival)


def _run(arrivals: list[Arrival], shares: list[int], answer: float) -> tuple[dict[int, int], list[int]]:
    dispatch = Dispatch(arrivals, time.monotonic())
    latencies: dict[int, int] = {}
    order: list[int] = []
    workers = [gevent.spawn(_work, dispatch, count, answer, latencies, order) for count in shares]
    gevent.spawn(dispatch.run)
    gevent.joinall(workers, raise_error=True)
    return latencies, order


def test_a_slow_system_cannot_slow_its_own_measurement(two: list[Arrival]) -> None:
    latencies, _ = _run(two, [2], QUICK)
    assert latencies[0] >= QUICK * 1e6
    assert latencies[1] >= 2 * QUICK * 1e6


def test_accounts_do_not_wait_for_each_other(two: list[Arrival]) -> None:
    dispatch = Dispatch(two, time.monotonic())
    gevent.spawn(dispatch.run)
    # No answer has come when the second is taken.
    taken = [gevent.spawn(dispatch.take) for _ in two]
    assert {one.get(timeout=PATIENCE).index for one in taken} == {0, 1}


def test_an_account_waits_for_its_last_answer(two: list[Arrival]) -> None:
    later = replace(two[0], index=2, due=QUICK / 2)
    latencies, order = _run([*two, later], [1, 1, 1], QUICK)
    assert order.index(0) < order.index(2)
    assert latencies[2] >= (2 * QUICK - later.due) * 1e6


def test_nothing_is_ready_before_it_is_due(two: list[Arrival]) -> None:
    late = replace(two[0], due=QUICK)
    dispatch = Dispatch([late], time.monotonic())
    gevent.spawn(dispatch.run)
    taken = gevent.spawn(dispatch.take)
    assert taken.get(timeout=PATIENCE).index == 0
    assert dispatch.latency(late) >= 0


def test_a_late_answer_of_a_step_ends_the_run_and_the_rest_is_not_sent(two: list[Arrival]) -> None:
    arrivals = [replace(two[0], phase="step"), two[1], replace(two[0], index=2), replace(two[1], index=3, due=60.0)]
    dispatch = Dispatch(arrivals, time.monotonic(), {"step": 1.0})
    gevent.spawn(dispatch.run)
    first, second = dispatch.take(), dispatch.take()
    assert dispatch.done(second, latency=2_000_000) == [], "another phase may be late"
    assert [one.index for one in dispatch.done(first, latency=1_000_001)] == [2, 3]
    assert dispatch.done(first, latency=1_000_001) == []


def test_the_clock_stands_still_until_a_phase_that_settles_is_answered(two: list[Arrival]) -> None:
    late = replace(two[1], phase="next", due=QUICK)
    dispatch = Dispatch([replace(two[0], phase="cold"), late], time.monotonic(), settles={"cold"})
    gevent.spawn(dispatch.run)
    first = dispatch.take()
    gevent.sleep(20 * QUICK)
    dispatch.done(first)
    assert dispatch.take().index == 1
    assert dispatch.latency(late) < 20 * QUICK * 1e6, "it was not due before"
