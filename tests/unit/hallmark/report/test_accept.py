"""The evidence of a real gate counts as it left it, and no longer once a proof of it is edited, digests and all."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hallmark.evidence import Evidence, read, write
from hallmark.evidence.inputs import inputs_of
from hallmark.evidence.recorder import recorded
from hallmark.evidence.stored import Stored, Tree
from hallmark.gates.policies import judge
from hallmark.report.accept import accepted
from hallmark.revision import template_digests
from hallmark.waivers import Waivers
from infra.systems import system_of

SYSTEM = "merchant_upload"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with recorded("policies", SYSTEM, folder=tmp_path) as record:
        judge(system_of(SYSTEM), record)
    return tmp_path


def _found(folder: Path) -> Stored:
    return accepted(Tree(SYSTEM, template_digests(SYSTEM), folder), Waivers())


def test_a_real_gate(folder: Path) -> None:
    found = _found(folder)
    assert dict(found.refused) == {}
    (evidence,) = found.accepted
    assert (evidence.gate, evidence.outcome, set(evidence.inputs)) == ("policies", "passed", {"locks", "trunk", SYSTEM})
    assert {"python", "aws-cdk-lib", "aws-cdk", "node"} <= set(evidence.versions)
    assert evidence.user and evidence.host


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda e: replace(e, proofs=e.proofs[1:]), "was not judged on"),
        (lambda e: replace(e, proofs=tuple(p for p in e.proofs if p.stage == "dev")), "it has no judgement of"),
        (lambda e: replace(e, proofs=(replace(e.proofs[0], sha256="0" * 64), *e.proofs[1:])), "two digests of"),
    ],
)
def test_a_proof_edited_with_all_digests(folder: Path, change: Callable[[Evidence], Evidence], why: str) -> None:
    evidence = read(folder / SYSTEM / "policies.json")
    write(change(evidence), folder, inputs_of("policies", SYSTEM))
    found = _found(folder)
    assert found.accepted == ()
    assert why in found.refused["policies"]
