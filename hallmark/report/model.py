"""The data of a report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from hallmark.evidence import Fault, Fidelity, Finding, Kind, Mutants, Outcome, Place, PytestCounts, Target, ToolFinding
from hallmark.evidence.load_result import LoadResult
from hallmark.faults import FaultSpec
from hallmark.waivers import Waiver

Verdict = Literal["failed", "unproven", "needs-aws", "waived", "proved"]
# The outcome of a proof in the report: a gate passes one whose findings are all waived.
Seen = Literal["failed", "waived", "passed"]
# A control's verdict is the worst of its kinds of proof.
WORST_FIRST: tuple[Verdict, ...] = ("failed", "unproven", "needs-aws", "waived", "proved")
# needs-aws comes first where verdicts are listed: a reader of a passed run must see it.
LISTED: tuple[Verdict, ...] = ("needs-aws", "failed", "unproven", "waived", "proved")
LABELS: Mapping[Verdict, str] = {
    "failed": "Failed",
    "unproven": "Unproven",
    "needs-aws": "Needs AWS",
    "waived": "Waived",
    "proved": "Proved",
}


@dataclass(frozen=True)
class Asked:
    """A kind of proof that a control asks for, and why only AWS can give it, if so."""

    kind: Kind
    needs_aws: str | None = None


@dataclass(frozen=True)
class Control:
    """A control of the catalogue; `file` and `line` are its place."""

    id: str
    title: str
    statement: str
    severity: str
    why: str
    fix: str
    frameworks: Mapping[str, tuple[str, ...]]
    asked: tuple[Asked, ...]
    file: str
    line: int = 1


@dataclass(frozen=True)
class ProofRow:
    """A proof with the gate, target and time (UTC) of its evidence; `waivers` are its findings'."""

    control: str
    kind: Kind
    gate: str
    target: Target
    outcome: Seen
    fidelity: Fidelity | None
    artifact: str
    sha256: str
    stage: str | None
    time: str
    findings: tuple[Finding, ...] = ()
    detail: str = ""
    waivers: tuple[Waiver | None, ...] = ()

    def waiver_of(self, finding: Finding) -> Waiver | None:
        """Return the waiver that covers one of the proof's findings, if any."""
        return self.waivers[self.findings.index(finding)]

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """The findings that no waiver covers."""
        return tuple(f for f, waiver in zip(self.findings, self.waivers, strict=True) if waiver is None)


@dataclass(frozen=True)
class KindState:
    """The result of one kind of proof for a control; `reason` is empty where the control is proved.

    `commands`, one after the other, produce the missing proof.
    """

    kind: Kind
    verdict: Verdict
    reason: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class ControlReport:
    """A control's verdict, by kind of proof, with all its proofs."""

    control: Control
    verdict: Verdict
    kinds: tuple[KindState, ...]
    proofs: tuple[ProofRow, ...]
    waived_by: tuple[Waiver, ...] = ()

    @property
    def reason(self) -> str:
        """Why the control is not proved, in one line."""
        return "; ".join(dict.fromkeys(state.reason for state in self.kinds if state.verdict == self.verdict))

    @property
    def fix(self) -> str:
        """The fix of a failure, or the commands of the missing proofs; empty where there is nothing to do."""
        if self.verdict == "failed":
            return self.control.fix
        commands = (command for state in self.kinds if state.verdict == self.verdict for command in state.commands)
        sequence = ", then ".join(f"`{command}`" for command in dict.fromkeys(commands))
        return f"Run {sequence}." if sequence else ""

    @property
    def findings(self) -> tuple[tuple[ProofRow, Finding], ...]:
        """Every finding once, the most detailed one of a resource first."""
        distinct: dict[tuple[str, str, str], tuple[ProofRow, Finding]] = {}
        rich = {(row.artifact, f.resource) for row in self.proofs for f in row.findings if f.path or f.found}
        for row in self.proofs:
            for finding in row.findings:
                if finding.path or finding.found or (row.artifact, finding.resource) not in rich:
                    distinct.setdefault((row.artifact, finding.resource, finding.path), (row, finding))
        return tuple(distinct.values())

    @property
    def open_findings(self) -> tuple[tuple[ProofRow, Finding], ...]:
        """The findings that no waiver covers."""
        return tuple((row, finding) for row, finding in self.findings if not row.waiver_of(finding))


