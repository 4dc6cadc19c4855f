"""Evidence of another commit, tree or template is refused, in one line; so is a gate that has not run."""

from collections.abc import Callable
from typing import Any

import pytest

from hallmark.evidence import Evidence, Proof
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control
from hallmark.waivers import Waivers


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"commit": "b" * 40}, "made on commit bbbbbbbbbb, this is aaaaaaaaaa: run the gate again"),
        (
            {"commit": "a" * 40 + " dirty:123"},
            "made before files of this checkout changed, or came (`git status` names them): run the gate again",
        ),
        ({"templates": {"realtime-dev": "0" * 64}}, "made on another template of realtime-dev: run the gate again"),
        ({"templates": {}}, "made on another template of realtime-dev: run the gate again"),
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


def test_a_failed_gate_fails_the_run(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> None:
    gates = [evidence(proof(), target="embedded"), evidence(gate="lint", outcome="failed")]
    report = join(facts, [control("RT_A", Asked("behaviour"))], gates, Waivers(), expected=())
    assert report.controls[0].verdict == "proved"
    assert report.outcome == "failed"


def test_a_gate_that_has_not_run_fails_the_run(facts: Facts) -> None:
    report = join(facts, [], [], Waivers(), expected=("mutants",))
    assert [(gate.name, gate.outcome) for gate in report.gates] == [("mutants", "missing")]
    assert report.outcome == "failed"
