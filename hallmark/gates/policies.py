"""The gate policies: `python -m hallmark.gates.policies` judges every system's templates by its controls' policies."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from hallmark import policies, waivers
from hallmark.build import build
from hallmark.evidence import Note, Proof
from hallmark.evidence.judged import judged_by_control
from hallmark.evidence.recorder import Recorder
from hallmark.gates.running import control_waivers
from hallmark.gates.running.systems import each_system, exit_code, system_argument
from hallmark.synthesized import Synthesized, by_stage, templates
from hallmark.together import digests_of, of_stage, others_of
from infra.errors import UserError
from infra.systems import System

GATE = "policies"


def proofs(
    stage: Sequence[Synthesized], system: str, kind: Literal["template", "observed"] = "template"
) -> Iterator[Proof]:
    """Yield each policy's result for each template of a stage, for controls that ask for this kind of proof.

    The templates of a stage are judged together; a finding belongs to the one that has its resource.
    """
    digests, found = digests_of(stage), judged_by_control(stage, system, kind)
    for template in stage:
        name, others = template.label, others_of(template, digests)
        blank = Proof("", kind, "passed", name, digests[name], template.stage, together_with=others)
        for control, (findings, passed) in found[name].items():
            outcome = control_waivers.outcome(template, control, findings)
            yield replace(blank, control=control, outcome=outcome, findings=findings, passed=passed)


def show(gate: str, judgements: Sequence[Proof]) -> None:
    """Print each finding in one line, marking waived ones, and their numbers."""
    findings, waived = control_waivers.print_findings(judgements)
    print(f"{gate}: {len(judgements)} judgements, {findings} findings, {waived} waived")


def note(stage: Sequence[Synthesized], system: str, record: Recorder) -> None:
    """Record and print what no control judges and names something of the templates; it fails nothing."""
    for one in policies.notes_together(of_stage(stage), system):
        made = Note(one["resource"], one["type"], tuple(one["names"]), one["text"], one["template"])
        record.notes.append(made)
        print(f"{one['template']}: note: {made.resource} ({made.type}): {made.text}")


def judge(system: System, record: Recorder) -> None:
    """Record the policies' results for a system's templates."""
    for stage in by_stage(templates(system.name)).values():
        record.proofs.extend(proofs(stage, system.name))
        note(stage, system.name, record)
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
