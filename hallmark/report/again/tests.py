"""The proofs of tests beside what pytest and Node.js reported."""

from collections import Counter
from collections.abc import Iterable, Iterator

from hallmark.evidence import Evidence, junit_results, pytest_results
from hallmark.project import ROOT


def tested(evidence: Evidence, system: str) -> Iterator[str]:
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
    functions = [proof for proof in functions if junit_results.is_of(proof, evidence.system)]
    ran += [(proof.artifact, proof.control, proof.outcome) for proof in functions]
    yield from _counted("proofs", ran, [(proof.artifact, proof.control, proof.outcome) for proof in evidence.proofs])
    for proof in evidence.proofs:
        if proof.kind != pytest_results.kind_of(proof.file):
            yield f"{proof.artifact} is no test of kind {proof.kind}"
        if proof.stage and proof.stage not in proof.artifact.partition("[")[2]:
            yield f"{proof.artifact} is no test of stage {proof.stage}"
    yield from _counted("faults", [result.fault for result in results if result.fault], evidence.faults)
    deselected = evidence.tests.deselected if evidence.tests else 0
    if pytest_results.count(results, deselected) != evidence.tests:
        yield f"its counts of tests are not those of {files[0].name}"


def _counted(what: str, then: Iterable[object], recorded: Iterable[object]) -> Iterator[str]:
    if differing := (Counter(then) - Counter(recorded)) + (Counter(recorded) - Counter(then)):
        yield f"{differing.total()} of its {what} are not those that its tests reported"
