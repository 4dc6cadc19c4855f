"""The judgements of policies on templates and on what was read back, made again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from hallmark.evidence import Evidence, Finding, Proof
from hallmark.evidence.judged import findings_by_control
from hallmark.observe.drift import declared, drift
from hallmark.project import ROOT
from hallmark.revision import sha256
from hallmark.synthesized import Synthesized, templates
from infra.systems import STAGES, owner_of

Judged = Literal["template", "observed"]
# The findings by file and control.
Judgements = Mapping[tuple[str, str], Sequence[Finding]]


def judged(kind: Judged, evidence: Evidence, system: str) -> Iterator[str]:
    """Judge the templates, or what was read back, by the policies."""
    files = sorted({proof.artifact for proof in evidence.proofs})
    found = [Synthesized(ROOT / file) for file in files]
    wanted = {template.label for template in templates(system)} if kind == "template" else set(files)
    if wanted - set(files):
        yield f"it has no judgement of {min(wanted - set(files))}"
    if kind == "observed" and evidence.target == "embedded":
        missing = sorted(set(STAGES) - {template.stage for template in found})
        if missing:
            yield f"it has no judgement of stage {missing[0]}"
    recorded = {(proof.artifact, proof.control): proof.findings for proof in evidence.proofs}
    if len(recorded) < len(evidence.proofs):
        yield "it has two judgements of one template by one control"
    yield from _compared(recorded, _again(found, system, kind))
    yield from _of_stages(evidence.proofs)


def checked(evidence: Evidence, system: str) -> Iterator[str]:
    """Judge a system's templates again by the checks of ours that ran in checkov."""
    found = templates(system)
    files = {template.label for template in found}
    own = [proof for proof in evidence.proofs if proof.artifact in files]
    yield from _compared({(p.artifact, p.control): p.findings for p in own}, _again(found, system, "template"))
    yield from _of_stages(own)
    for proof in evidence.proofs:
        owner = owner_of(proof.control)
        if owner is not None and owner.name == system and proof not in own:
            yield f"it proves {proof.control} on {proof.artifact}, which is no template of {system}"


def _of_stages(proofs: Iterable[Proof]) -> Iterator[str]:
    stages = {proof.artifact: Synthesized(ROOT / proof.artifact).stage for proof in proofs}
    for proof in proofs:
        if proof.stage != stages[proof.artifact]:
            yield f"it says that {proof.artifact} is of stage {proof.stage}"


def _again(found: Iterable[Synthesized], system: str, kind: Judged) -> Judgements:
    return {
        (template.label, control): findings
        for template in found
        for control, findings in _findings(template.path, sha256(template.path), system, kind).items()
    }


@cache
def _findings(path: Path, digest: str, system: str, kind: Judged) -> Mapping[str, Sequence[Finding]]:
    """Return the findings in a template of this digest; two gates judge the same ones."""
    return findings_by_control(Synthesized(path), system, kind)


def _compared(recorded: Judgements, again: Judgements) -> Iterator[str]:
    for file, control in sorted({*recorded, *again}):
        then, now = recorded.get((file, control)), again.get((file, control))
        if then is None or now is None:
            yield f"{control} {'was not' if then is None else 'is not'} judged on {file}"
        elif tuple(then) != tuple(now):
            yield f"{control} has {len(now)} findings in {file}, and other ones were recorded ({len(then)})"


def drifted(evidence: Evidence, system: str) -> Iterator[str]:
    """Compare what was read back with the templates: the gate found no drift."""
    for file in sorted({proof.artifact for proof in evidence.proofs}):
        observed = Synthesized(ROOT / file)
        if differences := drift(declared(system, observed.stage or ""), observed.body):
            yield f"{file} differs from the templates: {differences[0].resource} {differences[0].path}".rstrip()
