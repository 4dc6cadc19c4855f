"""The used permissions beside the granted ones."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from hallmark import catalogue
from hallmark.evidence import Evidence
from hallmark.evidence.expected import LEAST_PRIVILEGE
from hallmark.evidence.record import label_of
from hallmark.iam import usage
from hallmark.iam.findings import compared, judged_record_of, not_granted, unused


def used(evidence: Evidence, system: str) -> Iterator[str]:
    """Compare the used permissions with the granted ones."""
    file = judged_record_of(system)
    control = catalogue.load(system).ending(LEAST_PRIVILEGE)
    shown = [(proof.control, proof.file) for proof in evidence.proofs]
    if not control or shown != [(control.id, label_of(file))]:
        yield "it proves another control than that of least privilege, or by another record"
    uses = usage.read(file)
    if uses is None:
        yield "the record of used permissions is gone"
        return
    comparison = compared(uses)
    again = [finding for _, finding in unused(comparison, uses.stage)] + [*not_granted(comparison, system)]
    then = [replace(finding, waived_by=None) for finding in evidence.tool_findings]
    if Counter(again) != Counter(then):
        yield f"{len(again)} permissions are unused or missing, and other ones were recorded ({len(then)})"
