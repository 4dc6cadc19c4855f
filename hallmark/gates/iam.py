"""The gate iam: `python -m hallmark.gates.iam` compares the roles' grants with their actual use.

The uses are those of this tree's integration run; without a system's record its tests run here. The result is the
proof of the least-privilege control, whose id ends with `_IAM_LEAST` in every catalogue.
"""

import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress

from rich.console import Console
from rich.table import Table

from hallmark import catalogue, fidelity
from hallmark.evidence import Finding, Outcome, Place, Proof, file_of, read
from hallmark.evidence.expected import LEAST_PRIVILEGE, chosen, judged
from hallmark.evidence.recorder import Recorder, recorded
from hallmark.gates.running.systems import each_system, exit_code, system_argument
from hallmark.gates.running.waived import apply_waivers, refuse_unused
from hallmark.iam import usage as usages
from hallmark.iam.comparison import Comparison
from hallmark.iam.findings import TOOL, compared, judged_record_of, not_granted, unused
from hallmark.iam.usage import Usage, record_of
from hallmark.project import ROOT
from hallmark.revision import sha256
from infra.errors import UserError
from infra.systems import NAMES, SYSTEMS, System, system_of

GATE = "iam"


def used_here(system: str) -> Usage | None:
    """Return the record of a complete, successful run of a system's tests on this tree, if there is one."""
    usage = usages.read(record_of(system))
    fits = usage and usage.complete and usage.inputs == usages.state_of(system)
    return usage if fits else None


def run_tests(system: str) -> Usage:
    """Run a system's tests for their record; UserError when they leave no valid one."""
    tests = f"tests/integration/{system}"
    print(f"no complete run of this tree is recorded: running {tests}", flush=True)
    subprocess.run([sys.executable, "-m", "pytest", tests, "-q"], cwd=ROOT, check=False)
    usage = used_here(system)
    if usage is None:
        raise UserError(f"{tests} did not pass, so the used permissions are unknown: fix the tests first")
    return usage


def show(comparison: Comparison, stage: str) -> None:
    """Print how often each grant was used on the tested stage."""
    table = Table("role", "action", "resource", "times used", box=None, pad_edge=False)
    for grant, times in comparison.of_stage(stage):
        table.add_row(grant.role, grant.action, grant.resource, str(times) if times else "never")
    Console(width=200 if not sys.stdout.isatty() else None).print(table)


def prove(record: Recorder, usage: Usage) -> None:
    """Add the proof of the least-privilege control: it fails with every unwaived finding."""
    control = catalogue.load(usage.system).ending(LEAST_PRIVILEGE)
    assert control, "this control requires the gate"
    found = tuple(
        Finding(item.resource, found=item.message, wanted="exactly the permissions that are used")
        for item in record.tool_findings
        if item.waived_by is None
    )
    file = judged_record_of(usage.system)
    shutil.copyfile(record_of(usage.system), file)
    outcome: Outcome = "failed" if found else "passed"
    limited = fidelity.of_control(control.id)
    record.target = "embedded"
    record.places.append(Place(usage.system, usage.stage, system_of(usage.system).region, usage.account))
    record.proofs.append(
        Proof(control.id, "behaviour", outcome, str(file.relative_to(ROOT)), sha256(file), usage.stage, limited, found)
    )


def judge(system: System, record: Recorder) -> None:
    """Record the unused grants of a system, and the uses without a grant."""
    usage = used_here(system.name) or run_tests(system.name)
    comparison = compared(usage)
    if not comparison.of_stage(usage.stage) or not usage.times:
        raise UserError(f"{GATE}: {system.name} has no grant or no use of one: nothing would be judged")
    print(f"{GATE}: {system.name}")
    show(comparison, usage.stage)
    apply_waivers(TOOL, unused(comparison, usage.stage), not_granted(comparison, system.name), record)
    prove(record, usage)


def _kept(systems: Collection[str]) -> Iterator[Recorder]:
    """Yield the findings of systems whose evidence was kept; the waivers are an input of it."""
    for system in judged(GATE):
        if system.name in systems:
            yield Recorder(tool_findings=list(read(file_of(GATE, system.name)).tool_findings))


def main() -> int:
    """Run the gate; 1 for a finding, 2 for failing tests or an invalid or unused waiver."""
    named = system_argument(GATE, __doc__, sys.argv[1:])
    records: dict[str, Recorder] = {}

    def judge_and_keep(system: System, record: Recorder) -> None:
        judge(system, record)
        records[system.name] = record

    code = each_system(GATE, judge_and_keep, named)
    # A waiver may belong to any system: whether it is unused is known only after judging all.
    if code == 2 or chosen(named) != SYSTEMS:
        return code
    try:
        refuse_unused(TOOL, [*records.values(), *_kept(set(NAMES) - records.keys())])
    except UserError as error:
        for system in judged(GATE):
            with suppress(UserError), recorded(GATE, system.name):
                raise error
        return exit_code(error)
    return code


if __name__ == "__main__":
    sys.exit(main())
