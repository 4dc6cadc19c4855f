"""Recording of a gate's run as evidence."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from hallmark.evidence import circumstances, marks
from hallmark.evidence.inputs import Inputs, digest_of, inputs_of
from hallmark.evidence.load_result import LoadResult
from hallmark.evidence.record import (
    EVIDENCE,
    Evidence,
    Fault,
    Mutants,
    Note,
    Outcome,
    Place,
    Proof,
    PytestCounts,
    Target,
    ToolFinding,
    label_of,
    now,
    remove,
    write,
)
from hallmark.evidence.substance import lack
from hallmark.revision import revision, template_digests, template_files


@dataclass
class Recorder:
    """The data that a gate adds while it runs; `fail` makes the outcome failed regardless of the proofs.

    `files` are those that it wrote or used beside the files of its proofs.
    """

    templates: dict[str, str] = field(default_factory=dict)
    proofs: list[Proof] = field(default_factory=list)
    tool_findings: list[ToolFinding] = field(default_factory=list)
    mutants: Mutants | None = None
    faults: list[Fault] = field(default_factory=list)
    load: LoadResult | None = None
    target: Target = "none"
    failed: bool = False
    detail: str = ""
    files: list[Path] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    tests: PytestCounts | None = None
    notes: list[Note] = field(default_factory=list)

    def fail(self) -> None:
        self.failed = True

    @property
    def outcome(self) -> Outcome:
        return "failed" if self.failed else outcome_of(self)


def outcome_of(results: Recorder | Evidence) -> Outcome:
    """Return the outcome that follows from a gate's results."""
    failed = any(proof.outcome == "failed" for proof in results.proofs)
    open_findings = any(finding.waived_by is None for finding in results.tool_findings)
    survived = results.mutants is not None and results.mutants.killed < results.mutants.total
    lost = any(fault.lost for fault in results.faults)
    untested = results.tests is not None and results.tests.failed > 0
    return "failed" if failed or open_findings or survived or lost or untested else "passed"


@dataclass(frozen=True)
class Beginning:
    """The state of the checkout when a gate read its code."""

    commit: str
    inputs: Inputs


def beginning(gate: str, system: str | None = None) -> Beginning:
    """Return the commit and a gate's inputs as they are."""
    return Beginning(revision(), inputs_of(gate, system))


@contextmanager
def recorded(
    gate: str,
    system: str | None = None,
    *,
    folder: Path | None = None,
    begun: Beginning | None = None,
    templates: Callable[[str | None], dict[str, str]] = template_digests,
) -> Iterator[Recorder]:
    """Run a gate's body and write its evidence; delete older evidence first, and write a failed one on an exception.

    Without a system it is a gate of the house. `begun` is the checkout at the time when a gate read its code, if that
    was earlier. `templates` returns the digests of a system's templates, or of all, by name; a gate that begins before
    they are built sets them later. A body that passed over nothing has failed.
    """
    folder = folder or EVIDENCE
    remove(gate, system, folder)
    begun = begun or beginning(gate, system)
    blank = Evidence(gate, "failed", 0.0, now(), begun.commit, {}, system=system, inputs=begun.inputs.parts)
    begin, recorder = monotonic(), Recorder(templates(system))
    try:
        yield recorder
    except BaseException:
        recorder.fail()
        raise
    finally:
        evidence = finished(blank, recorder, monotonic() - begin)
        if recorder.outcome == "passed" and (lacking := lack(evidence)):
            recorder.fail()
            evidence = replace(evidence, outcome="failed", detail=lacking)
            print(f"{gate}: {lacking}: that is no success", file=sys.stderr)
        write(evidence, folder, begun.inputs)
        if evidence.outcome == "passed":
            marks.mark(evidence, folder)


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
        artifacts=artifacts(blank, recorder),
        user=circumstances.user(),
        host=circumstances.host(),
        versions=circumstances.versions(blank.gate),
        places=tuple(recorder.places),
        commands=tuple(recorder.commands),
        tests=recorder.tests,
        notes=tuple(recorder.notes),
    )


def artifacts(blank: Evidence, recorder: Recorder) -> dict[str, str]:
    """Return the digests of the files that a gate wrote or used: its own, the templates, and what was deployed."""
    made = template_files(blank.system) if recorder.templates else {}
    paths = [path for name, path in made.items() if name in recorder.templates]
    found = [*recorder.files, *paths, *(_assets(paths) if recorder.target != "none" else ())]
    return {label_of(path): digest_of(path) for path in found if path.exists()}


def _assets(templates: list[Path]) -> Iterator[Path]:
    """Yield the files and folders that are deployed with these templates, such as the functions' code.

    A stack's assets stand in a file beside its template: https://docs.aws.amazon.com/cdk/v2/guide/assets.html
    """
    for template in templates:
        file = template.with_name(template.name.replace(".template.json", ".assets.json"))
        assets = json.loads(file.read_text(encoding="utf-8"))["files"] if file.is_file() else {}
        yield from (file.parent / asset["source"]["path"] for asset in assets.values())
