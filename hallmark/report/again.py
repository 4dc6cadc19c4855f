"""What is cheap to judge again is judged again: evidence that disagrees is refused.

It finds evidence and artifacts that were edited together with their digests. Not judged again are the findings of
cfn-lint and checkov, what tests and stages did, and whether a policy reports a mutant; only their counts are.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from hallmark.evidence import Evidence, Finding, Proof, ToolFinding, junit_results, pytest_results
from hallmark.evidence.judged import findings_by_control
from hallmark.iam import usage
from hallmark.iam.findings import compared, judged_record_of, not_granted, unused
from hallmark.load import run_file
from hallmark.mutants import judgement
from hallmark.observe.drift import declared, drift
from hallmark.project import ROOT
from hallmark.stage.embedded import ACCOUNT
from hallmark.synthesized import Synthesized, templates
from hallmark.waivers import Waivers
from infra.errors import UserError
from infra.systems import STAGES, owner_of

Check = Callable[[Evidence], Iterator[str]]


def disagreement(evidence: Evidence, system: str, waivers: Waivers) -> str | None:
    """Return the first thing that evidence says and its artifacts do not, in one clause; None where there is none.

    A gate that failed fails the report as it is, and may have ended early.
    """
    if evidence.outcome == "failed":
        return None
    try:
        checks = (check(evidence) for check in CHECKS.get(evidence.gate, ()))
        found = (problem for check in checks for problem in check)
        return next(found, None) or next(_placed(evidence), None) or next(_waived(evidence, system, waivers), None)
    except (UserError, OSError, KeyError, TypeError, ValueError) as error:
        return f"its artifacts cannot be judged again: {error}"


def _judged(kind: Literal["template", "observed"], evidence: Evidence) -> Iterator[str]:
    """Judge the templates, or what was read back, by the policies."""
    assert evidence.system is not None
    files = sorted({proof.artifact for proof in evidence.proofs})
    found = [Synthesized(ROOT / file) for file in files]
    wanted = {template.label for template in templates(evidence.system)} if kind == "template" else set(files)
    if wanted - set(files):
        yield f"it has no judgement of {min(wanted - set(files))}"
    if kind == "observed" and evidence.target == "embedded":
        missing = sorted(set(STAGES) - {template.stage for template in found})
        if missing:
            yield f"it has no judgement of stage {missing[0]}"
    recorded = {(proof.artifact, proof.control): proof.findings for proof in evidence.proofs}
    if len(recorded) < len(evidence.proofs):
        yield "it has two judgements of one template by one control"
    again = {
        (template.label, control): findings
        for template in found
        for control, findings in findings_by_control(template, evidence.system, kind).items()
    }
    yield from _compared(recorded, again)


def _compared(
    recorded: Mapping[tuple[str, str], Sequence[Finding]], again: Mapping[tuple[str, str], Sequence[Finding]]
) -> Iterator[str]:
    for file, control in sorted({*recorded, *again}):
        then, now = recorded.get((file, control)), again.get((file, control))
        if then is None or now is None:
            yield f"{control} {'was not' if then is None else 'is not'} judged on {file}"
        elif tuple(then) != tuple(now):
            yield f"{control} has {len(now)} findings in {file}, and other ones were recorded ({len(then)})"


def _drifted(evidence: Evidence) -> Iterator[str]:
    """Compare what was read back with the templates: the gate found no drift."""
    assert evidence.system is not None
    for file in sorted({proof.artifact for proof in evidence.proofs}):
        observed = Synthesized(ROOT / file)
        if differences := drift(declared(evidence.system, observed.stage or ""), observed.body):
            yield f"{file} differs from the templates: {differences[0].resource} {differences[0].path}".rstrip()


def _tested(evidence: Evidence) -> Iterator[str]:
    """Compare the proofs of tests with what pytest and Node.js reported."""
    files = [ROOT / path for path in evidence.artifacts if path.endswith(f"/{evidence.gate}.jsonl")]
    if len(files) != 1:
        yield "it does not name the results of its tests"
        return
    results = pytest_results.read(files[0])
    ran = [
        (result.test, control, result.outcome)
        for result in results
        if result.outcome in ("passed", "failed")
        for control in result.controls
    ]
    functions = list(junit_results.proofs()) if evidence.gate == "unit" else []
    ran += [(proof.artifact, proof.control, proof.outcome) for proof in functions]
    yield from _counted("proofs", ran, [(proof.artifact, proof.control, proof.outcome) for proof in evidence.proofs])
    yield from _counted("faults", [result.fault for result in results if result.fault], evidence.faults)
    deselected = evidence.tests.deselected if evidence.tests else 0
    if pytest_results.count(results, deselected) != evidence.tests:
        yield f"its counts of tests are not those of {files[0].name}"


def _counted(what: str, then: Iterable[object], recorded: Iterable[object]) -> Iterator[str]:
    if differing := (Counter(then) - Counter(recorded)) + (Counter(recorded) - Counter(then)):
        yield f"{differing.total()} of its {what} are not those that its tests reported"


def _used(evidence: Evidence) -> Iterator[str]:
    """Compare the used permissions with the granted ones."""
    assert evidence.system is not None
    uses = usage.read(judged_record_of(evidence.system))
    if uses is None:
        yield "the record of used permissions is gone"
        return
    comparison = compared(uses)
    again = [finding for _, finding in unused(comparison, uses.stage)] + [*not_granted(comparison, evidence.system)]
    then = [replace(finding, waived_by=None) for finding in evidence.tool_findings]
    if Counter(again) != Counter(then):
        yield f"{len(again)} permissions are unused or missing, and other ones were recorded ({len(then)})"


def _mutated(evidence: Evidence) -> Iterator[str]:
    """Count the edits that the cards' rows make of the templates."""
    assert evidence.system is not None and evidence.mutants is not None, "a gate that passed has made some"
    total = judgement.count(evidence.system)
    if evidence.mutants.total != total:
        yield f"the cards make {total} mutants, and {evidence.mutants.total} were recorded"
    if evidence.mutants.killed + len(evidence.mutants.survivors) < total:
        yield "its mutants are neither reported nor survivors"


