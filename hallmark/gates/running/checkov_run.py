"""A run of checkov over templates: the results of its own checks and of ours, as plain data.

Separate from the gate, which does not need checkov if no template changed: loading it takes longer than a scan.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from checkov.cloudformation.checks.resource.registry import cfn_registry
from checkov.cloudformation.runner import Runner
from checkov.common.output.record import Record
from checkov.common.output.report import Report
from checkov.runner_filter import RunnerFilter

from hallmark.synthesized import Synthesized
from infra.errors import UserError
from policies.engine.catalogue import NoCatalogue
from policies.engine.judgement import every
from policies.engine.library import NoPolicy


def run(templates: Sequence[Synthesized], checks: Path) -> list[dict[str, Any]]:
    """Return for each template `stock`, the rule, resource, line and message of each finding of checkov's own checks,
    and `ours`, the findings of each of our checks, for those that apply to it.

    UserError for an unreadable template, policies that do not load, and unregistered checks.
    """
    controls = _controls()
    keep_all = RunnerFilter(framework=["cloudformation"], show_progress_bar=False)
    report = Runner().run(None, [str(checks)], [str(template.path) for template in templates], keep_all)
    assert isinstance(report, Report)
    if report.parsing_errors:
        raise UserError(f"checkov cannot read {report.parsing_errors[0]}")
    ours = _registered(controls)
    failed, passed = _by_file(report.failed_checks), _by_file(report.passed_checks)
    return [
        _said(failed.get(path, []), passed.get(path, []), ours)
        for path in (str(template.path.resolve()) for template in templates)
    ]


def _controls() -> list[str]:
    """Return the controls with policies, which have loaded: otherwise checkov would have exited."""
    try:
        return list(every())
    except (NoCatalogue, NoPolicy) as error:
        raise UserError(str(error)) from None


def _registered(controls: Iterable[str]) -> dict[str, Any]:
    """Return our checks by their ids."""
    known = {check.id: check for group in cfn_registry.wildcard_checks.values() for check in group}
    missing = sorted(set(controls) - set(known))
    if missing:
        raise UserError(f"checkov has registered no check for {missing[0]}: see policies/checks/register.py")
    return {name: known[name] for name in controls}


def _by_file(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(str(Path(record.file_abs_path).resolve()), []).append(record)
    return found


def _said(failed: Sequence[Record], passed: Sequence[Record], ours: dict[str, Any]) -> dict[str, Any]:
    judged: dict[str, list[dict[str, str]]] = {
        record.check_id: [] for record in (*failed, *passed) if record.check_id in ours
    }
    for record in failed:
        if record.check_id in ours:
            found = ours[record.check_id].found(Path(record.file_abs_path), _logical_id(record))
            judged[record.check_id] += [asdict(finding) for finding in found]
    stock = [
        (record.check_id, _logical_id(record), record.file_line_range[0], record.check_name)
        for record in failed
        if record.check_id not in ours
    ]
    return {"stock": stock, "ours": judged}


def _logical_id(record: Record) -> str:
    return str(record.resource).rpartition(".")[2]
