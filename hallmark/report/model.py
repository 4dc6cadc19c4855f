"""The data of a report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from hallmark.evidence import Fault, Fidelity, Finding, Kind, Mutants, Outcome, Place, PytestCounts, Target, ToolFinding
from hallmark.evidence.load_result import LoadResult
from hallmark.faults import FaultSpec
from hallmark.fidelity import Behaviour
from hallmark.observe.unread import Unread
from hallmark.report import standing
from hallmark.report.standing import Ground, Standing, Verdict
from hallmark.waivers import Waiver

# The outcome of a proof in the report: a gate passes one whose findings are all waived.
Seen = Literal["failed", "waived", "passed"]


@dataclass(frozen=True)
class Asked:
    """A kind of proof that a control asks for, and why only AWS can give it, if so."""

    kind: Kind
    needs_aws: str | None = None


@dataclass(frozen=True)
class Control:
    """A control of the catalogue; `file` and `line` are its place, `rests_on` is what the emulator must do for it."""

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
    rests_on: tuple[Behaviour, ...] = ()


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

    `commands`, one after the other, produce the missing proof. `proved_on` is the ground of a proved kind.
    """

    kind: Kind
    verdict: Verdict
    reason: str = ""
    commands: tuple[str, ...] = ()
    proved_on: Ground | None = None

    @property
    def standing(self) -> Standing:
        return standing.of(self.verdict, self.proved_on)


@dataclass(frozen=True)
class ControlReport:
    """A control's verdict, by kind of proof, with all its proofs; `figures` are measured, with their conditions."""

    control: Control
    verdict: Verdict
    kinds: tuple[KindState, ...]
    proofs: tuple[ProofRow, ...]
    waived_by: tuple[Waiver, ...] = ()
    figures: tuple[str, ...] = ()

    @property
    def proved_on(self) -> Ground | None:
        """The weakest ground of the kinds of proof; None unless the control is proved."""
        return standing.weakest(state.proved_on for state in self.kinds) if self.verdict == "proved" else None

    @property
    def standing(self) -> Standing:
        return standing.of(self.verdict, self.proved_on)

    @property
    def limits(self) -> tuple[Behaviour, ...]:
        """What the verdict rests on that the emulator does otherwise than AWS, or not at all."""
        return tuple(one for one in self.control.rests_on if standing.is_limit(one) and self._on_emulator(one))

    def _on_emulator(self, behaviour: Behaviour) -> bool:
        """Return whether nothing but the emulator has shown the behaviour to this control."""
        if all(asked.kind == "template" for asked in self.control.asked):
            return False
        grounds = {state.proved_on for state in self.kinds if standing.is_about(behaviour, state.kind)}
        targets = {row.target for row in self.proofs if standing.is_about(behaviour, row.kind)} - {"none"}
        if grounds == {"aws"} or targets == {"aws"}:
            return False
        return bool(grounds or targets) or self.proved_on != "aws"

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
class NoteRow:
    """A resource of a type that no policy knows, which names a resource of ours; `gate` is whose policies looked."""

    gate: str
    resource: str
    type: str
    names: str
    text: str


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
    unread: tuple[Unread, ...] = ()
    notes: tuple[NoteRow, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What fails the run beside controls, a line each: gates first, because most results depend on them."""
        return (*self.gate_problems, *self.run.problems)

    @property
    def targets(self) -> tuple[Target, ...]:
        """The kinds of stage that proofs come from: embedded, aws, or both."""
        found = {row.target for item in self.controls for row in item.proofs}
        both: tuple[Target, ...] = ("embedded", "aws")
        return tuple(target for target in both if target in found)

    @property
    def reads_stages(self) -> bool:
        """Whether a control asks for a proof from what is read back of a stage."""
        return any(asked.kind == "observed" for item in self.controls for asked in item.control.asked)

    @property
    def read_from(self) -> Target:
        """The kind of stage that was read back; the emulator if none was, or any was one."""
        found = {row.target for item in self.controls for row in item.proofs if row.kind == "observed"}
        return "aws" if found == {"aws"} else "embedded"

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
        return {verdict: sum(1 for c in self.controls if c.verdict == verdict) for verdict in standing.LISTED}

    @property
    def standings(self) -> dict[Standing, int]:
        """The counts, proved controls by what they rest on."""
        return {one: sum(1 for c in self.controls if c.standing == one) for one in standing.STANDINGS}

    @property
    def proved_on(self) -> dict[Ground, int]:
        """How many proved controls rest on what."""
        return {ground: self.standings[standing.of("proved", ground)] for ground in standing.GROUNDS}

    @property
    def limits(self) -> dict[Behaviour, tuple[str, ...]]:
        """Each limit of the emulator once, absent behaviours first, with the controls that rest on it."""
        found: dict[Behaviour, list[str]] = {}
        for item in self.listed():
            for limit in item.limits:
                found.setdefault(limit, []).append(item.control.id)
        return {limit: tuple(found[limit]) for limit in sorted(found, key=standing.worst_first)}

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
        """Return the controls in the order of `STANDINGS`, then of the catalogue."""
        return sorted(self.controls, key=lambda control: standing.STANDINGS.index(control.standing))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
