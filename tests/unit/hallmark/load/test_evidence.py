"""A judged run becomes proofs, evidence and a section of the report."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hallmark.evidence import Evidence, read, write
from hallmark.evidence.load_result import LoadResult
from hallmark.gates.load import proofs
from hallmark.load import slo
from hallmark.load.latencies import Latencies
from hallmark.load.outcome import RunOutcome
from hallmark.load.run_file import Sample
from hallmark.load.series import phase_results, seconds
from hallmark.report import html, json_report, markdown
from hallmark.report.load_charts import FRAMES, Frame, histogram, over_time
from hallmark.report.model import Report, Run
from hallmark.systems.realtime.load.card_load import CardLoad


@pytest.fixture(scope="module")
def result(measured: Callable[..., RunOutcome]) -> LoadResult:
    run = measured(lambda arrival: Sample(arrival.index, 10_000 + 50 * arrival.index, 202))
    found = slo.load("realtime", "steady", "embedded", CardLoad.measures)
    rows = [row for row in found if row.measure in ("p50", "requests", "lost")]
    return LoadResult(
        system="realtime",
        scenario="steady",
        about="a <test> | run",
        target="embedded",
        stage="dev",
        started="2026-11-21T12:00:00Z",
        rate=20,
        seconds=10,
        users=10,
        generators=1,
        machine="2 x test",
        fidelity="extended",
        phases=tuple(phase_results(run)),
        objectives=tuple(slo.judge(run, rows, CardLoad.measures)),
        series=tuple(seconds(run)),
        histogram=tuple(Latencies(sample.latency for sample in run.run.samples).bins()),
        ledger={"sent": 200},
        floor={"p50": 9.0, "rate": 20.0, "held": 40.0, "offered for capacity": 40.0},
        usage={"calls:dynamodb:Query": 3.0},
        notes=("one <note>",),
    )


@pytest.fixture
def report(result: LoadResult) -> Report:
    return Report(Run("realtime", "a" * 40, "embedded", "2026-11-21T12:00:00Z", {}), (), (), loads=(result,))


def test_evidence_keeps_a_run_whole(result: LoadResult, tmp_path: Path) -> None:
    evidence = Evidence("load", "passed", 1.0, result.started, "a" * 40, {}, "embedded", load=result)
    assert read(write(evidence, tmp_path)) == evidence


def test_each_control_has_one_proof_that_says_what_failed(result: LoadResult) -> None:
    found = {proof.control: proof for proof in proofs(result)}
    assert set(found) == {"RT_LATENCY", "RT_NO_LOSS"}
    latency, loss = found["RT_LATENCY"], found["RT_NO_LOSS"]
    assert [(finding.path, finding.found, finding.wanted) for finding in latency.findings] == [
        ("steady.requests", "200 requests (800 requests too little)", "at least 1000 requests")
    ]
    assert [(finding.found, finding.wanted) for finding in loss.findings] == [
        ("not measured", "at most 0 transactions")
    ]
    assert {proof.outcome for proof in found.values()} == {"failed"}
    assert {proof.kind for proof in found.values()} == {"load"}
    assert latency.detail.startswith("steady: p50 ")
    assert " at 20/s for 10 s on 2 x test, emulator; p50 (steady) " in latency.detail


def test_a_run_that_meets_all_is_a_proof(result: LoadResult) -> None:
    good = tuple(judged for judged in result.objectives if judged.passed)
    (proof,) = proofs(replace(result, objectives=good))
    assert (proof.outcome, proof.findings) == ("passed", ())


@pytest.mark.parametrize("frame", FRAMES)
def test_the_charts_draw_every_second_and_stay_inside(result: LoadResult, frame: Frame) -> None:
    chart = over_time(result, frame)
    points = [tuple(map(float, point.split(","))) for point in chart.lines["p99"].split()]
    assert len(points) == len(result.series)
    assert all(frame.left <= x <= frame.right and frame.top <= y <= frame.bottom for x, y in points)
    assert [y for _, y in points] == sorted((y for _, y in points), reverse=True), "it becomes slower: higher"
    bars = histogram(result, frame).boxes
    assert len(bars) == len(result.histogram)
    assert max(bar.height for bar in bars) == frame.bottom - frame.top


def test_a_long_run_keeps_its_worst_seconds(result: LoadResult) -> None:
    one = result.series[0]
    series = tuple(replace(one, second=number, p99=900.0 if number == 1234 else 20.0) for number in range(1800))
    drawn = over_time(replace(result, series=series)).lines["p99"].split()
    heights = [float(point.split(",")[1]) for point in drawn]
    assert len(heights) < 300
    assert heights.count(min(heights)) == 1


def test_the_report_shows_the_run(report: Report) -> None:
    page = html.render(report)
    assert page.count("<polyline") == 2 * len(FRAMES)
    assert "a &lt;test&gt;" in page and "one &lt;note&gt;" in page and "<test>" not in page
    assert len(re.findall(r"<rect", page)) > 5
    text = markdown.render(report)
    assert "200 requests, wanted at least 1000 requests: 800 requests too little" in text
    assert "a &lt;test> \\| run" in text
    (load,) = json.loads(json_report.render(report))["load"]
    assert load["phases"][-1]["name"] == "steady"
    assert load["objectives"][0]["told"]


def test_no_section_without_a_run(report: Report) -> None:
    bare = replace(report, loads=())
    assert "load-title" not in html.render(bare)
    assert "## Load" not in markdown.render(bare)
