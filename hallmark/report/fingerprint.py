"""A finding's identity across runs: it stays when lines move, and when the value that was found changes."""

import hashlib
from pathlib import PurePosixPath

from hallmark.evidence import Finding, ToolFinding


def of(control: str, artifact: str, finding: Finding) -> str:
    """Return the identity of a control's finding: the control, the stack or file, the resource and the path in it."""
    return _digest(control, _place(artifact), finding.resource, finding.path)


def of_tool(finding: ToolFinding) -> str:
    """Return the identity of a tool's finding: its message tells two of one resource apart."""
    return _digest(finding.tool, finding.rule, _place(finding.file), finding.resource, finding.message)


def of_control(control: str, verdict: str) -> str:
    """Return the identity of a control without a finding that is not proved."""
    return _digest(control, verdict)


def _place(artifact: str) -> str:
    """Return the stack's name for a template, declared or read back; else the artifact."""
    name = PurePosixPath(artifact).name
    return name.removesuffix(".template.json") if name.endswith(".template.json") else artifact


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
