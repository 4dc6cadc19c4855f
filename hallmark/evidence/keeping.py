"""Evidence that need not be made again: made here, complete, passed, of the same inputs, tools, machine and day.

The report judges it as any other. Whoever refuses evidence removes its mark. What is unknown, missing or different
means that the gate runs. Standard library only.
"""

import os
from collections.abc import Callable
from pathlib import Path

from hallmark.evidence import circumstances, marks
from hallmark.evidence.inputs import digest_of, inputs_of
from hallmark.evidence.record import EVIDENCE, Evidence, file_of, now, read
from hallmark.evidence.stored import Tree, problem
from hallmark.revision import template_digests
from infra.errors import UserError
from infra.systems import NAMES

# The variables that make every gate run; CI proves all from a clean clone.
RUNNING = (marks.FRESH, "HALLMARK_NO_CACHE", "CI")
Fits = Callable[[Evidence], bool]


def any_run(evidence: Evidence) -> bool:
    """Let the evidence of any run of a gate be kept."""
    return True


def kept(gate: str, system: str | None, fits: Fits = any_run, folder: Path = EVIDENCE) -> Evidence | None:
    """Return a gate's evidence, about a system or of the house, if it need not be made again; None if it must."""
    if any(os.environ.get(name) for name in RUNNING) or os.environ.get("HALLMARK_TARGET", "embedded") != "embedded":
        return None
    try:
        mark, file = marks.read(gate, system, folder), file_of(gate, system, folder)
        if mark.get("circumstances") != marks.around(now()[:10]) or mark.get("evidence") != digest_of(file):
            return None
        evidence = read(file)
        return evidence if _holds(evidence, folder) and fits(evidence) else None
    except (UserError, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _holds(evidence: Evidence, folder: Path) -> bool:
    """Return whether evidence passed, is as its gate left it, and follows from this tree with these tools."""
    gate, system = evidence.gate, evidence.system
    # Of the house: about every system.
    about = (system,) if system else NAMES
    return (
        evidence.outcome == "passed"
        and evidence.target != "aws"
        and dict(evidence.versions) == circumstances.versions(gate)
        and dict(evidence.inputs) == inputs_of(gate, system).parts
        and not any(problem(gate, system, Tree(name, template_digests(name), folder)) for name in about)
    )


def noted(evidence: Evidence, folder: Path = EVIDENCE) -> str:
    """Note that evidence is kept; return the line that says so, with the digests of its inputs, shortened."""
    marks.keep(evidence, folder)
    inputs = ", ".join(f"{part} {digest[:12]}" for part, digest in sorted(evidence.inputs.items()))
    about = evidence.system or "the house"
    return f"kept: {about}: unchanged since {evidence.started} (inputs {inputs}), so {evidence.gate} is not run again"
