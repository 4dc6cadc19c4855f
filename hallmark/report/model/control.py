"""A control with its proofs, and the verdict on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from hallmark.evidence import Fidelity, Finding, Kind, Target
from hallmark.fidelity import Behaviour
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
    """A proof with the gate, target and time (UTC) of its evidence; `waivers` are its findings'.

    `together_with` are the digests of the other templates of its stage, by their paths; `passed` are by policy the
    resources that it found nothing wrong with.
    """

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
    together_with: Mapping[str, str] = field(default_factory=dict)
    passed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def waiver_of(self, finding: Finding) -> Waiver | None:
        """Return the waiver that covers one of the proof's findings, if any."""
        return self.waivers[self.findings.index(finding)]

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """The findings that no waiver covers."""
        return tuple(f for f, waiver in zip(self.findings, self.waivers, strict=True) if waiver is None)


def findings_of(proofs: Iterable[ProofRow]) -> tuple[tuple[ProofRow, Finding], ...]:
    """Return every finding of the proofs once: by artifact, resource and path, without those that say less."""
    rows = tuple(proofs)
    distinct: dict[tuple[str, str, str], tuple[ProofRow, Finding]] = {}
    rich = {(row.artifact, f.resource) for row in rows for f in row.findings if f.path or f.found}
    for row in rows:
        for finding in row.findings:
            if finding.path or finding.found or (row.artifact, finding.resource) not in rich:
                distinct.setdefault((row.artifact, finding.resource, finding.path), (row, finding))
    return tuple(distinct.values())


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
        return findings_of(self.proofs)

    @property
    def open_findings(self) -> tuple[tuple[ProofRow, Finding], ...]:
        """The findings that no waiver covers."""
        return tuple((row, finding) for row, finding in self.findings if not row.waiver_of(finding))
