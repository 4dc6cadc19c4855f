"""The join of controls and evidence into a report."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hallmark.evidence import Evidence, Finding, Proof, Target
from hallmark.faults import FaultSpec
from hallmark.report import load_rows
from hallmark.report.fault_rows import fault_problems, fault_rows
from hallmark.report.gate_rows import gate_problems, gate_rows
from hallmark.report.model import Control, ControlReport, ProofRow, Report, Run, Seen, WaiverRow
from hallmark.report.note_rows import note_rows
from hallmark.report.ownership import is_anothers, of_system, owner_name
from hallmark.report.verdict import Judge
from hallmark.waivers import Waiver, Waivers


@dataclass(frozen=True)
class Facts:
    """The context of a report: a system of this tree, its templates and their stages, the current day (UTC).

    `others` are the template files of other systems, whose findings are not shown here; `manifest` is the SHA-256 of
    the manifest of all evidence.
    """

    system: str
    commit: str
    templates: Mapping[str, str]
    stages: frozenset[str]
    generated: str
    today: date
    requirements: int | None = None
    others: frozenset[str] = frozenset()
    manifest: str = ""


def join(
    facts: Facts,
    controls: Sequence[Control],
    evidence: Iterable[Evidence],
    waivers: Waivers,
    type_of: Callable[[str, str], str | None] = lambda artifact, resource: None,
    expected: Sequence[str] = (),
    faults: Sequence[FaultSpec] = (),
    refused: Mapping[str, str] | None = None,
) -> Report:
    """Return the report of verified evidence.

    `type_of` finds a resource's type in an artifact, `expected` names the gates that must have run, `faults` is the
    table of faults, all of which must have been tried, `refused` says by gate why its evidence does not count.
    """
    accepted = list(evidence)
    counted = [of_system(item, facts.system, facts.others) for item in accepted]
    judge = Judge(facts.system, facts.stages, facts.today)

    def waiver_of(proof: Proof, finding: Finding) -> Waiver | None:
        kind = type_of(proof.artifact, finding.resource)
        return waivers.find("control", proof.control, kind, finding.resource, proof.stage)

    rows = [row for item in counted for row in _rows(item, waiver_of)]
    loads = [item.load for item in counted if item.load]
    judged = [
        judge.judge(control, [row for row in rows if row.control == control.id], load_rows.figures(loads, control.id))
        for control in controls
    ]
    target = _target(counted)
    tried = fault_rows(faults, counted, target)
    gates = gate_rows(counted, refused or {}, expected)
    problems = (
        *([] if controls else [f"the catalogue of {facts.system} has no control: nothing can be proved"]),
        *_unused(waivers, facts.system, judged),
        *_strangers(rows, controls),
        *fault_problems(facts.system, tried, counted),
    )
    waived = [WaiverRow(w, _uses(w.where, counted, judged), facts.today) for w in waivers.entries]
    return Report(
        Run(
            facts.system,
            facts.commit,
            target,
            facts.generated,
            facts.templates,
            tuple(problems),
            facts.requirements,
            facts.manifest,
        ),
        gates,
        tuple(judged),
        tuple(row for row in waived if row.uses or not is_anothers(row.waiver, facts.system, facts.others, accepted)),
        next((item.mutants for item in counted if item.mutants), None),
        tuple(finding for item in counted for finding in item.tool_findings),
        tried,
        tuple(loads),
        tuple(gate_problems(gates)),
        notes=note_rows(counted),
    )


def _rows(item: Evidence, waiver_of: Callable[[Proof, Finding], Waiver | None]) -> list[ProofRow]:
    waived = [tuple(waiver_of(proof, finding) for finding in proof.findings) for proof in item.proofs]
    return [
        ProofRow(
            control=proof.control,
            kind=proof.kind,
            gate=item.gate,
            target=item.target,
            outcome=_seen(proof, found),
            fidelity=proof.fidelity,
            artifact=proof.artifact,
            sha256=proof.sha256,
            stage=proof.stage,
            time=proof.time or item.started,
            findings=proof.findings,
            detail=proof.detail,
            waivers=found,
            together_with=proof.together_with,
            passed=proof.passed,
        )
        for proof, found in zip(item.proofs, waived, strict=True)
    ]


def _seen(proof: Proof, found: tuple[Waiver | None, ...]) -> Seen:
    """Return the outcome by the current waivers: a gate passes a proof whose findings are all waived."""
    if not found:
        return proof.outcome
    return "waived" if all(found) else "failed"


def _target(counted: Iterable[Evidence]) -> Target:
    targets = {item.target for item in counted}
    return "aws" if "aws" in targets else "embedded" if "embedded" in targets else "none"


def _unused(waivers: Waivers, system: str, judged: Sequence[ControlReport]) -> Iterator[str]:
    used = {waiver.where for item in judged for waiver in item.waived_by}
    verdicts = {item.control.id: item.verdict for item in judged}
    ours = (one for one in waivers.entries if one.tool == "control" and owner_name(one.rule) in (None, system))
    for waiver in (one for one in ours if one.where not in used):
        if waiver.rule not in verdicts:
            yield f"{waiver.where}: there is no control {waiver.rule}: name one of the catalogue, or delete the waiver"
        # While proofs are missing, their findings are unknown.
        elif verdicts[waiver.rule] != "unproven":
            yield f"{waiver.where}: nothing needs the waiver of {waiver.rule} any more: delete it"


def _strangers(rows: Iterable[ProofRow], controls: Iterable[Control]) -> list[str]:
    known = {control.id for control in controls}
    strangers = {row.control: row for row in rows if row.control not in known}
    return [f"{row.artifact} proves {control}, which no catalogue has" for control, row in sorted(strangers.items())]


def _uses(where: str, counted: Iterable[Evidence], judged: Iterable[ControlReport]) -> int:
    by_tools = sum(1 for item in counted for finding in item.tool_findings if finding.waived_by == where)
    waivers = (row.waiver_of(finding) for item in judged for row, finding in item.findings)
    return by_tools + sum(1 for waiver in waivers if waiver and waiver.where == where)
