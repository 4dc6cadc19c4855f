"""report.json: the report for programs."""

import json
from dataclasses import asdict
from typing import Any

from hallmark.evidence import Finding, ToolFinding
from hallmark.fidelity import Behaviour
from hallmark.report import fingerprint, legend
from hallmark.report.model import ControlReport, FaultRow, ProofRow, Report, WaiverRow
from hallmark.report.standing import LABELS
from hallmark.report.tally import tally

# Of the document's shape: another number where keys were renamed or mean something else.
FORMAT = "hallmark-report/1"


def render(report: Report) -> str:
    """Return the report as JSON; keys may be added to its shape, never renamed."""
    mutants = report.mutants
    document = {
        "format": FORMAT,
        "run": {
            **asdict(report.run),
            "uncommitted": report.run.uncommitted,
            "outcome": report.outcome,
            "counts": report.counts,
            "proved_on": report.proved_on,
        },
        "tally": tally(report),
        "gates": [asdict(gate) for gate in report.gates],
        "controls": [_control(report, control) for control in report.controls],
        "tool_findings": [_tool_finding(report, finding) for finding in report.tool_findings],
        "mutants": {name: getattr(mutants, name, None) for name in ("total", "killed")},
        "faults": [_fault(row) for row in report.faults],
        "load": [asdict(load) for load in report.loads],
        "waivers": [_waiver(row) for row in report.waivers],
        "limits": [{**_limit(limit), "controls": controls} for limit, controls in report.limits.items()],
        "unread": [asdict(row) for row in report.unread],
        "notes": [asdict(note) for note in report.notes],
        "copies": dict(report.copies),
        "legend": legend.words(),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _limit(limit: Behaviour) -> dict[str, str]:
    return {**asdict(limit), "limit": legend.limit(limit)}


def _control(report: Report, item: ControlReport) -> dict[str, Any]:
    about = ("kind", "gate", "target", "outcome", "fidelity", "artifact", "sha256", "together_with")
    keys = (*about, "stage", "time", "detail")
    return {
        "id": item.control.id,
        "verdict": item.verdict,
        "proved_on": item.proved_on,
        "label": LABELS[item.standing],
        "title": item.control.title,
        "severity": item.control.severity,
        "reason": item.reason,
        "figures": item.figures,
        "limits": [_limit(limit) for limit in item.limits],
        "kinds": [asdict(state) for state in item.kinds],
        "proofs": [{key: getattr(row, key) for key in keys} for row in item.proofs],
        "findings": [_finding(report, item, row, finding) for row, finding in item.findings],
    }


def _finding(report: Report, item: ControlReport, row: ProofRow, finding: Finding) -> dict[str, Any]:
    waiver = row.waiver_of(finding)
    return {
        "artifact": row.artifact,
        **asdict(finding),
        "source": str(report.source_of(item, row, finding.resource)),
        "fingerprint": fingerprint.of(item.control.id, row.artifact, finding),
        "waived_by": waiver.where if waiver else None,
        "gate": row.gate,
    }


def _tool_finding(report: Report, finding: ToolFinding) -> dict[str, Any]:
    return {
        **asdict(finding),
        "source": str(report.source_of_tool(finding)),
        "fingerprint": fingerprint.of_tool(finding),
    }


def _fault(row: FaultRow) -> dict[str, Any]:
    observed = row.observed
    counts = ("seen", "accepted", "lost", "duplicates")
    values = {key: getattr(observed, key) if observed else None for key in counts}
    spec = row.spec.model_dump(exclude={"duplicates"})
    return {**spec, "duplicates_allowed": row.spec.duplicates, "outcome": row.outcome, **values}


def _waiver(row: WaiverRow) -> dict[str, Any]:
    waiver = row.waiver
    scope = {name: value for name, value in asdict(waiver.scope).items() if value is not None}
    plain = {name: getattr(waiver, name) for name in ("rule", "tool", "reason", "owner", "where")}
    deadlines = [{"what": what, "day": day.isoformat(), "days": days} for what, day, days in row.deadlines]
    expiry = {"expires": waiver.expires.isoformat(), "days_left": row.days_left}
    return {**plain, "scope": scope, **expiry, "uses": row.uses, "deadlines": deadlines}
