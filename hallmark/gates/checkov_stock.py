"""The gate checkov: `python -m hallmark.gates.checkov_stock` runs its checks and ours on templates and Dockerfiles.

Only what has changed is judged again.

Standard library, PyYAML and checkov only: checkov's pins conflict with all other tools, so it has its own environment.
"""

import gc
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hallmark.build import require_current
from hallmark.evidence import Finding, Proof, ToolFinding
from hallmark.evidence.recorder import recorded
from hallmark.gates.running import control_waivers, dockerfiles
from hallmark.gates.running.findings_cache import Basis, Judgement, judged, reused
from hallmark.gates.running.systems import exit_code
from hallmark.gates.running.waived import apply_waivers, refuse_unused
from hallmark.project import CLOUD_ASSEMBLY, ROOT
from hallmark.revision import sha256
from hallmark.synthesized import Synthesized, all_templates, optional_templates, templates
from infra.errors import UserError
from infra.systems import NAMES

GATE = TOOL = "checkov"
POLICIES = ROOT / "policies"
CHECKS = POLICIES / "checks"


def basis(policies: Path = POLICIES) -> Basis:
    """Return the inputs of checkov's findings, including the policies, their cards and the catalogues."""
    gate = [Path(__file__), Path(__file__).parent / "running" / "checkov_run.py", ROOT / "requirements" / "checkov.txt"]
    tables = [*policies.glob("library/*/*.yaml"), *policies.glob("controls/*.yaml")]
    return Basis(TOOL, (), (*gate, *sorted(policies.rglob("*.py")), *sorted(tables)))


def scan(templates: Sequence[Synthesized]) -> list[dict[str, Any]]:
    """Return checkov's findings in each template."""
    from hallmark.gates.running.checkov_run import run

    return run(templates, CHECKS)


def others_of(template: Synthesized) -> list[Synthesized]:
    """Return the templates of the same stage: the checks of ours judge them together."""
    if template.system not in NAMES or template.path.parent != CLOUD_ASSEMBLY:
        return []
    return [one for one in templates(template.system, template.stage) if one != template]


def proofs(judgement: Judgement) -> Iterator[Proof]:
    """Yield the results of our own checks under checkov: one proof for each check that judged the template."""
    template, others = judgement.template, {one.label: sha256(one.path) for one in others_of(judgement.template)}
    digest = sha256(template.path)
    blank = Proof("", "template", "passed", template.label, digest, template.stage, together_with=others)
    blank = replace(blank, time=judgement.since)
    for control, found in sorted(judgement.said["ours"].items()):
        findings = tuple(Finding(**one) for one in found)
        outcome = control_waivers.outcome(template, control, findings)
        yield replace(blank, control=control, outcome=outcome, findings=findings)


def main() -> int:
    """Run the gate; 1 for an unwaived finding, 2 for an invalid waiver or policy file."""
    try:
        require_current()
        with recorded(GATE) as record:
            # Our own checks are about the systems; optional stacks get only checkov's.
            systems = all_templates()
            scanned = [*systems, *optional_templates()]
            # First, because a tool fails on metadata that it cannot read.
            skips = [skip for template in scanned for skip in template.inline_skips(TOOL)]
            files = dockerfiles.dockerfiles()
            record.files += [*(template.path for template in scanned), *files]
            judgements = judged(basis(), scanned, scan, others_of)
            record.detail = reused(judgements)
            record.proofs.extend(proof for item in judgements if item.template in systems for proof in proofs(item))
            ours = control_waivers.print_findings(record.proofs)
            stock = (
                (item.template, ToolFinding(TOOL, rule, resource, item.template.label, line, message))
                for item in judgements
                for rule, resource, line, message in item.said["stock"]
            )
            apply_waivers(TOOL, stock, [*skips, *dockerfiles.findings(files)], record, ours)
            refuse_unused(TOOL, [record])
    except UserError as error:
        return exit_code(error)
    return int(record.outcome == "failed")


if __name__ == "__main__":
    # checkov creates hundreds of thousands of objects that live until the process ends.
    gc.disable()
    sys.exit(main())
