"""The gate observed: deployed stages, read back, judged by the controls' policies, and compared with the templates.

`python -m hallmark.gates.observed` deploys the stages of all systems side by side into an emulator of its own; with
HALLMARK_TARGET=aws HALLMARK_STAGE=dev it reads existing stages. Drift fails the gate, as a finding does.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from hallmark import deploy, fidelity
from hallmark.evidence import Finding, Proof
from hallmark.evidence.recorder import Recorder
from hallmark.gates.policies import proofs, show
from hallmark.gates.running.systems import each_system, exit_code, system_argument
from hallmark.observe import deciding, observe, write
from hallmark.observe.drift import Difference, declared, drift
from hallmark.observe.render import text
from hallmark.stage import Stage, aws, embedded
from hallmark.stage.embedded.emulator import Emulator, emulator
from hallmark.synthesized import OBSERVED, Synthesized
from hallmark.systems.wing import Deciding
from hallmark.up import deploy_embedded
from infra.errors import UserError
from infra.systems import REGIONS, STAGES, System

GATE = "observed"


@contextmanager
def _account() -> Iterator[Emulator]:
    """Run an emulator with bootstrapped regions, which ends with the gate."""
    with emulator() as started:
        for region in REGIONS:
            deploy.bootstrap(embedded.ACCOUNT, region, embedded.environment(started, region))
        yield started


def _stages(system: System, started: Emulator | None) -> list[Stage]:
    """Return the stages to read: both, deployed into the emulator; without one that of $HALLMARK_STAGE on AWS."""
    if started is None:
        return [aws.open_stage(system.name, os.environ.get("HALLMARK_STAGE", STAGES[0]))]
    return [deploy_embedded(started, system.name, stage, lambda step: None) for stage in STAGES]


def judge(stage: Stage, record: Recorder, folder: Path = OBSERVED) -> None:
    """Read one stage back into the folder and record the policies' results; drift fails the gate."""
    document = observe(stage)
    template = Synthesized(write(document, stage, folder))
    for proof in proofs(template, stage.system, "observed"):
        limited = fidelity.of_control(proof.control, "observed") if stage.target == "embedded" else None
        record.proofs.append(replace(proof, fidelity=limited))
    decided = [_of_deciding(stage, one, found) for one, found in deciding.judged(stage)]
    record.proofs.extend(decided)
    differences = drift(declared(stage.system, stage.name), document)
    if differences:
        record.fail()
        print("\n".join(text(differences)), file=sys.stderr)
    counts = f"{len(document['Resources'])} resources, {len(differences)} differences"
    print(f"{GATE}: {stage.system} {stage.name}: {counts}")


def _of_deciding(stage: Stage, one: Deciding, found: list[Difference]) -> Proof:
    """Return the proof that data which decides is as declared; its artifact is the data's name."""
    findings = tuple(
        Finding(other.resource, other.path, str(other.observed), str(other.declared), one.fix) for other in found
    )
    digest = hashlib.sha256(json.dumps([asdict(finding) for finding in findings]).encode()).hexdigest()
    artifact, outcome = f"{one.about} of {stage.name}", "failed" if findings else "passed"
    limited = fidelity.of_control(one.control, "observed") if stage.target == "embedded" else None
    return Proof(one.control, "observed", outcome, artifact, digest, stage.name, limited, findings)


def observe_system(started: Emulator | None, system: System, record: Recorder) -> None:
    """Record the policies' results for a system's deployed stages; on AWS if there is no emulator."""
    record.target = "embedded" if started else "aws"
    for stage in _stages(system, started):
        judge(stage, record)
    show(f"{GATE}: {system.name}", record.proofs)


def main() -> int:
    """Run the gate; 1 for a finding or drift, 2 for a stage that is not deployed."""
    named = system_argument(GATE, __doc__, sys.argv[1:])
    target = os.environ.get("HALLMARK_TARGET", "embedded")
    try:
        if target not in ("embedded", "aws"):
            raise UserError(f"HALLMARK_TARGET must be embedded or aws, not {target}")
        with ExitStack() as stack:
            started = stack.enter_context(_account()) if target == "embedded" else None
            return each_system(GATE, partial(observe_system, started), named)
    except UserError as error:
        return exit_code(error)


if __name__ == "__main__":
    sys.exit(main())
