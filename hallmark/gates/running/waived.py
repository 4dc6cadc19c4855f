"""The waivers of a stock tool's findings: waived findings, unwaived ones, and unused waivers."""

import sys
from collections.abc import Iterable
from dataclasses import replace

from hallmark import waivers
from hallmark.evidence import ToolFinding
from hallmark.evidence.recorder import Recorder
from hallmark.synthesized import Synthesized


def apply_waivers(
    tool: str,
    found: Iterable[tuple[Synthesized, ToolFinding]],
    inline: Iterable[ToolFinding],
    record: Recorder,
    ours: tuple[int, int] = (0, 0),
) -> None:
    """Apply the waivers to the findings and record them; inline skips are never waived.

    Prints each unwaived finding in one line, and their number; `ours` are the numbers for our policies, unwaived and
    waived. UserError for an invalid waiver.
    """
    known = waivers.load()
    for template, finding in found:
        kind = template.type_of(finding.resource)
        waiver = known.find(tool, finding.rule, kind, finding.resource, template.stage, template.system)
        record.tool_findings.append(replace(finding, waived_by=waiver.where if waiver else None))
    record.tool_findings.extend(inline)
    open_findings = [finding for finding in record.tool_findings if finding.waived_by is None]
    for finding in open_findings:
        print(f"{finding.file}:{finding.line}: {finding.rule} {finding.resource}: {finding.message}", file=sys.stderr)
    waived = len(record.tool_findings) - len(open_findings)
    before = f" ({record.detail})" if record.detail else ""
    print(f"{tool}: {len(open_findings) + ours[0]} unwaived findings, {waived + ours[1]} waived{before}")


def refuse_unused(tool: str, records: Iterable[Recorder]) -> None:
    """Raise UserError for a waiver of the tool that none of its findings needs."""
    used = {finding.waived_by for record in records for finding in record.tool_findings}
    waivers.load().refuse_unused(tool, used)
