"""A run of checkov over templates: what its own checks and ours say about each, as plain data.

Apart from the gate, which needs none of checkov when no template changed: checkov takes longer to load than to judge.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from checkov.cloudformation.checks.resource.registry import cfn_registry
from checkov.cloudformation.runner import Runner
from checkov.common.output.record import Record
from checkov.common.output.report import Report
from checkov.runner_filter import RunnerFilter

from hallmark.errors import UserError
from hallmark.synthesized import Synthesized

CHECKS = "rt_*.py"


def run(templates: Sequence[Synthesized], checks: Path) -> list[dict[str, Any]]:
    """Return for each template `stock`, the rule, resource, line and words of each objection of checkov's own checks,
    and `ours`, the resources that each of our checks objects to, for those that had something to judge.

    UserError for a template that cannot be read, and for a policy file that is not loaded.
    """
    keep_all = RunnerFilter(framework=["cloudformation"], show_progress_bar=False)
    report = Runner().run(None, [str(checks)], [str(template.path) for template in templates], keep_all)
    assert isinstance(report, Report)
    refuse_gaps(report, checks)
    ours = {file.stem.upper() for file in checks.glob(CHECKS)}
    failed, passed = _by_file(report.failed_checks), _by_file(report.passed_checks)
    return [
        _said(failed.get(path, []), passed.get(path, []), ours)
        for path in (str(template.path.resolve()) for template in templates)
    ]


def refuse_gaps(report: Report, checks: Path) -> None:
    """Raise UserError unless every template was parsed and every policy file has loaded its check.

    checkov only logs what it cannot import, and then passes.
    """
    if report.parsing_errors:
        raise UserError(f"checkov cannot read {report.parsing_errors[0]}")
    loaded = {check.id for group in cfn_registry.checks.values() for check in group}
    loaded |= {check.id for group in cfn_registry.wildcard_checks.values() for check in group}
    for file in sorted(checks.glob(CHECKS)):
        if file.stem.upper() not in loaded:
            raise UserError(f"{file.relative_to(checks.parent)}: checkov has not loaded the check {file.stem.upper()}")


def _by_file(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(str(Path(record.file_abs_path).resolve()), []).append(record)
    return found


def _said(failed: Sequence[Record], passed: Sequence[Record], ours: set[str]) -> dict[str, Any]:
    judged: dict[str, list[str]] = {record.check_id: [] for record in (*failed, *passed) if record.check_id in ours}
    for record in failed:
        if record.check_id in ours:
            judged[record.check_id].append(_logical_id(record))
    stock = [
        (record.check_id, _logical_id(record), record.file_line_range[0], record.check_name)
        for record in failed
        if record.check_id not in ours
    ]
    return {"stock": stock, "ours": judged}


def _logical_id(record: Record) -> str:
    return str(record.resource).rpartition(".")[2]
