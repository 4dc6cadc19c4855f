"""The gate cfn-lint: `python -m hallmark.gates.cfn_lint` lints every synthesized template once."""

import sys
from collections.abc import Iterator, Sequence

from cfnlint.api import lint_by_config
from cfnlint.config import ManualArgs
from cfnlint.rules import Match

from hallmark.errors import UserError
from hallmark.evidence import ToolFinding
from hallmark.gates.recorder import recorded
from hallmark.gates.settle import settle, told
from hallmark.project import REGION
from hallmark.synthesized import Synthesized, all_templates, optional_templates

GATE = TOOL = "cfn-lint"


def lint(templates: Sequence[Synthesized]) -> Iterator[tuple[Synthesized, ToolFinding]]:
    """Yield what cfn-lint finds, with its template; what a template or a file tells it to ignore is found all the same.

    One run for all templates: the rules take as long to load as a template takes to be judged.
    """
    by_path = {str(template.path): template for template in templates}
    for match in lint_by_config(ManualArgs(regions=[REGION], mandatory_checks=["E", "W"], templates=list(by_path))):
        template = by_path[match.filename]
        yield (
            template,
            ToolFinding(TOOL, match.rule.id, _resource(match), template.label, match.linenumber, match.message),
        )


def _resource(match: Match) -> str:
    path = list(getattr(match, "path", None) or [])
    return str(path[1]) if len(path) > 1 and path[0] == "Resources" else "the template"


def main() -> int:
    """Run the gate; 1 for an unwaived finding, 2 for a waiver that is wrong."""
    sys.argv = sys.argv[:1]  # cfn-lint reads the command line by itself
    try:
        with recorded(GATE) as record:
            templates = [*all_templates(), *optional_templates()]
            settle(
                TOOL, lint(templates), [skip for template in templates for skip in template.inline_skips(TOOL)], record
            )
    except UserError as error:
        return told(error)
    return int(record.outcome == "failed")


if __name__ == "__main__":
    sys.exit(main())
