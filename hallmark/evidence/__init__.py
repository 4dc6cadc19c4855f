"""Evidence: what a gate's run leaves behind in build/evidence.

Standard library only, but for the pytest plugin: gates also run in environments that hold nothing but their tool.
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
    Outcome,
    Proof,
    Target,
    ToolFinding,
    changed,
    file_of,
    now,
    read,
    read_all,
    write,
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
    "Outcome",
    "Proof",
    "Target",
    "ToolFinding",
    "changed",
    "file_of",
    "now",
    "read",
    "read_all",
    "write",
]
