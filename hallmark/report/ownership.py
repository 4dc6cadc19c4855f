"""The part of evidence and waivers that belongs to one system: gates of the house cover all."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from hallmark.evidence import Evidence
from hallmark.waivers import Waiver
from infra import systems
from infra.systems import owner_of


def owner_name(control: str) -> str | None:
    """Return the name of the system of a control; None when no system has its prefix."""
    owner = owner_of(control)
    return owner.name if owner else None


def of_system(evidence: Evidence, system: str, others: Collection[str]) -> Evidence:
    """Return evidence without proofs of other systems' controls and findings in their templates, `others`."""
    proofs = tuple(proof for proof in evidence.proofs if owner_name(proof.control) in (None, system))
    findings = tuple(finding for finding in evidence.tool_findings if finding.file not in others)
    return replace(evidence, proofs=proofs, tool_findings=findings)


def is_anothers(waiver: Waiver, system: str, others: Collection[str], evidence: Iterable[Evidence]) -> bool:
    """Return whether a waiver that a system does not use is another's: by its control, scope or findings' templates."""
    if waiver.tool == "control":
        return owner_name(waiver.rule) not in (None, system)
    if waiver.scope.system in {one.name for one in systems.SYSTEMS}:
        return waiver.scope.system != system
    findings = (finding for item in evidence for finding in item.tool_findings if finding.file in others)
    return any(finding.waived_by == waiver.where for finding in findings)
