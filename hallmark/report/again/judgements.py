"""The judgements of policies on templates and on what was read back, made again."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from hallmark.evidence import Evidence, Proof
from hallmark.evidence.judged import Judged, Judgements, judged_by_control
from hallmark.observe.drift import declared, drift
from hallmark.project import ROOT
from hallmark.revision import sha256
from hallmark.synthesized import Synthesized, by_stage, templates
from infra.systems import STAGES, owner_of
from policies.engine.assembly import main_first

Source = Literal["template", "observed"]
# The judgements by file and control.
ByFile = Mapping[tuple[str, str], Judged]


def judged(kind: Source, evidence: Evidence, system: str) -> Iterator[str]:
    """Judge the templates, or what was read back, by the policies."""
    files = sorted({proof.artifact for proof in evidence.proofs})
    # In the gate's order: the first template of a stage has what is said of the whole.
    found = sorted((Synthesized(ROOT / file) for file in files), key=lambda one: main_first(one.path))
    wanted = {template.label for template in templates(system)} if kind == "template" else set(files)
    if wanted - set(files):
        yield f"it has no judgement of {min(wanted - set(files))}"
    if kind == "observed" and evidence.target == "embedded":
        missing = sorted(set(STAGES) - {template.stage for template in found})
        if missing:
            yield f"it has no judgement of stage {missing[0]}"
    recorded = {(proof.artifact, proof.control): Judged(proof.findings, proof.passed) for proof in evidence.proofs}
    if len(recorded) < len(evidence.proofs):
        yield "it has two judgements of one template by one control"
    again = _again(found, system, kind)
    yield from _compared(recorded, again)
    for (file, control), then in recorded.items():
        if (now := again.get((file, control))) and {**then.passed} != {**now.passed}:
            yield f"{control} passed other resources of {file} than were recorded"
    yield from _of_stages(evidence.proofs, found)


def checked(evidence: Evidence, system: str) -> Iterator[str]:
    """Judge a system's templates again by the checks of ours that ran in checkov."""
    found = templates(system)
    files = {template.label for template in found}
    own = [proof for proof in evidence.proofs if proof.artifact in files]
    # What checkov passed stays in its own results.
    recorded = {(proof.artifact, proof.control): Judged(proof.findings, {}) for proof in own}
    yield from _compared(recorded, _again(found, system, "template"))
    yield from _of_stages(own, found)
    for proof in evidence.proofs:
        owner = owner_of(proof.control)
        if owner is not None and owner.name == system and proof not in own:
            yield f"it proves {proof.control} on {proof.artifact}, which is no template of {system}"


def _of_stages(proofs: Iterable[Proof], found: Iterable[Synthesized]) -> Iterator[str]:
    """Compare the stage of each proof's template, and the templates that it was judged together with."""
    stages = {template.label: stage for stage, own in by_stage(found).items() for template in own}
    for proof in proofs:
        stage = stages[proof.artifact]
        if proof.stage != stage:
            yield f"it says that {proof.artifact} is of stage {proof.stage}"
        others = {label for label, one in stages.items() if one == stage} - {proof.artifact}
        if others != {*proof.together_with}:
            said = ", ".join(sorted(proof.together_with)) or "alone"
            yield f"it says that {proof.artifact} was judged with {said}, and its stage has other templates"


def _again(found: Iterable[Synthesized], system: str, kind: Source) -> ByFile:
    return {
        (label, control): found_again
        for own in by_stage(found).values()
        for label, controls in _judgements(tuple((one.path, sha256(one.path)) for one in own), system, kind).items()
        for control, found_again in controls.items()
    }


@cache
def _judgements(files: tuple[tuple[Path, str], ...], system: str, kind: Source) -> Mapping[str, Judgements]:
    """Return the judgements on the templates of a stage, of these digests; two gates judge the same ones."""
    return judged_by_control([Synthesized(path) for path, _ in files], system, kind)


def _compared(recorded: ByFile, again: ByFile) -> Iterator[str]:
    for file, control in sorted({*recorded, *again}):
        then, now = recorded.get((file, control)), again.get((file, control))
        if then is None or now is None:
            yield f"{control} {'was not' if then is None else 'is not'} judged on {file}"
        elif then.findings != now.findings:
            count, recorded_count = len(now.findings), len(then.findings)
            yield f"{control} has {count} findings in {file}, and other ones were recorded ({recorded_count})"


def drifted(evidence: Evidence, system: str) -> Iterator[str]:
    """Compare what was read back with the templates: the gate found no drift."""
    for file in sorted({proof.artifact for proof in evidence.proofs}):
        observed = Synthesized(ROOT / file)
        if differences := drift(declared(system, observed.stage or ""), observed.body):
            yield f"{file} differs from the templates: {differences[0].resource} {differences[0].path}".rstrip()
