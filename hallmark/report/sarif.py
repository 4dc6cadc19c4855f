"""report.sarif: the findings for code scanning, in SARIF 2.1.0, within what GitHub takes.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html,
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from hallmark.evidence import Finding, ToolFinding
from hallmark.report import fingerprint, sarif_run
from hallmark.report.model import ControlReport, ProofRow, Report
from hallmark.report.sarif_rules import rules_of, weight
from hallmark.report.standing import label
from hallmark.sources import Source

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# GitHub shows no more of a run, and no more lines of a result.
MOST_RESULTS, MOST_RELATED = 5000, 100


def render(report: Report) -> str:
    """Return what is not proved as SARIF, each at the line of the source that made the resource."""
    rules = rules_of(report)
    places = {rule["id"]: place for place, rule in enumerate(rules)}
    results = [*_control_results(report), *(_tool_result(report, item) for item in report.tool_findings)]
    # The gravest first: what is over the bound is cut from the end.
    results.sort(key=lambda one: ("suppressions" in one, -weight(rules[places[one["ruleId"]]])))
    cut = results[MOST_RESULTS:]
    run = sarif_run.about(report, rules, len(cut))
    run["results"] = [{**one, "ruleIndex": places[one["ruleId"]]} for one in results[:MOST_RESULTS]]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _control_results(report: Report) -> Iterator[dict[str, Any]]:
    for item in report.controls:
        yield from (_finding(report, item, row, finding) for row, finding in item.findings)
        if item.verdict != "proved" and not (item.findings and item.verdict in ("failed", "waived")):
            control = item.control
            level = "error" if item in report.failing else "note"
            message = f"{label(item.verdict)}: {item.reason}".removesuffix(".")
            text = f"{control.id} {message}. {item.fix}".rstrip()
            identity = fingerprint.of_control(control.id, item.verdict)
            yield _result(control.id, level, text, Source(control.file, control.line), identity)


def _finding(report: Report, item: ControlReport, row: ProofRow, finding: Finding) -> dict[str, Any]:
    place = f"{finding.resource} {finding.path}".strip()
    message = f"{item.control.id}: {place}: found {finding.found or 'a violation'}"
    text = f"{message}; wanted {finding.wanted or item.control.statement}. Fix: {finding.fix or item.control.fix}"
    source = report.source_of(item, row, finding.resource)
    identity = fingerprint.of(item.control.id, row.artifact, finding)
    result = _result(item.control.id, "error", text, source, identity)
    result["locations"][0]["logicalLocations"] = [
        {"name": finding.resource, "fullyQualifiedName": place.replace(" ", "."), "kind": "resource"}
    ]
    # Where it was seen: the template is of the build, which no repository has.
    result["properties"] = {"artifact": row.artifact, "stage": row.stage or "", "gate": row.gate}
    waiver = row.waiver_of(finding)
    if waiver:
        result["suppressions"] = [_suppression(waiver.reason)]
    return result


def _tool_result(report: Report, finding: ToolFinding) -> dict[str, Any]:
    text = f"{finding.rule}: {finding.resource}: {finding.message}"
    result = _result(finding.rule, "error", text, report.source_of_tool(finding), fingerprint.of_tool(finding))
    result["properties"] = {"artifact": f"{finding.file}:{finding.line}", "gate": finding.tool}
    if finding.waived_by:
        reason = next((r.waiver.reason for r in report.waivers if r.waiver.where == finding.waived_by), "waived")
        result["suppressions"] = [_suppression(reason)]
    return result


def _suppression(reason: str) -> dict[str, Any]:
    return {"kind": "external", "status": "accepted", "justification": reason}


def _result(rule: str, level: str, text: str, source: Source, identity: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": rule,
        "kind": "fail",
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": _physical(source)}],
        # GitHub knows this name alone; the action that uploads leaves it as it is.
        "partialFingerprints": {"primaryLocationLineHash": f"{identity}:1", "hallmarkFinding/v1": identity},
    }
    if source.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _physical(one), "message": {"text": f"made through {one}"}}
            for number, one in enumerate(source.related[:MOST_RELATED], 1)
        ]
    return result


def _physical(source: Source) -> dict[str, Any]:
    region = {"startLine": max(source.line, 1)}
    return {"artifactLocation": {"uri": quote(source.file), "uriBaseId": sarif_run.ROOT_ID}, "region": region}
