"""The gate checkov: `python -m hallmark.gates.checkov_stock` runs its own checks and ours on every template at once.

Standard library, PyYAML and checkov only: checkov's pins fit no other tool, so it has an environment of its own.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from checkov.cloudformation.checks.resource.registry import cfn_registry
from checkov.cloudformation.runner import Runner
from checkov.common.output.record import Record
from checkov.common.output.report import Report
from checkov.runner_filter import RunnerFilter

from hallmark.errors import UserError
from hallmark.evidence import Finding, Outcome, Proof, ToolFinding
from hallmark.gates.recorder import recorded
from hallmark.gates.settle import settle, told
from hallmark.project import ROOT
from hallmark.revision import sha256
from hallmark.synthesized import Synthesized, all_templates, optional_templates

GATE = TOOL = "checkov"
CHECKS = ROOT / "policies" / "checks"


def scan(templates: Iterable[Synthesized], checks: Path | None) -> Report:
    """Return checkov's report of the templates, with the checks of that folder beside its own."""
    keep_all = RunnerFilter(framework=["cloudformation"], show_progress_bar=False)
    folders = [str(checks)] if checks else None
    report = Runner().run(None, folders, [str(template.path) for template in templates], keep_all)
    assert isinstance(report, Report)
    return report


def refuse_gaps(report: Report, checks: Path) -> None:
    """Raise UserError unless every template was parsed and every policy file has loaded its check.

    checkov only logs what it cannot import, and then passes.
    """
    if report.parsing_errors:
        raise UserError(f"checkov cannot read {report.parsing_errors[0]}")
    loaded = {check.id for group in cfn_registry.checks.values() for check in group}
    loaded |= {check.id for group in cfn_registry.wildcard_checks.values() for check in group}
    for file in sorted(checks.glob("rt_*.py")):
        if file.stem.upper() not in loaded:
            raise UserError(f"{file.relative_to(checks.parent)}: checkov has not loaded the check {file.stem.upper()}")


def stock(
    report: Report, templates: Iterable[Synthesized], ours: set[str]
) -> Iterator[tuple[Synthesized, ToolFinding]]:
    """Yield what checkov's own checks object to, with the template it is in."""
    by_path = {str(template.path.resolve()): template for template in templates}
    for record in report.failed_checks:
        if record.check_id not in ours:
            template = by_path[str(Path(record.file_abs_path).resolve())]
            name, line = _logical_id(record), record.file_line_range[0]
            yield template, ToolFinding(TOOL, record.check_id, name, template.label, line, record.check_name)


def proofs(report: Report, templates: Iterable[Synthesized], ours: set[str]) -> Iterator[Proof]:
    """Yield what our own checks say under checkov: one proof for each check and stage that it judged."""
    failed, passed = _ours(report.failed_checks, ours), _ours(report.passed_checks, ours)
    for template in templates:
        path, digest = str(template.path.resolve()), sha256(template.path)
        for control in sorted(ours):
            mine = (control, path)
            if mine in failed or mine in passed:
                findings = tuple(Finding(name) for name in failed.get(mine, ()))
                outcome: Outcome = "failed" if findings else "passed"
                yield Proof(control, "template", outcome, template.label, digest, template.stage, findings=findings)


def _ours(records: Iterable[Record], ours: set[str]) -> dict[tuple[str, str], list[str]]:
    """Return the logical ids of our checks' records, by check and template."""
    found: dict[tuple[str, str], list[str]] = {}
    for record in records:
        if record.check_id in ours:
            found.setdefault((record.check_id, str(record.file_abs_path)), []).append(_logical_id(record))
    return found


def _logical_id(record: Record) -> str:
    return str(record.resource).rpartition(".")[2]


def main() -> int:
    """Run the gate; 1 for an unwaived finding, 2 for a waiver or a policy file that is wrong."""
    try:
        with recorded(GATE) as record:
            # Our own checks are about the system; what is optional beside it gets checkov's.
            systems = all_templates()
            templates = [*systems, *optional_templates()]
            report = scan(templates, CHECKS)
            refuse_gaps(report, CHECKS)
            ours = {file.stem.upper() for file in CHECKS.glob("rt_*.py")}
            record.proofs.extend(proofs(report, systems, ours))
            for proof in (proof for proof in record.proofs if proof.outcome == "failed"):
                places = ", ".join(finding.resource for finding in proof.findings)
                print(f"{proof.artifact}: {proof.control} {places}", file=sys.stderr)
            skips = [skip for template in templates for skip in template.inline_skips(TOOL)]
            settle(TOOL, stock(report, templates, ours), skips, record)
    except UserError as error:
        return told(error)
    return int(record.outcome == "failed")


if __name__ == "__main__":
    sys.exit(main())
