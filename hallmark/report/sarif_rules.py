"""The rules of report.sarif: a control each, and each rule of a stock tool that has a finding."""

from collections.abc import Mapping, Sequence
from typing import Any

from hallmark.evidence import ToolFinding
from hallmark.report import legend
from hallmark.report.model import ControlReport, Report
from hallmark.report.standing import LABELS
from hallmark.repository import Repository

_SEVERITY = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
_UNKNOWN = "5.0"
# GitHub shows ten tags of a rule, and texts of this length.
MOST_TAGS, LONGEST_TEXT = 10, 1024
_PAGES = {
    "cfn-lint": "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md",
    "checkov": "https://www.checkov.io/5.Policy%20Index/cloudformation.html",
}


def rules_of(report: Report) -> list[dict[str, Any]]:
    """Return the rules, the controls' in the catalogue's order, then the tools' by their ids."""
    tools = sorted({finding.rule: finding for finding in report.tool_findings}.items())
    repository = Repository(report.run.repository)
    return [
        *(_rule(item, repository, report.run.commit) for item in report.controls),
        *(_tool_rule(finding) for _, finding in tools),
    ]


def weight(rule: Mapping[str, Any]) -> float:
    """Return how grave a rule's finding is, from 0 to 10."""
    return float(rule["properties"].get("security-severity", _UNKNOWN))


def _rule(item: ControlReport, repository: Repository, commit: str) -> dict[str, Any]:
    """Return a control as a rule; its properties hold the verdict, because a proved control has no result."""
    control = item.control
    limits = [legend.sentence(limit) for limit in item.limits]
    numbers = {name: list(found) for name, found in control.frameworks.items()}
    tags = ["security", "compliance", *(f"{name} {number}" for name, found in numbers.items() for number in found)]
    about: dict[str, Any] = {"tags": tags[:MOST_TAGS], "frameworks": numbers}
    about |= {"security-severity": _SEVERITY.get(control.severity, _UNKNOWN), "precision": "very-high"}
    about |= {"verdict": item.verdict, "provedOn": item.proved_on, "label": LABELS[item.standing]}
    rule = {
        "id": control.id,
        "name": control.id,
        "shortDescription": {"text": _bounded(control.title)},
        "fullDescription": {"text": _bounded(control.statement)},
        "help": {"text": "\n\n".join(_help(item, limits)), "markdown": "\n\n".join(_markdown(item, limits))},
        "defaultConfiguration": {"level": "error"},
        "properties": {**about, "figures": list(item.figures), "limits": limits},
    }
    link = repository.link(commit, control.file, control.line)
    return {**rule, "helpUri": link} if link else rule


def _help(item: ControlReport, limits: Sequence[str]) -> list[str]:
    texts = [item.control.why, f"Fix: {item.control.fix}", f"Verdict: {LABELS[item.standing]}.", *item.figures]
    return [*texts, "Limits of the emulator:\n" + "\n".join(f"- {text}" for text in limits)] if limits else texts


def _markdown(item: ControlReport, limits: Sequence[str]) -> list[str]:
    control = item.control
    texts = [control.why, f"**Fix**: {control.fix}", f"**Verdict**: {LABELS[item.standing]}.", *item.figures]
    rows = [f"| {name} | {', '.join(numbers)} |" for name, numbers in control.frameworks.items() if numbers]
    if rows:
        texts.append("\n".join(("| framework | requirements |", "| --- | --- |", *rows)))
    return [*texts, "Limits of the emulator:\n\n" + "\n".join(f"- {text}" for text in limits)] if limits else texts


def _tool_rule(finding: ToolFinding) -> dict[str, Any]:
    text = f"{finding.tool} {finding.rule}"
    rule = {
        "id": finding.rule,
        "name": finding.rule,
        "shortDescription": {"text": text},
        "fullDescription": {"text": _bounded(f"{text}: {finding.message}")},
        "help": {"text": f"A rule of {finding.tool}. Fix the resource, or waive the rule in policies/waivers.yaml."},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": [finding.tool], "precision": "high"},
    }
    return {**rule, "helpUri": _PAGES[finding.tool]} if finding.tool in _PAGES else rule


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
