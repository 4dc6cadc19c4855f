"""The record of a gate's run: the types that gates and report share, and their files in build/evidence.

`<system>/<gate>.json` is a gate's evidence about a system, `<gate>.json` that of a gate of the house.

Standard library only: some gates run in environments with nothing but their tool.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from hallmark.evidence import load_result as load_results
from hallmark.evidence import manifest
from hallmark.evidence.inputs import Inputs, digest_of
from hallmark.evidence.load_result import LoadResult
from hallmark.evidence.shape import has_type
from hallmark.project import BUILD, ROOT
from infra.errors import UserError

Item = TypeVar("Item")
EVIDENCE = BUILD / "evidence"
Kind = Literal["template", "observed", "behaviour", "load"]
Outcome = Literal["passed", "failed"]
Target = Literal["none", "embedded", "aws"]
Fidelity = Literal["native", "extended", "absent"]
KINDS: tuple[Kind, ...] = ("template", "observed", "behaviour", "load")


@dataclass(frozen=True)
class Finding:
    """One violation: the place, the value found, the value wanted, the fix, and the policy."""

    resource: str
    path: str = ""
    found: str = ""
    wanted: str = ""
    fix: str = ""
    policy: str = ""


@dataclass(frozen=True)
class Proof:
    """A gate's result for one control; `artifact` is a path of the checkout or a test's id, `<file>::<test>`.

    `sha256` is that of the file. `time` is the time of the result, in UTC, if it is older than the gate's run.
    `together_with` are the SHA-256 of the other templates that were judged together with this one, by their paths.
    `passed` are by policy the resources of the artifact that it judged and found nothing wrong with.
    """

    control: str
    kind: Kind
    outcome: Outcome
    artifact: str
    sha256: str
    stage: str | None = None
    fidelity: Fidelity | None = None
    findings: tuple[Finding, ...] = ()
    detail: str = ""
    time: str | None = None
    together_with: Mapping[str, str] = field(default_factory=dict)
    passed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file that the proof is about: a template, a record of a gate, or that of the test."""
        return self.artifact.partition("::")[0]


@dataclass(frozen=True)
class ToolFinding:
    """A finding of a stock tool; `waived_by` is the waiver's file and line."""

    tool: str
    rule: str
    resource: str
    file: str
    line: int
    message: str
    waived_by: str | None = None


@dataclass(frozen=True)
class Mutants:
    """How many violations were tried, how many were reported, and which were not."""

    total: int
    killed: int
    survivors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """The observations under one fault of the table: transactions answered with 202, how many of them are missing
    anywhere at the end, and how many effects occurred more than once.
    """

    id: str
    seen: str
    accepted: int
    lost: int
    duplicates: int


@dataclass(frozen=True)
class PytestCounts:
    """How many tests passed and failed, and how many of a gate's did not show anything."""

    passed: int
    failed: int = 0
    skipped: int = 0
    expected_to_fail: int = 0
    deselected: int = 0


@dataclass(frozen=True)
class Note:
    """A resource of a type that no policy knows, what of ours it names, and a sentence; it fails nothing.

    `template` is the file that has it.
    """

    resource: str
    type: str
    names: tuple[str, ...]
    text: str
    template: str = ""


@dataclass(frozen=True)
class Place:
    """A stage that a gate was run on; `account` is AWS's, or the emulator's."""

    system: str
    stage: str
    region: str
    account: str