def _loaded(evidence: Evidence) -> Iterator[str]:
    """Compare objectives with their bounds, proofs with objectives, and answers with the samples of the run."""
    load = evidence.load
    assert load is not None
    for judged in load.objectives:
        met = judged.found is not None and (
            judged.found <= judged.bound if judged.at_most else judged.found >= judged.bound
        )
        if met != judged.passed and judged.found != judged.bound:
            yield f"{judged.measure} ({judged.phase}) is not what its number and its bound say"
    for proof in evidence.proofs:
        mine = [judged.passed for judged in load.objectives if judged.control == proof.control]
        if not mine or all(mine) != (proof.outcome == "passed"):
            yield f"{proof.control} is not what its objectives say"
    if {judged.control for judged in load.objectives} - {proof.control for proof in evidence.proofs}:
        yield "an objective has no proof"
    samples = [run_file.read(ROOT / path) for path in evidence.artifacts if path.startswith("build/load/")]
    answers = Counter(str(sample.status) for run in samples for sample in run.samples)
    told: Counter[str] = Counter()
    for phase in load.phases:
        told.update(phase.statuses)
    if answers != told:
        yield "its answers are not those of the run's samples"


def _waived(evidence: Evidence, system: str, waivers: Waivers) -> Iterator[str]:
    """Look for the waiver of each tool's finding again."""
    for finding in evidence.tool_findings:
        waiver = _waiver(finding, system, waivers)
        if finding.waived_by and not waiver:
            yield f"nothing waives {finding.rule} of {finding.resource} in {finding.file}"


def _waiver(finding: ToolFinding, system: str, waivers: Waivers) -> bool:
    file = ROOT / finding.file
    if not file.name.endswith(".template.json") or not file.is_file():
        return True
    template = Synthesized(file)
    kind = template.type_of(finding.resource)
    found = waivers.find(finding.tool, finding.rule, kind, finding.resource, template.stage, template.system)
    return found is not None


def _placed(evidence: Evidence) -> Iterator[str]:
    """Compare the target with the accounts: the emulator has one of its own."""
    for place in evidence.places:
        if (place.account == ACCOUNT) != (evidence.target == "embedded"):
            yield f"its target is {evidence.target}, and its account {place.account}"
    observed = (proof for proof in evidence.proofs if proof.kind == "observed")
    for file in dict.fromkeys(proof.artifact for proof in observed):
        account = Synthesized(ROOT / file).body["Metadata"]["Hallmark"]["Account"]
        if (account == ACCOUNT) != (evidence.target == "embedded"):
            yield f"its target is {evidence.target}, and {file} is of account {account}"


def _of_its_system(evidence: Evidence) -> Iterator[str]:
    for proof in evidence.proofs:
        owner = owner_of(proof.control)
        if evidence.system and (owner is None or owner.name != evidence.system):
            yield f"{proof.control} is no control of {evidence.system}"


def _kinds(kind: str, proofs: Iterable[Proof]) -> Iterator[str]:
    yield from (f"{proof.control} has a proof of kind {proof.kind}" for proof in proofs if proof.kind != kind)


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "policies": (_of_its_system, lambda e: _kinds("template", e.proofs), partial(_judged, "template")),
    "observed": (_of_its_system, lambda e: _kinds("observed", e.proofs), partial(_judged, "observed"), _drifted),
    "unit": (_tested,),
    "integration": (_of_its_system, _tested),
    "iam": (_of_its_system, _used),
    "mutants": (_mutated,),
    **dict.fromkeys(("load", "burst", "abuse", "anomalies", "soak"), (_of_its_system, _loaded)),
}
