"""The wait ends with silence: soon when all is there, late when something stays missing."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from hallmark.ledger.quiet import LONGEST, PATIENCE, wait_until_quiet

QUIET = 2.0


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Arrivals:
    """A source whose things arrive at given times; it is complete with `expected` of them."""

    clock: Clock
    times: list[float]
    expected: int
    seen: int = field(default=0)

    def poll(self) -> bool:
        before, self.seen = self.seen, sum(time <= self.clock.now for time in self.times)
        return self.seen > before

    @property
    def complete(self) -> bool:
        return self.seen >= self.expected


CASES = [
    pytest.param([0.0], 1, QUIET, id="all there"),
    pytest.param([0.0, 5.0], 2, 5.0 + QUIET, id="late"),
    pytest.param([0.0, 1.0], 1, 1.0 + QUIET, id="one too many restarts the silence"),
    pytest.param([0.0], 2, PATIENCE * QUIET, id="missing for good"),
]


@pytest.mark.parametrize(("times", "expected", "ends"), CASES)
def test_wait(times: list[float], expected: int, ends: float) -> None:
    clock = Clock()
    source = Arrivals(clock, times, expected)
    wait_until_quiet([source], QUIET, clock=clock, sleep=clock.sleep)
    assert ends <= clock.now <= ends + 0.5


STIRRING = [
    pytest.param(lambda now: now < 50, [0.0, 45.0], 2, 45 + QUIET, id="late behind other work"),
    pytest.param(lambda now: now <= 40, [0.0], 2, 40 + PATIENCE * QUIET, id="missing for good, other work ends"),
    pytest.param(lambda now: True, [0.0], 2, LONGEST * QUIET, id="missing for good, other work never ends"),
    pytest.param(lambda now: True, [0.0], 1, QUIET, id="all there, whatever others do"),
]


@pytest.mark.parametrize(("stirs", "times", "expected", "ends"), STIRRING)
def test_other_work_delays_ours(stirs: Callable[[float], bool], times: list[float], expected: int, ends: float) -> None:
    clock = Clock()
    source = Arrivals(clock, times, expected)
    wait_until_quiet([source], QUIET, stirs=lambda: stirs(clock.now), clock=clock, sleep=clock.sleep)
    assert ends <= clock.now <= ends + 0.5
