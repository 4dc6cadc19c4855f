"""All Dockerfiles under checkov's checks, those of functions under ours, too; what is found cannot be waived.

checkov itself is loaded only for a Dockerfile that has changed.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hallmark.evidence import ToolFinding
from hallmark.gates.running.findings_cache import FOLDER, Basis, judged
from hallmark.images.lint import TOOL, problems
from hallmark.project import ROOT
from hallmark.synthesized import Synthesized
from infra.constructs.image_function import dockerfile_of, image_functions

# Of no function: the load's generators on Fargate.
_LOAD = ROOT / "load" / "Dockerfile"
_SKIP = re.compile(r"#.*(?:checkov|bridgecrew|cortex):skip= *([\w,-]*)")


def dockerfiles() -> list[Path]:
    """Return the Dockerfiles of all functions, and of the load's generators."""
    return [*(dockerfile_of(system, function) for system, function in image_functions()), _LOAD]


def findings(files: Sequence[Path]) -> Iterator[ToolFinding]:
    """Yield what checkov and we find in Dockerfiles, and what they tell checkov to skip."""
    basis = Basis(TOOL, (), (Path(__file__), ROOT / "requirements" / "checkov.txt"), FOLDER / "dockerfiles")
    for one in judged(basis, [Synthesized(path) for path in files], _scan):
        path, label = one.template.path, one.template.label
        yield from (ToolFinding(TOOL, rule, path.parent.name, label, line, text) for rule, line, text in one.said)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if skip := _SKIP.search(line):
                message = "an inline skip: mend what it hides"
                yield ToolFinding(TOOL, skip[1] or "every check", path.parent.name, label, number, message)
        if path != _LOAD:
            yield from problems(path)


def _scan(files: Sequence[Synthesized]) -> list[list[Any]]:
    """Return checkov's failed checks of each file: id, line and name."""
    from checkov.dockerfile.runner import Runner
    from checkov.runner_filter import RunnerFilter

    found = []
    for one in files:
        report: Any = Runner().run(None, None, [str(one.path)], RunnerFilter(framework=["dockerfile"]))
        failed = report.failed_checks
        found.append([[check.check_id, check.file_line_range[0], check.check_name] for check in failed])
    return found
