"""A run of checkov over templates: what its own checks and ours say about each, as plain data.

Apart from the gate, which needs none of checkov when no template changed: checkov takes longer to load than to judge.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from checkov.cloudformation.checks.resource.registry import cfn_registry
from checkov.cloudformation.runner import Runner
from checkov.common.checks.base_check_registry import BaseCheckRegistry
from checkov.common.output.record import Record
from checkov.common.output.report import Report
from checkov.runner_filter import RunnerFilter

from hallmark.synthesized import Synthesized
from infra.errors import UserError

# Who logs what could not be imported.
_IMPORTER = logging.getLogger(BaseCheckRegistry.__module__)


def run(templates: Sequence[Synthesized], checks: Path) -> list[dict[str, Any]]:
    """Return for each template `stock`, the rule, resource, line and words of each objection of checkov's own checks,
    and `ours`, what each of our checks finds, for those that had something to judge.

    UserError for a template that cannot be read, for a policy file that is not loaded, and for one without a control.
    """
    keep_all = RunnerFilter(framework=["cloudformation"], show_progress_bar=False)
    with _unloaded() as problems:
        report = Runner().run(None, [str(checks)], [str(template.path) for template in templates], keep_all)
    assert isinstance(report, Report)
    ours = _ours(report, checks, problems)
    failed, passed = _by_file(report.failed_checks), _by_file(report.passed_checks)
    return [
        _said(failed.get(path, []), passed.get(path, []), ours)
        for path in (str(template.path.resolve()) for template in templates)
    ]


@contextmanager
def _unloaded() -> Iterator[dict[str, str]]:
    """Gather why checkov could not import a file, by its words on it, instead of the traceback that it logs."""
    problems: dict[str, str] = {}

    def keep(record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno >= logging.ERROR:
            problems[record.getMessage()] = " ".join(f"{type(error).__name__}: {error}".split())
        return record.levelno < logging.ERROR

    _IMPORTER.addFilter(keep)
    try:
        yield problems
    finally:
        _IMPORTER.removeFilter(keep)


def _ours(report: Report, checks: Path, problems: dict[str, str]) -> dict[str, Any]:
    """Return our checks by their ids; UserError unless every template was parsed, and every policy file has a control
    and has loaded its check.

    checkov only logs what it cannot import, and then passes.
    """
    if report.parsing_errors:
        raise UserError(f"checkov cannot read {report.parsing_errors[0]}")
    loaded = {check.id: check for group in cfn_registry.wildcard_checks.values() for check in group}
    files = {file.stem.upper(): file for file in sorted(checks.glob("*.py")) if file.stem != "__init__"}
    for name, file in files.items():
        if name not in loaded:
            why = [problem for words, problem in problems.items() if f"'{file.stem}'" in words]
            shown = file.relative_to(checks.parent)
            raise UserError(f"{shown}: checkov has not loaded the check {name}{''.join(f': {text}' for text in why)}")
    # checkov itself has made it importable, with the policies.
    from support.catalogue import controls

    for name, file in files.items():
        if name not in controls():
            raise UserError(f"{file.name}: no control {name} asks for a template proof")
    return {name: loaded[name] for name in files}


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
