"""Runs made by hand: a plan of the scenario `steady` or another, and samples as a test wants them."""

from collections.abc import Callable, Sequence
from functools import cache

import pytest

from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import Arrival, Terms, arrivals
from hallmark.load.run_file import RunFile, Sample
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.load.abuse import KINDS
from hallmark.systems.realtime.load.mix import CardMix

Answer = Callable[[Arrival], Sample | None]
BEGIN = "2026-03-03T00:00:00.000Z"


@pytest.fixture(scope="session")
def parameters() -> RuleParameters:
    return RuleParameters(
        velocity_threshold=3,
        velocity_window_seconds=60,
        home_countries=("US", "NL"),
        domestic_regions=("us-east-1", "us-west-2"),
        rules_cache_seconds=2,
    )


@pytest.fixture(scope="session")
def plan(parameters: RuleParameters) -> Callable[..., list[Arrival]]:
    """Make the plan of a scenario at a rate and a length: the same terms, the same arrivals, made once."""
    made = cache(lambda terms: tuple(arrivals(terms, KINDS, CardMix(parameters))))

    def make(scenario: str = "steady", rate: float | None = 20, seconds: float | None = 10) -> list[Arrival]:
        return list(made(Terms("realtime", scenario, "embedded", BEGIN, rate, seconds)))

    return make


@pytest.fixture(scope="session")
def measured(plan: Callable[..., list[Arrival]]) -> Callable[..., RunOutcome]:
    """Make a run in which every arrival is answered as a function says; by default with 202 after 20 ms."""

    def make(answer: Answer = lambda arrival: Sample(arrival.index, 20_000, 202, BEGIN), **terms: object) -> RunOutcome:
        scenario = str(terms.get("scenario", "steady"))
        rate, seconds = terms.get("rate", 20), terms.get("seconds", 10)
        planned: Sequence[Arrival] = plan(scenario, rate, seconds)
        samples = tuple(sample for arrival in planned if (sample := answer(arrival)))
        told = Terms("realtime", scenario, "embedded", BEGIN, rate, seconds)
        return RunOutcome(RunFile(told, "embedded", "dev", BEGIN, 10, 1, samples), planned, KINDS)

    return make
