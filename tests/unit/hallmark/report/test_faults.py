"""The table of faults in the report: what was seen, and that nothing of it may be missing, lost or repeated."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hallmark.evidence import Evidence, Fault, Proof
from hallmark.faults import FaultSpec
from hallmark.report import html, json_report, markdown
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control, Report
from hallmark.waivers import Waivers

ANY = FaultSpec(id="twice", fault="<b>events</b> come twice", injection="put again", expected="effects once")
ONLY = FaultSpec(
    id="killed", fault="a worker is killed", injection="SIGKILL", expected="a retry", embedded_only=True, duplicates=1
)


def seen(name: str, lost: int = 0, duplicates: int = 0) -> Fault:
    return Fault(name, f"what {name} did | so", 3, lost, duplicates)


@pytest.fixture
def report(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> Callable[..., Report]:
    def make(*faults: Fault, target: str = "embedded", made_on: str = "") -> Report:
        gate = evidence(gate="integration", target=made_on or target, faults=faults)
        gates = [gate, evidence(proof(), gate="other", target=target)]
        return join(facts, [control("RT_A", Asked("behaviour"))], gates, Waivers(), expected=(), faults=(ANY, ONLY))

    return make


def test_all_tried_and_nothing_lost_is_fine(report: Callable[..., Report]) -> None:
    made = report(seen("twice"), seen("killed", duplicates=1))
    assert (made.outcome, made.run.problems) == ("passed", ())
    assert [row.outcome for row in made.faults] == ["passed", "passed"]


@pytest.mark.parametrize(
    ("faults", "problem"),
    [
        ((seen("twice"),), "1 fault (killed) was not tried: run `tox -e integration`"),
        ((), "2 faults were not tried: run `tox -e integration`"),
        ((seen("twice", lost=1), seen("killed")), "fault twice: lost 1 of 3, repeated 0 (0 allowed)"),
        ((seen("twice"), seen("killed", duplicates=2)), "fault killed: lost 0 of 3, repeated 2 (1 allowed)"),
        ((seen("twice"), seen("killed"), seen("new")), "fault new is not in the table: add it to policies/faults"),
    ],
)
def test_what_fails_the_run(report: Callable[..., Report], faults: tuple[Fault, ...], problem: str) -> None:
    made = report(*faults)
    assert (made.outcome, made.run.problems) == ("failed", (problem,))


def test_on_aws_only_what_aws_allows_must_be_tried(report: Callable[..., Report]) -> None:
    made = report(seen("twice"), target="aws")
    assert made.outcome == "passed"
    assert [row.outcome for row in made.faults] == ["passed", "not on AWS"]


def test_the_embedded_stages_rows_do_not_count_on_aws(report: Callable[..., Report]) -> None:
    assert report(seen("twice"), target="aws", made_on="embedded").outcome == "failed"


def test_every_form_shows_the_rows(report: Callable[..., Report]) -> None:
    made = report(seen("twice"), seen("killed", lost=2))
    rows: list[dict[str, Any]] = json.loads(json_report.render(made))["faults"]
    assert [(row["id"], row["lost"], row["embedded_only"], row["outcome"]) for row in rows] == [
        ("twice", 0, False, "passed"),
        ("killed", 2, True, "failed"),
    ]
    text = markdown.render(made)
    assert "## Faults that were not survived (1)" in text and "## Faults (2)" in text
    row = "| a worker is killed | failed | SIGKILL | a retry | what killed did \\| so | 3 | 2 | 0 | embedded only |"
    assert text.count(row) == 2
    page = html.render(made)
    assert page.count("<tr data-groups=") == 2
    assert "&lt;b&gt;events" in page
    assert html.fault_groups(made) == [("failed", 1), ("passed", 1), ("any stage", 1), ("embedded only", 1)]
