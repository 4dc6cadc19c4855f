"""Evidence of another commit, tree or template is refused, in one line with its command; so is a missing gate."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from hallmark.evidence import Evidence, Proof
from hallmark.evidence.expected import OF_SYSTEMS, OF_THE_HOUSE
from hallmark.faults import FaultSpec
from hallmark.project import ROOT
from hallmark.report import html, markdown
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control
from hallmark.report.proving import ENVIRONMENTS, PROVING, PROVING_ON_AWS
from hallmark.waivers import Waivers


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"commit": "b" * 40}, "made on commit bbbbbbbbbb, this is aaaaaaaaaa"),
        (
            {"commit": "a" * 40 + " dirty:123"},
            "made before files of this checkout were changed or added (`git status` names them)",
        ),
        ({"templates": {"realtime-dev": "0" * 64}}, "made on another template of realtime-dev"),
        ({"templates": {}}, "made on another template of realtime-dev"),
    ],
)
def test_refused(
    facts: Facts,
    control: Callable[..., Control],
    proof: Callable[..., Proof],
    evidence: Callable[..., Evidence],
    changed: dict[str, Any],
    why: str,
) -> None:
    report = join(facts, [control("RT_A", Asked("behaviour"))], [evidence(proof(), **changed)], Waivers(), expected=())
    assert [(gate.outcome, gate.detail) for gate in report.gates] == [("refused", why)]
    assert report.controls[0].verdict == "unproven"
    assert report.controls[0].proofs == ()
    assert report.outcome == "failed"
    assert report.problems == (f"the evidence of gate policies is refused, {why}: run `tox -e policies`",)


def test_a_gate_of_code_alone_follows_from_no_template(facts: Facts, evidence: Callable[..., Evidence]) -> None:
    report = join(facts, [], [evidence(gate="lint", templates={})], Waivers(), expected=())
    assert [(gate.name, gate.outcome) for gate in report.gates] == [("lint", "passed")]


def test_a_failed_gate_fails_the_run(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> None:
    gates = [evidence(proof(), target="embedded"), evidence(gate="lint", outcome="failed")]
    report = join(facts, [control("RT_A", Asked("behaviour"))], gates, Waivers(), expected=())
    assert report.controls[0].verdict == "proved"
    assert report.outcome == "failed"
    assert report.problems == ("gate lint failed: run `tox -e lint`",)


def test_a_gate_that_has_not_run_fails_the_run(facts: Facts) -> None:
    report = join(facts, [], [], Waivers(), expected=("mutants",))
    assert [(gate.name, gate.outcome) for gate in report.gates] == [("mutants", "missing")]
    assert report.outcome == "failed"


def test_gates_with_one_cause_are_told_together_and_before_all_else(
    facts: Facts, evidence: Callable[..., Evidence]
) -> None:
    old, other = {"commit": "b" * 40}, {"templates": {"realtime-dev": "0" * 64}}
    gates = [
        evidence(gate="lint", outcome="failed"),
        *(evidence(gate=gate, **old) for gate in ("unit", "checkov")),
        evidence(gate="iam", **other),
        evidence(gate="ours", **other),
    ]
    untried = FaultSpec(id="killed", fault="a", injection="b", expected="c")
    report = join(facts, [], gates, Waivers(), expected=("mutants", "unit", "transactions"), faults=(untried,))
    assert report.problems == (
        "gates mutants, transactions have not run: run `tox -e mutants,hallmark`",
        "the evidence of gates iam, ours is refused, made on another template of realtime-dev: "
        "rerun the gate that writes it",
        "the evidence of gates unit, checkov is refused, made on commit bbbbbbbbbb, this is aaaaaaaaaa: "
        "run `tox -e unit,checkov`",
        "gate lint failed: run `tox -e lint`",
        "1 fault was not tried: run `tox -e integration`",
    )
    text, page = markdown.render(report), html.render(report)
    places = [text.index(f"- {problem}") for problem in report.problems]
    assert places == sorted(places)
    assert all(f"<li>{html.prose(problem)}</li>" in page for problem in report.problems)


def test_every_command_is_an_environment_of_tox() -> None:
    """What the report tells to run, tox has; every gate that a run must have, somebody can run."""
    tox = (ROOT / "tox.ini").read_text(encoding="utf-8")
    headings = re.findall(r"^\[testenv:(.+)\]$", tox, re.MULTILINE)
    environments = {name for heading in headings for name in heading.strip("{}").split(",")}
    told = [command for table in (PROVING, PROVING_ON_AWS) for commands in table.values() for command in commands]
    ours = {found[1] for command in told if (found := re.search(r"tox -e (\S+)", command))}
    assert ours
    assert ours | set(ENVIRONMENTS.values()) <= environments
    assert {*OF_THE_HOUSE, *OF_SYSTEMS} <= set(ENVIRONMENTS)
