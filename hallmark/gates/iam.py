"""The gate iam: `python -m hallmark.gates.iam` compares what roles grant with what they were really used for.

The uses are those of this tree's integration run; without its record the pipeline's tests run here.
"""

import subprocess
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from hallmark import fidelity
from hallmark.evidence import Finding, Outcome, Proof, ToolFinding
from hallmark.evidence.recorder import Recorder, recorded
from hallmark.gates.running.waived import apply_waivers, exit_code
from hallmark.iam import usage as usages
from hallmark.iam.comparison import Comparison, compare
from hallmark.iam.grants import grants_of
from hallmark.iam.usage import RECORD, Usage
from hallmark.project import ROOT
from hallmark.revision import revision, sha256
from hallmark.synthesized import Synthesized, all_templates
from infra.errors import UserError

GATE = TOOL = "iam"
CONTROL = "RT_IAM_LEAST"
TESTS = "tests/integration/realtime"


def used_here() -> Usage | None:
    """The record of this tree's whole and successful run, if there is one."""
    usage = usages.read(RECORD)
    return usage if usage and usage.complete and usage.revision == revision() else None


def run_tests() -> Usage:
    """Run the pipeline's tests for their record; UserError when they leave none that counts."""
    print(f"no whole run of this tree is recorded: running {TESTS}", flush=True)
    subprocess.run([sys.executable, "-m", "pytest", TESTS, "-q"], cwd=ROOT, check=False)
    usage = used_here()
    if usage is None:
        raise UserError(f"{TESTS} did not pass, so nobody knows what is used: mend the tests first")
    return usage


def show(comparison: Comparison, stage: str) -> None:
    """Print how often each grant was used in the stage that was tested."""
    table = Table("role", "action", "resource", "times used", box=None, pad_edge=False)
    for grant, times in comparison.of_stage(stage):
        table.add_row(grant.role, grant.action, grant.resource, str(times) if times else "never")
    Console(width=200 if not sys.stdout.isatty() else None).print(table)


def unused(comparison: Comparison, stage: str) -> Iterator[tuple[Synthesized, ToolFinding]]:
    """Yield a finding, which a waiver may cover, for each grant of the tested stage that nothing needed."""
    for grant in (grant for grant, times in comparison.of_stage(stage) if not times):
        line = grant.template.line_of(grant.logical_id)
        message = f"{grant.role} grants {grant.action} on {grant.resource} and never uses it"
        yield grant.template, ToolFinding(TOOL, grant.action, grant.logical_id, grant.template.label, line, message)


def not_granted(comparison: Comparison) -> Iterator[ToolFinding]:
    """Yield a finding, which no waiver covers, for each use that nothing grants."""
    place = str(RECORD.relative_to(ROOT))
    for use, times in comparison.not_granted:
        message = f"{use.role} needs {use.action} on {use.resource} ({times} times) and has no right to it"
        yield ToolFinding(TOOL, use.action, use.role, place, 1, message)


def prove(record: Recorder, usage: Usage) -> None:
    """Add the proof of the control: it failed with every finding that is not waived."""
    found = tuple(
        Finding(item.resource, found=item.message, wanted="rights that are used, and no others")
        for item in record.tool_findings
        if item.waived_by is None
    )
    place, digest = str(RECORD.relative_to(ROOT)), sha256(RECORD)
    outcome: Outcome = "failed" if found else "passed"
    record.target = "embedded"
    record.proofs.append(
        Proof(CONTROL, "behaviour", outcome, place, digest, usage.stage, fidelity.of_control(CONTROL), found)
    )


def main() -> int:
    """Run the gate; 1 for a finding, 2 for tests that fail or a waiver that is wrong or unused."""
    try:
        with recorded(GATE) as record:
            usage = used_here() or run_tests()
            grants = [grant for template in all_templates() for grant in grants_of(template, usage.account)]
            comparison = compare(grants, usage)
            show(comparison, usage.stage)
            apply_waivers(TOOL, unused(comparison, usage.stage), not_granted(comparison), record)
            prove(record, usage)
    except UserError as error:
        return exit_code(error)
    return int(record.outcome == "failed")


if __name__ == "__main__":
    sys.exit(main())
