"""The counts of a report, once for all formats: the same numbers on paper, in a terminal and for programs."""

from collections import Counter
from collections.abc import Iterator

from hallmark.report.model import Report
from hallmark.wording import counted


def tally(report: Report) -> dict[str, int]:
    """Return every count by its name; a finding is one place in one artifact, whichever gates found it."""
    waived = [row.waiver_of(finding) is not None for item in report.controls for row, finding in item.findings]
    tools = [bool(finding.waived_by) for finding in report.tool_findings]
    of_controls = sum(1 for row in report.waivers if row.waiver.tool == "control")
    return {
        "controls": len(report.controls),
        **{verdict.replace("-", "_"): count for verdict, count in report.counts.items()},
        "findings_open": waived.count(False),
        "findings_waived": waived.count(True),
        "tool_findings_open": tools.count(False),
        "tool_findings_waived": tools.count(True),
        "waivers_of_controls": of_controls,
        "waivers_of_tools": len(report.waivers) - of_controls,
        "gates": len(report.gates),
        "gates_not_passed": sum(1 for gate in report.gates if gate.outcome != "passed"),
        "faults": len(report.faults),
        "faults_not_survived": sum(1 for row in report.faults if row.outcome in ("failed", "missing")),
        "limits": len(report.limits),
        "problems": len(report.problems),
    }


def sentences(report: Report) -> Iterator[str]:
    """Yield the counts of findings and waivers, of controls and of tools."""
    counts = tally(report)
    for of, prefix, waivers in (
        ("controls", "", "waivers_of_controls"),
        ("tools", "tool_", "waivers_of_tools"),
    ):
        found, accepted = counts[f"{prefix}findings_open"], counts[f"{prefix}findings_waived"]
        by = f" by {counted(counts[waivers], 'waiver')}{_by_tool(report) if of == 'tools' else ''}"
        yield f"findings of {of}: {found} open, {accepted} waived{by if counts[waivers] else ''}"


def _by_tool(report: Report) -> str:
    tools = Counter(row.waiver.tool for row in report.waivers if row.waiver.tool != "control")
    return f" ({', '.join(f'{tool} {count}' for tool, count in sorted(tools.items()))})"
