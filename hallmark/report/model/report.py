"""A system's report."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hallmark.evidence import Finding, Mutants, Outcome, Target, ToolFinding
from hallmark.evidence.load_result import LoadResult
from hallmark.fidelity import Behaviour
from hallmark.report import standing
from hallmark.report.model.control import ControlReport, ProofRow
from hallmark.report.model.rows import FaultRow, GateRow, NoteRow, WaiverRow
from hallmark.report.standing import Ground, Standing, Verdict
from hallmark.revision import UNKNOWN
from hallmark.sources import Source, Sources, is_built
from hallmark.unread import Unread
from hallmark.wording import counted


@dataclass(frozen=True)
class Run:
    """The context of the report; `generated` in UTC, `problems` fail the run beside gates and controls.

    `requirements` is the number in the specification, if the catalogue gives it; `manifest` the SHA-256 of the manifest
    of all evidence, which stands for it. `command` began at `started` and made the report with this `version` of the
    tool; `repository` is the address of the checkout's, without credentials. All are empty where they are not known.
    """

    system: str
    commit: str
    target: Target
    generated: str
    templates: Mapping[str, str]
    problems: tuple[str, ...] = ()
    requirements: int | None = None
    manifest: str = ""
    command: str = ""
    started: str = ""
    repository: str = ""
    branch: str = ""
    version: str = ""

    @property
    def uncommitted(self) -> bool:
        """Whether the checkout held changes that no commit has."""
        return " dirty:" in self.commit

    @property
    def revision(self) -> str:
        """The commit in short, with what it does not cover, in words."""
        if self.commit == UNKNOWN:
            return "unknown: this is no checkout of git"
        return f"{self.commit[:12]}{' with uncommitted changes' if self.uncommitted else ''}"


@dataclass(frozen=True)
class Report:
    """The whole report of a system; `copies` are the files of its evidence that lie beside it, with their SHA-256."""

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
    sources: Sources = field(default_factory=Sources)
    copies: Mapping[str, str] = field(default_factory=dict)

    def source_of(self, item: ControlReport, row: ProofRow, resource: str) -> Source:
        """Return the line that an engineer edits: of the construct, else of the artifact, else of the control."""
        found = self.sources.of(row.artifact, resource)
        if found:
            return found
        file = row.artifact.partition("::")[0]
        return Source(item.control.file, item.control.line) if is_built(file) else Source(file)

    def source_of_tool(self, finding: ToolFinding) -> Source:
        """Return the line that an engineer edits for a tool's finding; the system's stack for an unknown template."""
        found = self.sources.of(finding.file, finding.resource)
        if found:
            return found
        own = Source(finding.file, max(finding.line, 1))
        return Source(f"infra/{self.run.system}/stack.py") if is_built(finding.file) else own

    def sources_of(self, item: ControlReport, finding: Finding) -> tuple[str, ...]:
        """Return the places of a finding, `file:line`, each once: it may be of several templates."""
        rows = (row for row, found in item.findings if found == finding)
        return tuple(dict.fromkeys(str(self.source_of(item, row, finding.resource)) for row in rows))

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
        controls = counted(len(self.controls), "control")
        return f"{controls} of {counted(self.run.requirements, 'requirement')}" if self.run.requirements else controls

    @property
    def counts(self) -> dict[Verdict, int]:
        return {verdict: sum(1 for c in self.controls if c.verdict == verdict) for verdict in standing.WORST_FIRST}

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
        """The controls that fail the run, the worst first: failed and unproven, and on AWS those that need AWS."""
        bad = {"failed", "unproven"} | ({"needs-aws"} if self.run.target == "aws" else set())
        return tuple(control for control in self.listed() if control.verdict in bad)

    @property
    def outcome(self) -> Outcome:
        good = self.gates and all(gate.outcome == "passed" for gate in self.gates)
        return "failed" if self.failing or self.run.problems or not good or not self.controls else "passed"

    def listed(self) -> list[ControlReport]:
        """Return the controls in the order of `STANDINGS`, then of the catalogue."""
        return sorted(self.controls, key=lambda control: standing.STANDINGS.index(control.standing))
