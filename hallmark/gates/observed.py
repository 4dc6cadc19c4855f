"""The gate observed: deployed stages are read back, put to the controls' policies, and compared with what was declared.

`python -m hallmark.gates.observed` deploys both stages side by side into an emulator of its own; with
HALLMARK_TARGET=aws HALLMARK_STAGE=dev it reads a stage that is there. Drift fails the gate, as a finding does.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hallmark import deploy, fidelity
from hallmark.commands.drift import text
from hallmark.evidence.recorder import Recorder, recorded
from hallmark.gates.policies import proofs, show
from hallmark.gates.running.waived import exit_code
from hallmark.observe import observe, write
from hallmark.observe.drift import declared, drift
from hallmark.stage import Stage, aws, embedded
from hallmark.stage.embedded.emulator import emulator
from hallmark.synthesized import OBSERVED, Synthesized
from hallmark.up import SYSTEM
from infra.errors import UserError

GATE = "observed"
STAGES = ("dev", "prod")


@contextmanager
def _deployed(target: str, name: str) -> Iterator[list[Stage]]:
    """The stages to read: one on AWS, or all of them in an emulator that ends with the gate."""
    if target == "aws":
        yield [aws.open_stage(SYSTEM, name)]
        return
    with emulator() as started:
        settings = embedded.environment(started)
        deploy.bootstrap(embedded.ACCOUNT, settings)
        for stage in STAGES:
            deploy.deploy(SYSTEM, stage, settings)
        yield [embedded.stage_of(started, SYSTEM, stage) for stage in STAGES]


def judge(stage: Stage, record: Recorder, folder: Path = OBSERVED) -> None:
    """Read one stage back into the folder and record what the policies say; drift fails the gate."""
    document = observe(stage)
    template = Synthesized(write(document, stage, folder))
    for proof in proofs(template, stage.system, "observed"):
        limited = fidelity.of_control(proof.control, "observed") if stage.target == "embedded" else None
        record.proofs.append(replace(proof, fidelity=limited))
    differences = drift(declared(stage.system, stage.name), document)
    if differences:
        record.fail()
        print("\n".join(text(differences)), file=sys.stderr)
    print(f"observed: {stage.name}: {len(document['Resources'])} resources, {len(differences)} differences")


def main() -> int:
    """Run the gate; 1 for a finding or drift, 2 for a stage that is not there."""
    target, name = os.environ.get("HALLMARK_TARGET", "embedded"), os.environ.get("HALLMARK_STAGE", STAGES[0])
    try:
        if target not in ("embedded", "aws"):
            raise UserError(f"HALLMARK_TARGET is embedded or aws, not {target}")
        with recorded(GATE) as record:
            record.target = "aws" if target == "aws" else "embedded"
            with _deployed(target, name) as stages:
                for stage in stages:
                    judge(stage, record)
            show(GATE, record.proofs)
    except UserError as error:
        return exit_code(error)
    return int(record.outcome == "failed")


if __name__ == "__main__":
    sys.exit(main())
