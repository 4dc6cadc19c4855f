"""Evidence that does not count is refused, in one line with its command; so is a missing gate, and no control."""

import re
from collections.abc import Callable

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

WHY = "made before infra/realtime/stack.py was changed"


def test_refused(facts: Facts, control: Callable[..., Control]) -> None:
    asked = control("RT_A", Asked("behaviour"))
    report = join(facts, [asked], [], Waivers(), refused={"policies": WHY})
    assert [(gate.outcome, gate.detail) for gate in report.gates] == [("refused", WHY)]
    assert report.controls[0].verdict == "unproven"
    assert report.controls[0].proofs == ()
    assert report.outcome == "failed"
    assert report.problems == (f"the evidence of gate policies is refused, {WHY}: run `tox -e policies`",)


@pytest.mark.parametrize("expected", [(), ("policies",)])
def test_a_catalogue_without_a_control_proves_nothing(
    facts: Facts, evidence: Callable[..., Evidence], expected: tuple[str, ...]
) -> None:
    report = join(facts, [], [evidence()] if expected else [], Waivers(), expected=expected)
    assert report.outcome == "failed"
    assert report.problems == ("the catalogue of realtime has no control: nothing can be proved",)


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
    facts: Facts, control: Callable[..., Control], evidence: Callable[..., Evidence]
) -> None:
    other = "made on another template of realtime-dev"
    refused = {"unit": WHY, "checkov": WHY, "iam": other, "ours": other}
    gates = [evidence(gate="lint", outcome="failed")]
    untried = FaultSpec(id="killed", fault="a", injection="b", expected="c")
    expected = ("mutants", "unit", "transactions")
    report = join(facts, [control()], gates, Waivers(), expected=expected, faults=(untried,), refused=refused)
    assert report.problems == (
        "gates mutants, transactions have not run: run `tox -e mutants,hallmark`",
        f"the evidence of gates unit, checkov is refused, {WHY}: run `tox -e unit,checkov`",
        "the evidence of gate iam is refused, made on another template of realtime-dev: run `tox -e iam`",
        "the evidence of gate ours is refused, made on another template of realtime-dev: "
        "run it again, or delete its files in build/evidence",
        "gate lint failed: run `tox -e lint`",
        "1 fault was not tried: run `tox -e integration`",
    )
    assert [gate.outcome for gate in report.gates] == ["missing"] * 2 + ["refused"] * 4 + ["failed"]
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
