"""The waivers of controls: which findings of our own policies are accepted, and how they are printed.

Standard library and PyYAML only: checkov's environment has nothing else.
"""

import sys
from collections.abc import Iterable, Sequence

from hallmark import waivers
from hallmark.evidence import Finding, Outcome, Proof
from hallmark.project import ROOT
from hallmark.synthesized import Synthesized
from hallmark.waivers import Waiver
from policies.engine.catalogue import catalogues


def waivers_of(template: Synthesized, control: str, findings: Sequence[Finding]) -> list[Waiver | None]:
    """Return for each finding of a control's policy the waiver that covers it, if any; UserError as `load`."""
    if not findings:
        return []
    known = waivers.load()
    return [
        known.find("control", control, template.type_of(finding.resource), finding.resource, template.stage)
        for finding in findings
    ]


def outcome(template: Synthesized, control: str, findings: Sequence[Finding]) -> Outcome:
    """Return `passed` when every finding is waived; the proof keeps the findings, and the report shows the waiver."""
    return "passed" if all(waivers_of(template, control, findings)) else "failed"


def print_findings(proofs: Iterable[Proof]) -> tuple[int, int]:
    """Print each finding in one line, marking waived ones; return how many are not waived, and how many are."""
    counts = [0, 0]
    for proof in proofs:
        found = waivers_of(Synthesized(ROOT / proof.artifact), proof.control, proof.findings)
        for finding, waiver in zip(proof.findings, found, strict=True):
            where = f"{proof.artifact}: {_judge(proof, finding)} {finding.resource} {finding.path}".rstrip()
            line = f"{where}: found {finding.found}; wanted {finding.wanted}. "
            line += f"Waived until {waiver.expires}: {waiver.where}" if waiver else finding.fix
            print(line, file=sys.stdout if waiver else sys.stderr)
            counts[bool(waiver)] += 1
    return counts[0], counts[1]


def _judge(proof: Proof, finding: Finding) -> str:
    """Return the control, and the policy where the control has several."""
    several = any(
        len(catalogue.controls[proof.control].uses) > 1
        for catalogue in catalogues().values()
        if proof.control in catalogue.controls
    )
    return f"{proof.control} ({finding.policy})" if several and finding.policy else proof.control
