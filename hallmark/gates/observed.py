"""The gate observed: deployed stages, read back, judged by the controls' policies, and compared with the templates.

`python -m hallmark.gates.observed` deploys the stages of all systems side by side into an emulator of its own; with
HALLMARK_TARGET=aws HALLMARK_STAGE=dev it reads existing stages. Drift fails the gate, as a finding does.
"""

import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from hallmark import fidelity
from hallmark.evidence import Place, Target
from hallmark.evidence.recorder import Recorder
from hallmark.gates.policies import note, proofs, show
from hallmark.gates.running.systems import each_system, exit_code, system_argument
from hallmark.observe import comparison_file, write
from hallmark.observe.comparison import compare
from hallmark.observe.render import text
from hallmark.observe.unread import read_from
from hallmark.stage import Stage, aws
from hallmark.stage.embedded.emulator import Emulator, emulator
from hallmark.synthesized import OBSERVED, Synthesized
from hallmark.unread import unread
from hallmark.up import deploy_embedded
from infra.errors import UserError
from infra.systems import STAGES, System

GATE = "observed"


def _stages(system: System, started: Emulator | None) -> list[Stage]:
    """Return the stages to read: both, deployed into the emulator; without one that of $HALLMARK_STAGE on AWS."""
    if started is None:
        return [aws.open_stage(system.name, os.environ.get("HALLMARK_STAGE", STAGES[0]))]
    return [deploy_embedded(started, system.name, stage, lambda step: None) for stage in STAGES]


def judge(stage: Stage, record: Recorder, folder: Path = OBSERVED) -> None:
    """Read one stage back into the folder and record the policies' results; drift fails the gate."""
    found = compare(stage)
    record.places.append(Place(stage.system, stage.name, stage.region, found.account))
    path = write(found.observed, stage, folder)
    record.files.append(comparison_file.write(found, unread(read_from(stage)), path))
    for proof in proofs([Synthesized(path)], stage.system, "observed"):
        limited = fidelity.of_control(proof.control, "observed") if stage.target == "embedded" else None
        record.proofs.append(replace(proof, fidelity=limited))
    note([Synthesized(path)], stage.system, record)
    if found.differences:
        record.fail()
        print("\n".join(text(found.differences)), file=sys.stderr)
    counts = f"{len(found.observed['Resources'])} resources, {len(found.differences)} differences"
    print(f"{GATE}: {stage.system} {stage.name}: {counts}")


class Account:
    """The emulator that stages are deployed to, started when the first one is; none where they are on AWS."""

    def __init__(self, stack: ExitStack, target: Target) -> None:
        self.stack, self.target = stack, target

    @cached_property
    def emulator(self) -> Emulator | None:
        return self.stack.enter_context(emulator()) if self.target == "embedded" else None


def observe_system(account: Account, system: System, record: Recorder) -> None:
    """Record the policies' results for a system's deployed stages; the emulator's, or those on AWS."""
    record.target = account.target
    for stage in _stages(system, account.emulator):
        judge(stage, record)
    show(f"{GATE}: {system.name}", record.proofs)


def main() -> int:
    """Run the gate; 1 for a finding or drift, 2 for a stage that is not deployed."""
    named = system_argument(GATE, __doc__, sys.argv[1:])
    named_target = os.environ.get("HALLMARK_TARGET", "embedded")
    try:
        if named_target not in ("embedded", "aws"):
            raise UserError(f"HALLMARK_TARGET must be embedded or aws, not {named_target}")
        target: Target = "aws" if named_target == "aws" else "embedded"
        with ExitStack() as stack:
            return each_system(GATE, partial(observe_system, Account(stack, target)), named)
    except UserError as error:
        return exit_code(error)


if __name__ == "__main__":
    sys.exit(main())
