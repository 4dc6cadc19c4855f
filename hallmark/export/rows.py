"""One row for each thing that was judged, by whom, with which result: the base of the other forms."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from hallmark.evidence import Finding, ToolFinding
from hallmark.export.resources import UNKNOWN, Known, Resources
from hallmark.report.model import ControlReport, ProofRow, Report
from hallmark.waivers import Waiver
from policies.engine.finding import TEMPLATE

Result = Literal["failed", "waived", "unproven", "needs AWS", "note", "passed"]
_STATES: dict[str, Result] = {"unproven": "unproven", "needs-aws": "needs AWS"}


@dataclass(frozen=True)
class Row:
    """A result about a resource, or about what a proof is made of where it names none.

    `control` is the id of ours, or the rule of the tool that `policy` names; `evidence` is a file of the checkout or a
    test, `sha256` its file's digest, `gates` are those that came to the same result, `time` is in UTC.
    """

    system: str
    control: str
    result: Result
    stage: str = ""
    title: str = ""
    severity: str = ""
    policy: str = ""
    resource: str = ""
    known: Known = UNKNOWN
    path: str = ""
    message: str = ""
    fix: str = ""
    kind: str = ""
    gates: tuple[str, ...] = ()
    target: str = ""
    evidence: str = ""
    sha256: str = ""
    time: str = ""
    frameworks: tuple[str, ...] = ()
    waiver: Waiver | None = None


def rows(report: Report, resources: Resources) -> list[Row]:
    """Return the rows of a report in its order: controls, findings of tools, notes."""
    made = [row for item in report.controls for row in _of_control(report.run.system, item, resources)]
    made += [_of_tool(report, finding, resources) for finding in report.tool_findings]
    return _merged([*made, *_notes(report, resources)])


def ended(report: Report) -> str:
    """Return when the last of a report's evidence was made, in UTC; of a report without any, when it was."""
    times = [gate.started for gate in report.gates if gate.started]
    return max([*times, *(row.time for item in report.controls for row in item.proofs)], default=report.run.generated)


def _of_control(system: str, item: ControlReport, resources: Resources) -> Iterator[Row]:
    control = item.control
    named = tuple(f"{name} {number}" for name, numbers in control.frameworks.items() for number in numbers)
    blank = Row(system, control.id, "passed", title=control.title, severity=control.severity, frameworks=named)
    said: set[tuple[str, str]] = set()
    # First those that say of which resources they are.
    for proof in sorted(item.proofs, key=lambda one: not (one.findings or one.passed)):
        own = replace(
            blank,
            kind=proof.kind,
            stage=proof.stage or "",
            gates=(proof.gate,),
            target=proof.target,
            evidence=proof.artifact,
            sha256=proof.sha256,
            time=proof.time,
        )
        yield from (_finding(own, item, proof, finding, resources) for finding in proof.findings)
        for policy, passed in proof.passed.items():
            yield from (_about(replace(own, policy=policy), name, resources) for name in passed)
        if not proof.findings and not proof.passed and (proof.kind, proof.artifact) not in said:
            yield replace(own, result=proof.outcome, message=proof.detail, fix=_fix(item, proof.outcome))
        said.add((proof.kind, proof.artifact))
    for state in item.kinds:
        if state.verdict in _STATES:
            do = ", then ".join(state.commands)
            yield replace(blank, result=_STATES[state.verdict], kind=state.kind, message=state.reason, fix=do)


def _finding(own: Row, item: ControlReport, proof: ProofRow, finding: Finding, resources: Resources) -> Row:
    waiver = proof.waiver_of(finding)
    return replace(
        _about(own, finding.resource, resources),
        result="waived" if waiver else "failed",
        policy=finding.policy,
        path=finding.path,
        message=f"found {finding.found or 'a violation'}; wanted {finding.wanted or item.control.statement}",
        fix=finding.fix or item.control.fix,
        waiver=waiver,
    )


def _about(row: Row, resource: str, resources: Resources) -> Row:
    known = UNKNOWN if resource == TEMPLATE else resources.of(row.evidence, resource)
    return replace(row, resource=resource, known=known)


def _fix(item: ControlReport, outcome: str) -> str:
    return item.control.fix if outcome == "failed" else ""


def _of_tool(report: Report, finding: ToolFinding, resources: Resources) -> Row:
    waiver = next((row.waiver for row in report.waivers if row.waiver.where == finding.waived_by), None)
    gate = next((gate for gate in report.gates if gate.name == finding.tool), None)
    stack = finding.file.rpartition("/")[2].removesuffix(".template.json").removeprefix("hallmark-")
    row = Row(
        report.run.system,
        finding.rule,
        "waived" if finding.waived_by else "failed",
        stage=resources.stage_of(finding.file),
        title=finding.message,
        policy=finding.tool,
        message=finding.message,
        gates=(finding.tool,),
        target=gate.target if gate else "none",
        evidence=finding.file,
        sha256=report.run.templates.get(stack, ""),
        time=gate.started if gate else "",
        waiver=waiver,
    )
    return _about(row, finding.resource, resources)


def _notes(report: Report, resources: Resources) -> Iterator[Row]:
    started = {gate.name: gate.started for gate in report.gates}
    for note in report.notes:
        file, time = note.template, started.get(note.gate, "")
        stage, title = resources.stage_of(file), "A resource that no policy judges"
        row = Row(report.run.system, "", "note", stage, title, "low", message=note.text, evidence=file, time=time)
        yield _about(replace(row, gates=(note.gate,)), note.resource, resources)


def _merged(made: Iterable[Row]) -> list[Row]:
    """Return rows with the same result of the same thing once, with the gates of all."""
    found: dict[Row, list[Row]] = {}
    for row in made:
        found.setdefault(replace(row, gates=(), time="", target=""), []).append(row)
    return [
        replace(same[0], gates=tuple(sorted({gate for row in same for gate in row.gates}))) for same in found.values()
    ]
