"""What is cheap to judge again is judged again: evidence that disagrees is refused.

It finds evidence and artifacts that were edited together with their digests. Not judged again are the findings of
cfn-lint and checkov's own checks, what tests and stages did, and whether a policy reports a mutant; only their counts
are.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain

from hallmark import fidelity
from hallmark.evidence import Evidence, Kind, ToolFinding
from hallmark.evidence.expected import SCENARIOS
from hallmark.mutants import judgement
from hallmark.project import ROOT
from hallmark.report.again.commands import counted, linted
from hallmark.report.again.judgements import checked, drifted, judged
from hallmark.report.again.load import loaded
from hallmark.report.again.permissions import used
from hallmark.report.again.pins import unpinned
from hallmark.report.again.tests import tested
from hallmark.stage.embedded import ACCOUNT
from hallmark.synthesized import Synthesized
from hallmark.waivers import Waivers
from infra.errors import UserError
from infra.systems import owner_of

Check = Callable[[Evidence, str], Iterator[str]]


def disagreement(evidence: Evidence, system: str, waivers: Waivers) -> str | None:
    """Return the first thing that evidence says and its artifacts do not, in one clause; None where there is none.

    A gate that failed fails the report as it is, and may have ended early.
    """
    if evidence.outcome == "failed":
        return None
    try:
        checks = (check(evidence, system) for check in CHECKS.get(evidence.gate, ()))
        found = (problem for check in checks for problem in check)
        of_any = chain(_placed(evidence), _faithful(evidence), unpinned(evidence), _waived(evidence, system, waivers))
        return next(found, None) or next(of_any, None)
    except (UserError, OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return f"its artifacts cannot be judged again: {error}"


def _mutated(evidence: Evidence, system: str) -> Iterator[str]:
    """Count the edits that the cards' rows make of the templates."""
    assert evidence.mutants is not None, "a gate that passed has made some"
    total = judgement.count(system)
    if evidence.mutants.total != total:
        yield f"the cards make {total} mutants, and {evidence.mutants.total} were recorded"
    if evidence.mutants.killed + len(evidence.mutants.survivors) < total:
        yield "its mutants are neither reported nor survivors"


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


def _of_its_system(evidence: Evidence, system: str) -> Iterator[str]:
    for proof in evidence.proofs:
        owner = owner_of(proof.control)
        if owner is None or owner.name != system:
            yield f"{proof.control} is no control of {system}"


def _faithful(evidence: Evidence) -> Iterator[str]:
    """Compare each proof's fidelity with the table's."""
    for proof in evidence.proofs:
        kind: Kind = "observed" if proof.kind == "observed" else fidelity.DEFAULT_PROOF
        wanted = fidelity.of_control(proof.control, kind) if evidence.target == "embedded" else None
        if proof.fidelity != wanted:
            yield f"it says {proof.fidelity} of {proof.control}, and the table of fidelity {wanted}"


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "lint": (linted,),
    "checkov": (checked,),
    "policies": (_of_its_system, partial(judged, "template")),
    "observed": (_of_its_system, partial(judged, "observed"), drifted),
    "unit": (tested,),
    "integration": (_of_its_system, tested),
    "iam": (_of_its_system, used),
    "mutants": (_mutated,),
    "transactions": (counted,),
    **dict.fromkeys(("load", *SCENARIOS), (_of_its_system, loaded)),
}