@dataclass(frozen=True)
class GateRow:
    """The outcome of a gate; `refused` or `missing` where there is no valid evidence.

    With evidence: who ran it where, with which versions of tools, on which stages, and the digests of its inputs.
    """

    name: str
    outcome: str
    seconds: float | None
    started: str = ""
    detail: str = ""
    commit: str = ""
    user: str = ""
    host: str = ""
    target: Target = "none"
    versions: Mapping[str, str] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    tests: PytestCounts | None = None
    commands: tuple[str, ...] = ()
    notes: tuple[Any, ...] = ()

    @property
    def made_by(self) -> str:
        """Who ran it where, and with what, in one line."""
        tools = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return " · ".join(filter(None, (f"{self.user}@{self.host}" if self.user else "", tools)))


@dataclass(frozen=True)
class WaiverRow:
    """A waiver, the number of findings it covered, and the current day."""

    waiver: Waiver
    uses: int
    today: date

    @property
    def days_left(self) -> int:
        return (self.waiver.expires - self.today).days

    @property
    def deadlines(self) -> tuple[tuple[str, date, int], ...]:
        return tuple((what, day, (day - self.today).days) for what, day in self.waiver.deadlines)


@dataclass(frozen=True)
class FaultRow:
    """A fault of the table and the observations under it; None where it was not tried on this target."""

    spec: FaultSpec
    target: Target
    observed: Fault | None = None

    @property
    def outcome(self) -> str:
        """`passed`, `failed`, `missing`, or `not on AWS` where it cannot be tried."""
        if self.observed is None:
            return "not on AWS" if self.target == "aws" and self.spec.embedded_only else "missing"
        survived = not self.observed.lost and self.observed.duplicates <= self.spec.duplicates
        return "passed" if survived else "failed"


@dataclass(frozen=True)
class Run:
    """The context of the report; `generated` in UTC, `problems` fail the run beside gates and controls.

    `requirements` is the number in the specification, if the catalogue gives it; `manifest` the SHA-256 of the manifest
    of all evidence, which stands for it.
    """

    system: str
    commit: str
    target: Target
    generated: str
    templates: Mapping[str, str]
    problems: tuple[str, ...] = ()
    requirements: int | None = None
    manifest: str = ""


@dataclass(frozen=True)
class Report:
    """The whole report of a system."""

    run: Run
    gates: tuple[GateRow, ...]
    controls: tuple[ControlReport, ...]
    waivers: tuple[WaiverRow, ...] = ()
    mutants: Mutants | None = None
    tool_findings: tuple[ToolFinding, ...] = ()
    faults: tuple[FaultRow, ...] = ()
    loads: tuple[LoadResult, ...] = ()
    gate_problems: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What fails the run beside controls, a line each: gates first, because most results depend on them."""
        return (*self.gate_problems, *self.run.problems)

    @property
    def without_control(self) -> int:
        """The number of requirements without a control."""
        return (self.run.requirements or len(self.controls)) - len(self.controls)

    @property
    def scope(self) -> str:
        """The scope of the report: its controls, and the number of requirements."""
        controls = _counted(len(self.controls), "control")
        return f"{controls} of {_counted(self.run.requirements, 'requirement')}" if self.run.requirements else controls

    @property
    def counts(self) -> dict[Verdict, int]:
        return {verdict: sum(1 for c in self.controls if c.verdict == verdict) for verdict in LISTED}

    @property
    def failing(self) -> tuple[ControlReport, ...]:
        """The controls that fail the run: failed and unproven ones, and on AWS those that need AWS."""
        bad = {"failed", "unproven"} | ({"needs-aws"} if self.run.target == "aws" else set())
        return tuple(control for control in self.controls if control.verdict in bad)

    @property
    def outcome(self) -> Outcome:
        good = self.gates and all(gate.outcome == "passed" for gate in self.gates)
        return "failed" if self.failing or self.run.problems or not good or not self.controls else "passed"

    def listed(self) -> list[ControlReport]:
        """Return the controls by verdict in the order of `LISTED`, then of the catalogue."""
        return sorted(self.controls, key=lambda control: LISTED.index(control.verdict))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
