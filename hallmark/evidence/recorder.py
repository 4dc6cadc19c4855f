"""Recording of a gate's run as evidence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from hallmark.evidence.load_result import LoadResult
from hallmark.evidence.record import (
    EVIDENCE,
    Evidence,
    Fault,
    Mutants,
    Outcome,
    Proof,
    Target,
    ToolFinding,
    file_of,
    now,
    write,
)
from hallmark.revision import revision, template_digests


@dataclass
class Recorder:
    """The data that a gate adds while it runs; `fail` makes the outcome failed regardless of the proofs."""

    templates: dict[str, str] = field(default_factory=dict)
    proofs: list[Proof] = field(default_factory=list)
    tool_findings: list[ToolFinding] = field(default_factory=list)
    mutants: Mutants | None = None
    faults: list[Fault] = field(default_factory=list)
    load: LoadResult | None = None
    target: Target = "none"
    failed: bool = False
    detail: str = ""

    def fail(self) -> None:
        self.failed = True

    @property
    def outcome(self) -> Outcome:
        bad = self.failed or any(proof.outcome == "failed" for proof in self.proofs)
        open_findings = any(finding.waived_by is None for finding in self.tool_findings)
        survived = self.mutants is not None and self.mutants.killed < self.mutants.total
        lost = any(fault.lost for fault in self.faults)
        return "failed" if bad or open_findings or survived or lost else "passed"


@contextmanager
def recorded(
    gate: str,
    system: str | None = None,
    *,
    folder: Path | None = None,
    commit: str | None = None,
    templates: Callable[[str | None], dict[str, str]] = template_digests,
) -> Iterator[Recorder]:
    """Run a gate's body and write its evidence; delete older evidence first, and write a failed one on an exception.

    Without a system it is a gate of the house. `commit` is the revision at the time when a gate read its code, if that
    was earlier. `templates` returns the digests of a system's templates, or of all, by name; a gate that begins before
    they are built sets them later.
    """
    folder = folder or EVIDENCE
    file_of(gate, system, folder).unlink(missing_ok=True)
    blank = Evidence(gate, "failed", 0.0, now(), commit or revision(), {}, system=system)
    begin, recorder = monotonic(), Recorder(templates(system))
    try:
        yield recorder
    except BaseException:
        recorder.fail()
        raise
    finally:
        write(finished(blank, recorder, monotonic() - begin), folder)


def finished(blank: Evidence, recorder: Recorder, seconds: float) -> Evidence:
    """Return the evidence with the recorder's data."""
    return replace(
        blank,
        outcome=recorder.outcome,
        templates=recorder.templates,
        seconds=round(seconds, 3),
        target=recorder.target,
        proofs=tuple(recorder.proofs),
        tool_findings=tuple(recorder.tool_findings),
        mutants=recorder.mutants,
        faults=tuple(recorder.faults),
        load=recorder.load,
        detail=recorder.detail,
    )
