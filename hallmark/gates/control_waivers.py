"""The waivers of controls: which findings of our own policies are accepted, and how that is told.

Standard library and PyYAML only: checkov's environment holds nothing else.
"""

from collections.abc import Sequence

from hallmark import waivers
from hallmark.evidence import Finding, Outcome
from hallmark.synthesized import Synthesized
from hallmark.waivers import Waiver


def waivers_of(template: Synthesized, control: str, findings: Sequence[Finding]) -> list[Waiver | None]:
    """Return for each finding of a control's policy the waiver that covers it, if one does; UserError as `load`."""
    if not findings:
        return []
    known = waivers.load()
    return [
        known.find("control", control, template.type_of(finding.resource), finding.resource, template.stage)
        for finding in findings
    ]


def outcome(template: Synthesized, control: str, findings: Sequence[Finding]) -> Outcome:
    """Return `passed` when every finding is waived; the findings stay in the proof, and the report calls it waived."""
    return "passed" if all(waivers_of(template, control, findings)) else "failed"
