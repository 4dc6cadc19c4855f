"""What a report is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from hallmark.evidence import Fault, Fidelity, Finding, Kind, Mutants, Outcome, Target, ToolFinding
from hallmark.evidence.load_result import LoadResult
from hallmark.faults import FaultSpec
from hallmark.waivers import Waiver

Verdict = Literal["failed", "unproven", "needs-aws", "waived", "proved"]
# What the report makes of a proof: a gate passes one whose findings are all waived.
Seen = Literal["failed", "waived", "passed"]
# The worst verdict of a control's kinds of proof is the control's.
WORST_FIRST: tuple[Verdict, ...] = ("failed", "unproven", "needs-aws", "waived", "proved")
# needs-aws comes first where verdicts are listed: it is what a reader of a green run must know.
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
    """What the report needs of a control of the catalogue; `file` and `line` say where it stands."""

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
    """A proof with the gate, the target and the time (UTC) that its evidence names; `waivers` are its findings'."""

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
        """The waiver that covers one of the proof's findings, if there is one."""
        return self.waivers[self.findings.index(finding)]

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """The findings that no waiver covers."""
        return tuple(f for f, waiver in zip(self.findings, self.waivers, strict=True) if waiver is None)


@dataclass(frozen=True)
class KindState:
    """What one kind of proof says about a control; `reason` is empty where the control is proved.

    `commands`, one after the other, make the proof that is missing.
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
        """Why the verdict is not proved, in one line."""
        return "; ".join(dict.fromkeys(state.reason for state in self.kinds if state.verdict == self.verdict))

    @property
    def fix(self) -> str:
        """What to do: mend what failed, or run what proves the rest; empty where nothing is to be done."""
        if self.verdict == "failed":
            return self.control.fix
        commands = (command for state in self.kinds if state.verdict == self.verdict for command in state.commands)
        told = ", then ".join(f"`{command}`" for command in dict.fromkeys(commands))
        return f"Run {told}." if told else ""

    @property
    def findings(self) -> tuple[tuple[ProofRow, Finding], ...]:
        """Every finding once, the one that says most of a resource first."""
        told: dict[tuple[str, str, str], tuple[ProofRow, Finding]] = {}
        rich = {(row.artifact, f.resource) for row in self.proofs for f in row.findings if f.path or f.found}
        for row in self.proofs:
            for finding in row.findings:
                if finding.path or finding.found or (row.artifact, finding.resource) not in rich:
                    told.setdefault((row.artifact, finding.resource, finding.path), (row, finding))
        return tuple(told.values())

    @property
    def open_findings(self) -> tuple[tuple[ProofRow, Finding], ...]:
        """Those that no waiver covers."""
        return tuple((row, finding) for row, finding in self.findings if not row.waiver_of(finding))


@dataclass(frozen=True)
class GateRow:
    """How a gate ended; `outcome` is `refused` or `missing` where its evidence does not count."""

    name: str
    outcome: str
    seconds: float | None
    started: str = ""
    detail: str = ""


@dataclass(frozen=True)
class WaiverRow:
    """A waiver, how many findings it covered, and today, which days are counted from."""

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
    """A fault of the table and what was observed under it; None where it was not tried on this target."""

    spec: FaultSpec
    target: Target
    observed: Fault | None = None

    @property
    def outcome(self) -> str:
        """`passed`, `failed`, `missing`, or `not on AWS` where nobody can try it."""
        if self.observed is None:
            return "not on AWS" if self.target == "aws" and self.spec.embedded_only else "missing"
        survived = not self.observed.lost and self.observed.duplicates <= self.spec.duplicates
        return "passed" if survived else "failed"


@dataclass(frozen=True)
class Run:
    """What the report is about; `generated` in UTC, `problems` what fails the run beside gates and controls.

    `requirements` is how many the specification has, where the catalogue says so.
    """

    system: str
    commit: str
    target: Target
    generated: str
    templates: Mapping[str, str]
    problems: tuple[str, ...] = ()
    requirements: int | None = None


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
        """What fails the run beside controls, a line each: gates first, for without them little else can be told."""
        return (*self.gate_problems, *self.run.problems)

    @property
    def without_control(self) -> int:
        """How many requirements of the specification no control is about yet."""
        return (self.run.requirements or len(self.controls)) - len(self.controls)

    @property
    def scope(self) -> str:
        """What the report is about: its controls, and of how many requirements they are."""
        controls = _counted(len(self.controls), "control")
        return f"{controls} of {_counted(self.run.requirements, 'requirement')}" if self.run.requirements else controls

    @property
    def counts(self) -> dict[Verdict, int]:
        return {verdict: sum(1 for c in self.controls if c.verdict == verdict) for verdict in LISTED}

    @property
    def failing(self) -> tuple[ControlReport, ...]:
        """The controls that fail the run: failed and unproven ones, and on AWS those that needed it."""
        bad = {"failed", "unproven"} | ({"needs-aws"} if self.run.target == "aws" else set())
        return tuple(control for control in self.controls if control.verdict in bad)

    @property
    def outcome(self) -> Outcome:
        good = all(gate.outcome == "passed" for gate in self.gates)
        return "failed" if self.failing or self.run.problems or not good else "passed"

    def listed(self) -> list[ControlReport]:
        """The controls by verdict as `LISTED` orders them, then in the catalogue's order."""
        return sorted(self.controls, key=lambda control: LISTED.index(control.verdict))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
