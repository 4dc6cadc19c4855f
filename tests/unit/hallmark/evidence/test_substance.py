"""A gate that judged nothing has not passed, whatever its gate is."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hallmark.evidence import Evidence, Fault, Mutants, Place, Proof, PytestCounts, ToolFinding, read
from hallmark.evidence.expected import OF_SYSTEMS, OF_THE_HOUSE, SCENARIOS
from hallmark.evidence.ledgers import sent
from hallmark.evidence.recorder import recorded
from hallmark.evidence.substance import GATES, lack, surplus
from infra.errors import UserError

PROOF = Proof("RT_A", "template", "passed", "a", "0" * 64)
FULL = Evidence(
    "",
    "passed",
    1.0,
    "2025-11-21T12:00:00Z",
    "a" * 40,
    {"realtime-dev": "0" * 64},
    proofs=(PROOF,),
    mutants=Mutants(1, 1),
    places=(Place("realtime", "dev", "eu-central-1", "0"),),
    commands=("true",),
    tests=PytestCounts(1),
    artifacts={"build/test-results/realtime/transactions.ledger.json": "0" * 64},
)


def test_every_gate_must_hold_something() -> None:
    assert set(GATES) == {*OF_THE_HOUSE, *OF_SYSTEMS, *SCENARIOS}


@pytest.mark.parametrize(
    ("gate", "without", "said"),
    [
        ("lint", {"commands": ()}, "it ran no command"),
        ("cfn-lint", {"templates": {}}, "it judged no template"),
        ("checkov", {"templates": {}}, "it judged no template"),
        ("checkov", {"proofs": ()}, "it proves no control"),
        ("unit", {"tests": None}, "no test passed"),
        ("unit", {"tests": PytestCounts(0, 0, 5)}, "no test passed"),
        ("integration", {"tests": PytestCounts(0)}, "no test passed"),
        ("integration", {"proofs": ()}, "it proves no control"),
        ("policies", {"proofs": ()}, "it proves no control"),
        ("policies", {"templates": {}}, "it judged no template"),
        ("mutants", {"mutants": None}, "it made no mutant"),
        ("mutants", {"mutants": Mutants(0, 0)}, "it made no mutant"),
        ("iam", {"proofs": ()}, "it proves no control"),
        ("observed", {"places": ()}, "it read no stage"),
        ("observed", {"proofs": ()}, "it proves no control"),
        ("transactions", {"artifacts": {}}, "it sent nothing"),
        ("load", {}, "no request was made, or no objective judged"),
        ("burst", {}, "no request was made, or no objective judged"),
    ],
)
def test_nothing(gate: str, without: dict[str, Any], said: str) -> None:
    evidence = replace(FULL, gate=gate)
    assert bool(lack(evidence)) == (not without)
    assert lack(replace(evidence, **without)) == said


@pytest.mark.parametrize("gate", [*GATES, "ours"])
def test_a_gate_whose_body_did_nothing_has_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], gate: str
) -> None:
    with recorded(gate, folder=tmp_path, templates=lambda system: {}) as record:
        pass
    evidence = read(tmp_path / f"{gate}.json")
    assert (record.outcome, evidence.outcome) == ("failed", "failed")
    assert evidence.detail
    assert capsys.readouterr().err == f"{gate}: {evidence.detail}: that is no success\n"


LEDGER: dict[str, Any] = {
    **{"sent": 3, "accepted": 2, "lost": [], "differences": [], "target": "embedded"},
    "place": {"system": "realtime", "stage": "dev", "region": "eu-central-1", "account": "0"},
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sent": None}, "is no ledger"),
        ({"place": {}}, "is no ledger"),
        ({"sent": 0, "accepted": 0}, "0 of 0 accepted"),
        ({"lost": ["a"], "differences": ["b"]}, "2 of 3 accepted, 1 lost, 1 differences"),
    ],
)
def test_a_ledger_of_nothing(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    file = tmp_path / "ledger.json"
    file.write_text(json.dumps({**LEDGER, **changes}))
    with pytest.raises(UserError, match=said):
        sent(file)


def test_a_ledger(tmp_path: Path) -> None:
    file = tmp_path / "ledger.json"
    file.write_text(json.dumps(LEDGER))
    found = sent(file)
    assert (found.counts, found.target, found.place) == ("3 sent, 2 accepted, 0 lost", "embedded", FULL.places[0])


FAULT, SURVIVED = Fault("killed", "", 3, 0, 0), Mutants(1, 1)
PLACE = Place("realtime", "dev", "eu-central-1", "0")
EMPTY = replace(FULL, proofs=(), mutants=None, places=(), commands=(), tests=None, artifacts={}, system="realtime")
ON_A_STAGE = {"target": "embedded", "places": (PLACE,)}


@pytest.mark.parametrize(
    ("gate", "given"),
    [
        ("lint", {"commands": ("true",)}),
        ("unit", {"proofs": (PROOF, replace(PROOF, kind="behaviour")), "tests": PytestCounts(1)}),
        ("integration", {"proofs": (replace(PROOF, kind="behaviour"),), "faults": (FAULT,), **ON_A_STAGE}),
        ("observed", {"proofs": (replace(PROOF, kind="observed"),), **ON_A_STAGE}),
        ("mutants", {"mutants": SURVIVED}),
        # It ended before it reached the stage.
        ("load", {"target": "embedded", "outcome": "failed"}),
    ],
)
def test_what_a_gate_may_hold(gate: str, given: dict[str, Any]) -> None:
    assert list(surplus(replace(EMPTY, gate=gate, **given))) == []


@pytest.mark.parametrize(
    ("gate", "given", "said"),
    [
        ("lint", {"proofs": (PROOF,)}, "it proves RT_A by template, which is not its to show"),
        ("mutants", {"proofs": (PROOF,)}, "it proves RT_A by template, which is not its to show"),
        ("ours", {"proofs": (PROOF,)}, "it proves RT_A by template, which is not its to show"),
        ("unit", {"proofs": (replace(PROOF, kind="load"),)}, "it proves RT_A by load, which is not its to show"),
        ("iam", {"proofs": (PROOF,), **ON_A_STAGE}, "it proves RT_A by template, which is not its to show"),
        ("policies", {"mutants": SURVIVED}, "it holds mutants, which are not its to show"),
        ("policies", {"faults": (FAULT,)}, "it holds faults, which are not its to show"),
        ("policies", {"tests": PytestCounts(1)}, "it holds tests, which are not its to show"),
        ("lint", {"tool_findings": (ToolFinding("t", "r", "", "", 1, ""),)}, "it holds tool findings, which are not"),
        ("unit", ON_A_STAGE, "its target is embedded, and it needs no stage"),
        ("integration", {"target": "aws"}, "its target is aws, and it names no stage"),
        ("integration", {"places": (PLACE,)}, "its target is none, and it names a stage"),
        ("integration", {**ON_A_STAGE, "system": "other"}, "it was made on a stage of realtime"),
    ],
)
def test_what_is_not_a_gates_to_show(gate: str, given: dict[str, Any], said: str) -> None:
    assert next(surplus(replace(EMPTY, gate=gate, **given)), "").startswith(said)
