"""The gate cfn-lint: `python -m hallmark.gates.cfn_lint` lints the synthesized templates that have changed."""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hallmark.build import build
from hallmark.evidence import ToolFinding
from hallmark.evidence.recorder import recorded
from hallmark.gates.running.findings_cache import Basis, judged, reused
from hallmark.gates.running.systems import exit_code
from hallmark.gates.running.waived import apply_waivers, refuse_unused
from hallmark.project import ROOT
from hallmark.synthesized import Synthesized, all_templates, optional_templates
from infra.errors import UserError
from infra.systems import REGIONS

if TYPE_CHECKING:
    from cfnlint.rules import Match

GATE = TOOL = "cfn-lint"
CHECKS = ("E", "W")
BASIS = Basis(TOOL, (*REGIONS, *CHECKS), (Path(__file__), ROOT / ".cfnlintrc.yaml", ROOT / "requirements" / "dev.txt"))
# Rule, resource, line, message.
Said = tuple[str, str, int, str]


def lint(templates: Sequence[Synthesized]) -> list[list[Said]]:
    """Return cfn-lint's findings in each template, including those that a template or a file tells it to ignore.

    One run for all templates of a region: loading the rules takes as long as linting a template.
    """
    # Imported late: loading takes half a second, which is wasted if no template changed.
    from cfnlint.api import lint_by_config
    from cfnlint.config import ManualArgs

    found: dict[str, list[Said]] = {str(template.path): [] for template in templates}
    regions: dict[str, list[str]] = {}
    for template in templates:
        regions.setdefault(template.region or REGIONS[0], []).append(str(template.path))
    for region, files in regions.items():
        for match in lint_by_config(ManualArgs(regions=[region], mandatory_checks=list(CHECKS), templates=files)):
            found[match.filename].append((match.rule.id, _resource(match), match.linenumber, match.message))
    return list(found.values())


def _resource(match: "Match") -> str:
    path = list(getattr(match, "path", None) or [])
    return str(path[1]) if len(path) > 1 and path[0] == "Resources" else "the template"


def main() -> int:
    """Run the gate; 1 for an unwaived finding, 2 for an invalid waiver."""
    sys.argv = sys.argv[:1]  # cfn-lint itself reads the command line
    try:
        build()
        with recorded(GATE) as record:
            templates = [*all_templates(), *optional_templates()]
            # First, because a tool fails on metadata that it cannot read.
            skips = [skip for template in templates for skip in template.inline_skips(TOOL)]
            record.files += [template.path for template in templates]
            judgements = judged(BASIS, templates, lint)
            record.detail = reused(judgements)
            found = (
                (item.template, ToolFinding(TOOL, rule, resource, item.template.label, line, message))
                for item in judgements
                for rule, resource, line, message in item.said
            )
            apply_waivers(TOOL, found, skips, record)
            refuse_unused(TOOL, [record])
    except UserError as error:
        return exit_code(error)
    return int(record.outcome == "failed")


if __name__ == "__main__":
    # Most of cfn-lint's objects live until the process ends.
    gc.disable()
    sys.exit(main())
