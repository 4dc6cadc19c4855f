"""A comparison as a file beside its observed template: evidence of differences, and of what is not read.

Data that decides is in no template; its findings are in this file, so that its control can be judged again.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from hallmark.evidence import Finding
from hallmark.observe.comparison import Comparison
from hallmark.observe.render import data
from hallmark.observe.unread import Unread

Findings = dict[str, tuple[Finding, ...]]


def beside(template: Path) -> Path:
    """Return the file of the comparison of an observed template."""
    return template.with_name(template.name.replace(".template.", ".comparison."))


def write(found: Comparison, rows: Sequence[Unread], template: Path) -> Path:
    """Write a comparison, and what is not read; return the file."""
    content = {
        "differences": [data(one) for one in found.differences],
        "findings": {control: [asdict(one) for one in own] for control, own in findings_of(found).items()},
        "unread": [asdict(row) for row in rows],
    }
    path = beside(template)
    path.write_text(json.dumps(content, indent=1, default=str), encoding="utf-8")
    return path


def findings_of(found: Comparison) -> Findings:
    """Return the findings in data that decides, by control."""
    listed: Findings = {}
    for one in found.data:
        finding = Finding(
            one.difference.resource,
            one.difference.path,
            "nothing" if one.difference.observed is None else str(one.difference.observed),
            "nothing" if one.difference.declared is None else str(one.difference.declared),
            one.mend,
        )
        for concern in one.concerns:
            listed[concern.control] = (*listed.get(concern.control, ()), finding)
    return listed


def read_findings(template: Path) -> Findings:
    """Return the findings in data that decides of an observed template; none without a comparison."""
    path = beside(template)
    content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"findings": {}}
    return {control: tuple(Finding(**one) for one in own) for control, own in content["findings"].items()}
