"""report.json: the report for programs."""

import json
from dataclasses import asdict
from typing import Any

from hallmark.report.model import ControlReport, FaultRow, Report, WaiverRow


def render(report: Report) -> str:
    """Return the report as JSON; keys may be added to its shape, never renamed."""
    mutants = report.mutants
    document = {
        "run": {**asdict(report.run), "outcome": report.outcome, "counts": report.counts},
        "gates": [asdict(gate) for gate in report.gates],
        "controls": [_control(control) for control in report.controls],
        "mutants": {name: getattr(mutants, name, None) for name in ("total", "killed")},
        "faults": [_fault(row) for row in report.faults],
        "load": [asdict(load) for load in report.loads],
        "waivers": [_waiver(row) for row in report.waivers],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _control(item: ControlReport) -> dict[str, Any]:
    keys = ("kind", "gate", "target", "outcome", "fidelity", "artifact", "sha256", "stage", "time")
    return {
        "id": item.control.id,
        "verdict": item.verdict,
        "title": item.control.title,
        "severity": item.control.severity,
        "reason": item.reason,
        "kinds": [asdict(state) for state in item.kinds],
        "proofs": [{key: getattr(row, key) for key in keys} for row in item.proofs],
        "findings": [{"artifact": row.artifact, **asdict(finding)} for row, finding in item.findings],
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
