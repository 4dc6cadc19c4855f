"""Objectives: every scenario has its own, each can fail and says by how much, and what was not measured fails."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hallmark import catalogue
from hallmark.load import scenario, slo
from hallmark.load.outcome import RunOutcome
from hallmark.load.run_file import Sample
from hallmark.systems.realtime.load.card_load import CardLoad
from infra.errors import UserError

Make = Callable[..., RunOutcome]
STAGES = ("embedded", "dev", "prod")
IN_STEADY = range(350, 353)  # arrivals after the cold start and the warm-up, three of 200
TOOLS = ("floor", "headroom")  # scenarios that others use, and that are judged by nothing


def _file(folder: Path, row: str) -> Path:
    file = folder / "slo.yaml"
    file.write_text(f"steady:\n  - {{{row}}}\n")
    return file


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", [name for name in scenario.names("realtime") if name not in TOOLS])
def test_every_scenario_has_objectives_for_losses_and_latency(name: str, stage: str) -> None:
    rows = slo.load("realtime", name, stage, CardLoad.measures)
    known = {control.id for control in catalogue.load("realtime").controls}
    assert {row.control for row in rows} <= known
    measures = {row.measure for row in rows}
    assert {"error rate", "requests", "lost", "ledger differences"} <= measures
    assert measures & {"p50", "p99"}


def test_the_customers_promise_is_kept_on_aws() -> None:
    parameters = catalogue.load("realtime").control("RT_LATENCY").parameters
    steady = scenario.load("realtime", "steady").main
    for stage in ("dev", "prod"):
        bound = next(row for row in slo.load("realtime", "steady", stage, CardLoad.measures) if row.measure == "p99")
        assert slo.at(bound.at_most, stage) == parameters["p99_ms"]
        assert steady.rate_at(stage) == parameters["requests_per_second"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("measure: p99, at_most: 15", "20 ms, wanted at most 15 ms: 5 ms too much"),
        ("measure: p50, at_most: 30", "20 ms, wanted at most 30 ms"),
        ("measure: requests, at_least: 250", "200 requests, wanted at least 250 requests: 50 requests too little"),
        ("measure: error rate, at_most: 0", "0 %, wanted at most 0 %"),
        ("measure: lost, at_most: 0", "not measured, wanted at most 0 transactions"),
        ("measure: p99.9, at_most: 900", "not measured, wanted at most 900 ms"),
        ("measure: p50, over: warm-up, at_most: 0.5", "1 times, wanted at most 0.5 times: 0.5 times too much"),
    ],
)
def test_a_verdict_says_by_how_much(measured: Make, tmp_path: Path, row: str, told: str) -> None:
    file = _file(tmp_path, f"control: RT_A, phase: steady, {row}")
    rows = slo.load("realtime", "steady", "embedded", CardLoad.measures, file)
    (judged,) = slo.judge(measured(), rows, CardLoad.measures)
    assert judged.told == told
    assert judged.passed is ("too" not in told and "not measured" not in told)


def test_no_sample_fails_every_objective_but_none_by_mistake(measured: Make) -> None:
    rows = slo.load("realtime", "steady", "embedded", CardLoad.measures)
    assert not any(judged.passed for judged in slo.judge(measured(lambda arrival: None), rows, CardLoad.measures))


def test_too_few_requests_fail(measured: Make) -> None:
    rows = slo.load("realtime", "steady", "embedded", CardLoad.measures)
    judged = {item.measure: item for item in slo.judge(measured(), rows, CardLoad.measures)}
    assert judged["p50"].passed
    assert not judged["requests"].passed


def test_more_refused_requests_than_one_in_a_hundred_fail(measured: Make) -> None:
    rows = [row for row in slo.load("realtime", "steady", "embedded", CardLoad.measures) if row.measure == "error rate"]

    def answer(status: int) -> Callable[..., Sample]:
        return lambda arrival: Sample(arrival.index, 1, status if arrival.index in IN_STEADY else 202)

    for status in (500, 503, 0):
        (judged,) = slo.judge(measured(answer(status)), rows, CardLoad.measures)
        assert not judged.passed, status


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("control: RT_A, phase: steady, measure: p98, at_most: 1", "there is no measure 'p98'"),
        ("control: RT_A, phase: steady, measure: p99", "needs one of at_most and at_least"),
        ("control: RT_A, phase: stedy, measure: p99, at_most: 1", "the scenario has no phase 'stedy'"),
        ("control: RT_A, phase: steady, measure: p99, at_most: 1, over: x", "the scenario has no phase 'x'"),
        ("control: RT_A, phase: steady, measure: recovery, at_most: 1", "needs p99_ms with recovery"),
        ("control: RT_A, phase: steady, measure: p99, at_most: {dev: 1}", "nothing would be judged"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        slo.load("realtime", "steady", "embedded", CardLoad.measures, _file(tmp_path, row))
