"""The gate policies: `python -m hallmark.gates.policies` judges every system's templates by its controls' policies."""

import sys
from collections.abc import Iterator, Sequence
from typing import Literal

from hallmark import policies, waivers
from hallmark.build import build
from hallmark.evidence import Note, Proof
from hallmark.evidence.judged import findings_by_control
from hallmark.evidence.recorder import Recorder
from hallmark.gates.running import control_waivers
from hallmark.gates.running.systems import each_system, exit_code, system_argument
from hallmark.revision import sha256
from hallmark.synthesized import Synthesized, templates
from infra.errors import UserError
from infra.systems import System

GATE = "policies"


def proofs(template: Synthesized, system: str, kind: Literal["template", "observed"] = "template") -> Iterator[Proof]:
    """Yield each policy's result for the template, for controls that ask for this kind of proof."""
    digest = sha256(template.path)
    for control, findings in findings_by_control(template, system, kind).items():
        outcome = control_waivers.outcome(template, control, findings)
        yield Proof(control, kind, outcome, template.label, digest, template.stage, findings=findings)


def show(gate: str, judgements: Sequence[Proof]) -> None:
    """Print each finding in one line, marking waived ones, and their numbers."""
    findings, waived = control_waivers.print_findings(judgements)
    print(f"{gate}: {len(judgements)} judgements, {findings} findings, {waived} waived")


def note(template: Synthesized, system: str, record: Recorder) -> None:
    """Record and print what no control judges and names something of the template; it fails nothing."""
    for one in policies.notes(template.body, system):
        made = Note(one["resource"], one["type"], tuple(one["names"]), one["text"])
        record.notes.append(made)
        print(f"{template.label}: note: {made.resource} ({made.type}): {made.text}")


def judge(system: System, record: Recorder) -> None:
    """Record the policies' results for a system's templates."""
    for template in templates(system.name):
        record.proofs.extend(proofs(template, system.name))
        note(template, system.name, record)
    show(f"{GATE}: {system.name}", record.proofs)


def main() -> int:
    """Run the gate; 1 for a finding, 2 for invalid policies."""
    named = system_argument(GATE, __doc__, sys.argv[1:])
    try:
        waivers.load()
        build()
    except UserError as error:
        return exit_code(error)
    return each_system(GATE, judge, named)


if __name__ == "__main__":
    sys.exit(main())