@dataclass(frozen=True)
class Evidence:
    """The record of one gate's run; `seconds` of wall time, `started` in UTC, `commit` as in `revision`.

    `detail` names results of an earlier run; `system` is None for a gate of the house. `inputs` are the digests of the
    parts of its inputs, `artifacts` those of files that it wrote or used beside its proofs', by their paths,
    `templates` those of templates by name. `versions` are those of its tools, `notes` are for the reader.
    """

    gate: str
    outcome: Outcome
    seconds: float
    started: str
    commit: str
    templates: dict[str, str]
    target: Target = "none"
    proofs: tuple[Proof, ...] = ()
    tool_findings: tuple[ToolFinding, ...] = ()
    mutants: Mutants | None = None
    faults: tuple[Fault, ...] = ()
    load: LoadResult | None = None
    detail: str = ""
    system: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    artifacts: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    host: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    commands: tuple[str, ...] = ()
    tests: PytestCounts | None = None
    notes: tuple[Note, ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """The digest of every file that the evidence rests on, by its path in the checkout."""
        beside = {path: digest for proof in self.proofs for path, digest in proof.together_with.items()}
        return beside | {proof.file: proof.sha256 for proof in self.proofs} | dict(self.artifacts)


def now() -> str:
    """Return the current time in UTC, to the second."""
    return written(datetime.now(UTC))


def changed(path: Path) -> str:
    """Return when a file was written, in UTC, to the second."""
    return written(datetime.fromtimestamp(path.stat().st_mtime, UTC))


def written(moment: datetime) -> str:
    """Return a moment of UTC as evidence and reports have it, to the second."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def file_of(gate: str, system: str | None, folder: Path = EVIDENCE) -> Path:
    """Return the file of a gate's evidence about a system, or of a gate of the house."""
    return (folder / system if system else folder) / f"{gate}.json"


def listing_of(gate: str, system: str | None, folder: Path = EVIDENCE) -> Path:
    """Return the file that lists the inputs of a gate's evidence, for `sha256sum --check`."""
    return file_of(gate, system, folder).with_suffix(".inputs")


def mark_of(gate: str, system: str | None, folder: Path) -> Path:
    """Return the file of what a gate that passed notes beside its evidence."""
    return file_of(gate, system, folder).with_suffix(".mark")


def forget(gate: str, system: str | None, folder: Path = EVIDENCE) -> None:
    """Remove a gate's mark: its evidence is not kept, but made again."""
    mark_of(gate, system, folder).unlink(missing_ok=True)


def write(evidence: Evidence, folder: Path = EVIDENCE, inputs: Inputs | None = None) -> Path:
    """Write the evidence, the listing of its inputs and its rows of the manifest; each file in one step."""
    path, listing = (of(evidence.gate, evidence.system, folder) for of in (file_of, listing_of))
    text, listed = json.dumps(asdict(evidence), indent=1), (inputs or Inputs({})).listing
    with manifest.locked(folder):
        manifest.atomically(path, text)
        manifest.atomically(listing, listed)
        own = {label_of(file): digest_of(file) for file in (path, listing)}
        manifest.replace(folder, evidence.gate, evidence.system, {**evidence.files, **own})
    return path


def remove(gate: str, system: str | None, folder: Path = EVIDENCE) -> None:
    """Delete a gate's evidence before it runs: one that is stopped has not run."""
    forget(gate, system, folder)
    with manifest.locked(folder):
        for of in (file_of, listing_of):
            of(gate, system, folder).unlink(missing_ok=True)
        manifest.replace(folder, gate, system, {})


def label_of(path: Path) -> str:
    """Return a file's path in the checkout; as it is if it is elsewhere."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def parse(text: str, path: Path) -> Evidence:
    """Return the evidence in a file's text; UserError when it does not hold that of its gate."""
    try:
        evidence = _evidence(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UserError(f"{label_of(path)} is not a readable evidence file") from None
    if evidence.gate != path.stem or evidence.system not in (None, path.parent.name):
        of = f" of {evidence.system}" if evidence.system else ""
        raise UserError(f"{label_of(path)} holds the evidence of gate `{evidence.gate}`{of}")
    return evidence


def read(path: Path) -> Evidence:
    """Read one gate's evidence; UserError when the file does not hold it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise UserError(f"{label_of(path)} is not a readable evidence file") from None
    return parse(text, path)


def _evidence(data: dict[str, Any]) -> Evidence:
    mutants, load, tests = data.pop("mutants"), data.pop("load", None), data.pop("tests", None)
    found = Evidence(
        proofs=_each(_proof, data.pop("proofs")),
        tool_findings=_each(lambda item: ToolFinding(**item), data.pop("tool_findings")),
        mutants=Mutants(survivors=tuple(mutants.pop("survivors")), **mutants) if mutants else None,
        faults=_each(lambda item: Fault(**item), data.pop("faults", [])),
        load=load_results.from_json(load) if load else None,
        places=_each(lambda item: Place(**item), data.pop("places", [])),
        tests=PytestCounts(**tests) if tests else None,
        commands=tuple(data.pop("commands", ())),
        notes=_each(lambda item: Note(names=tuple(item.pop("names")), **item), data.pop("notes", [])),
        **data,
    )
    faults = ((fault.accepted, fault.lost, fault.duplicates) for fault in found.faults)
    if not has_type(found, Evidence) or found.seconds < 0 or any(count < 0 for counts in faults for count in counts):
        raise ValueError("a value of another type, or a count below zero")
    for time in (found.started, *(proof.time for proof in found.proofs if proof.time)):
        datetime.fromisoformat(time)
    return found


def _proof(item: dict[str, Any]) -> Proof:
    passed = {policy: tuple(found) for policy, found in item.pop("passed", {}).items()}
    return Proof(findings=_each(lambda finding: Finding(**finding), item.pop("findings")), passed=passed, **item)


def _each(make: Callable[[Any], Item], items: list[Any]) -> tuple[Item, ...]:
    return tuple(make(item) for item in items)
