"""Evidence: the record that a gate's run writes to build/evidence.

Standard library only, except for the pytest plugin: some gates run in environments with nothing but their tool.
"""

from hallmark.evidence.record import (
    EVIDENCE,
    KINDS,
    Evidence,
    Fault,
    Fidelity,
    Finding,
    Kind,
    Mutants,
    Note,
    Outcome,
    Place,
    Proof,
    PytestCounts,
    Target,
    ToolFinding,
    changed,
    file_of,
    now,
    read,
    write,
    written,
)

__all__ = [
    "EVIDENCE",
    "KINDS",
    "Evidence",
    "Fault",
    "Fidelity",
    "Finding",
    "Kind",
    "Mutants",
    "Note",
    "Outcome",
    "Place",
    "Proof",
    "PytestCounts",
    "Target",
    "ToolFinding",
    "changed",
    "file_of",
    "now",
    "read",
    "write",
    "written",
]
