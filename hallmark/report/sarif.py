"""report.sarif: the findings for code scanning, in SARIF 2.1.0.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from hallmark import __doc__ as about
from hallmark.evidence import Finding, ToolFinding
from hallmark.report import legend
from hallmark.report.model import ControlReport, ProofRow, Report
from hallmark.report.standing import LABELS, label
from hallmark.report.tally import tally

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SEVERITY = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
LineOf = Callable[[str, str], int]


def render(report: Report, line_of: LineOf) -> str:
    """Return what is not proved as SARIF; `line_of(artifact, resource)` returns a resource's first line."""
    tool_rules = sorted({finding.rule: finding for finding in report.tool_findings}.items())
    rules = [*(_rule(item) for item in report.controls), *(_tool_rule(finding) for _, finding in tool_rules)]
    results = [*_control_results(report, line_of), *(_tool_result(report, item) for item in report.tool_findings)]
    run = {
        "tool": {"driver": {"name": "Hallmark", "fullDescription": {"text": about or "Hallmark"}, "rules": rules}},
        "automationDetails": {"id": f"hallmark/{report.run.system}/"},
        "columnKind": "unicodeCodePoints",
        "properties": _properties(report),
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _properties(report: Report) -> dict[str, Any]:
    return {
        "counts": report.counts,
        "tally": tally(report),
        "uncommittedChanges": report.run.uncommitted,
        "problems": list(report.problems),
        "provedOn": report.proved_on,
        "legend": legend.words(),
        "unread": [f"{row.what}: {row.reason}" for row in report.unread],
        "notes": [note.text for note in report.notes],
    }


def _rule(item: ControlReport) -> dict[str, Any]:
    """Return a control as a rule; its properties hold the verdict, because a proved control has no result."""
    control = item.control
    tags = [f"{name} {number}" for name, numbers in control.frameworks.items() for number in numbers]
    limits = [legend.sentence(limit) for limit in item.limits]
    texts = [control.why, f"Fix: {control.fix}", f"Verdict: {LABELS[item.standing]}.", *item.figures]
    if limits:
        texts.append("Limits of the emulator:\n" + "\n".join(f"- {text}" for text in limits))
    about: dict[str, Any] = {"tags": tags, "security-severity": _SEVERITY.get(control.severity, "5.0")}
    about |= {"verdict": item.verdict, "provedOn": item.proved_on, "label": LABELS[item.standing]}
    return {
        "id": control.id,
        "name": control.id,
        "shortDescription": {"text": control.title},
        "fullDescription": {"text": control.statement},
        "help": {"text": "\n\n".join(texts)},
        "properties": {**about, "figures": list(item.figures), "limits": limits},
    }


def _tool_rule(finding: ToolFinding) -> dict[str, Any]:
    return {"id": finding.rule, "name": finding.rule, "shortDescription": {"text": f"{finding.tool} {finding.rule}"}}


def _control_results(report: Report, line_of: LineOf) -> Iterator[dict[str, Any]]:
    for item in report.controls:
        yield from (_finding(item, row, finding, line_of) for row, finding in item.findings)
        if item.verdict != "proved" and not (item.findings and item.verdict in ("failed", "waived")):
            level = "error" if item in report.failing else "note"
            message = f"{label(item.verdict)}: {item.reason}".removesuffix(".")
            text = f"{item.control.id} {message}. {item.fix}".rstrip()
            yield _result(item.control.id, level, text, item.control.file, item.control.line)


def _finding(item: ControlReport, row: ProofRow, finding: Finding, line_of: LineOf) -> dict[str, Any]:
    place = f"{finding.resource} {finding.path}".strip()
    message = f"{item.control.id}: {place}: found {finding.found or 'a violation'}"
    text = f"{message}; wanted {finding.wanted or item.control.statement}. Fix: {finding.fix or item.control.fix}"
    file = row.artifact.partition("::")[0]
    result = _result(item.control.id, "error", text, file, line_of(file, finding.resource))
    result["locations"][0]["logicalLocations"] = [
        {"name": finding.resource, "fullyQualifiedName": place.replace(" ", "."), "kind": "resource"}
    ]
    waiver = row.waiver_of(finding)
    if waiver:
        result["suppressions"] = [{"kind": "external", "justification": waiver.reason}]
    return result


def _tool_result(report: Report, finding: ToolFinding) -> dict[str, Any]:
    text = f"{finding.rule}: {finding.resource}: {finding.message}"
    result = _result(finding.rule, "error", text, finding.file, finding.line)
    if finding.waived_by:
        reason = next((r.waiver.reason for r in report.waivers if r.waiver.where == finding.waived_by), "waived")
        result["suppressions"] = [{"kind": "external", "justification": reason}]
    return result


def _result(rule: str, level: str, text: str, file: str, line: int) -> dict[str, Any]:
    region = {"startLine": max(line, 1)}
    physical = {"artifactLocation": {"uri": file, "uriBaseId": "%SRCROOT%"}, "region": region}
    return {"ruleId": rule, "level": level, "message": {"text": text}, "locations": [{"physicalLocation": physical}]}
