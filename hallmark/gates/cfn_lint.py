"""The gate cfn-lint: `python -m hallmark.gates.cfn_lint` lints every synthesized template once."""

import sys
from collections.abc import Iterator

from cfnlint.api import lint_file
from cfnlint.config import ManualArgs
from cfnlint.rules import Match

from hallmark.errors import UserError
from hallmark.evidence import ToolFinding
from hallmark.gates.recorder import recorded
from hallmark.gates.settle import settle, told
from hallmark.project import REGION
from hallmark.synthesized import Synthesized, all_templates

GATE = TOOL = "cfn-lint"


def lint(template: Synthesized) -> Iterator[ToolFinding]:
    """Yield what cfn-lint finds; what a template or a configuration file tells it to ignore is found all the same."""
    config = ManualArgs(regions=[REGION], mandatory_checks=["E", "W"])
    for match in lint_file(template.path, config):
        yield ToolFinding(TOOL, match.rule.id, _resource(match), template.label, match.linenumber, match.message)


def _resource(match: Match) -> str:
    path = list(getattr(match, "path", None) or [])
    return str(path[1]) if len(path) > 1 and path[0] == "Resources" else "the template"


def main() -> int:
    """Run the gate; 1 for an unwaived finding, 2 for a waiver that is wrong."""
    sys.argv = sys.argv[:1]  # cfn-lint reads the command line by itself
    try:
        with recorded(GATE) as record:
            templates = all_templates()
            found = [(template, finding) for template in templates for finding in lint(template)]
            settle(TOOL, found, [skip for template in templates for skip in template.inline_skips(TOOL)], record)
    except UserError as error:
        return told(error)
    return int(record.outcome == "failed")


if __name__ == "__main__":
    sys.exit(main())
