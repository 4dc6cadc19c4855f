"""`hallmark build`, `up`, `status`, `down`: the lifecycle of a stage."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from hallmark import aftercare, deploy, emptying, presentation
from hallmark.build import build as build_all
from hallmark.commands.common import StageOption, SystemOption, Target, TargetOption, stages_up, the_stage
from hallmark.observe.hindering import hindering
from hallmark.project import BUILD, ROOT
from hallmark.stage import aws, embedded
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded import emulator as emulators
from hallmark.terminal import announce, err, out
from hallmark.up import unprotect, up_aws, up_embedded
from infra.context import layers
from infra.errors import UserError
from infra.stage import refuse_placeholders
from infra.systems import NAMES, SYSTEM_VARIABLE, StageName

NOTHING = "nothing is running"
INTERFACES = (
    "wait until Lambda has removed the functions' network interfaces, which takes up to 20 minutes: before, "
    "CloudFormation deletes neither their network nor their roles"
)
DRIFT = "; `hallmark drift --system {stage.system} --stage {stage.name}` has the commands"
DIED = "the embedded stage had died; its remains are cleaned up"


def build() -> None:
    """Install npm packages, bundle the functions, synthesize the stacks; only changed steps run."""
    if not build_all(announce):
        err.print("everything is built")


RepairOption = Annotated[
    bool, typer.Option("--repair", help="Put back code and aliases' versions that somebody changed by hand.")
]


def up(
    system: SystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
    repair: RepairOption = False,
) -> None:
    """Start the emulator (embedded), deploy changes, run the steps that follow, and print how to reach the stage.

    In the end the stage is compared with its templates; exit code 1 when they differ: a deployment does not undo what
    was done by hand. The same before anything is deployed, when a function has code that was not built. Without
    --system: all systems on the embedded stage. On AWS it is required.
    """
    named = _named(system, "up") if target is Target.AWS else ""
    if named:
        refuse_placeholders(layers(ROOT / "cdk.json", os.environ, ()), named, stage.value)
    build_all(announce)
    if named:
        before = [aws.open_stage(named, stage.value)]
        _check_code(before, repair)
        deployed = [up_aws(named, stage.value, announce)]
        presentation.aws_access(out, deployed[0])
        _compare(deployed, repair)
    else:
        with _one_at_a_time():
            names = (system,) if system else NAMES
            found = emulators.running()
            before = [embedded.stage_of(found, name, stage.value) for name in names] if found else []
            _check_code(before, repair)
            deployed = up_embedded(names, stage.value, announce)
            for number, one in enumerate(deployed):
                if number:
                    out.print()
                presentation.embedded_access(out, one, embedded.environment(_require_emulator(), one.region))
            _compare(deployed, repair)


def _check_code(stages: Sequence[DeployedStage], repair: bool) -> None:
    """Put the code of stages that are up back, or exit with 1 where it was changed."""
    present = [stage for stage in stages if stage.is_whole]
    if repair:
        aftercare.put_code_back(present)
    elif aftercare.has_foreign_code(present):
        raise typer.Exit(1)


def _compare(stages: Sequence[DeployedStage], repair: bool) -> None:
    """Compare every stage with its templates; exit with 1 when one differs."""
    if repair:
        aftercare.move_aliases_back(stages)
    agreed = [aftercare.is_as_declared(stage) for stage in stages]
    if not all(agreed):
        raise typer.Exit(1)


def _named(system: str | None, command: str) -> str:
    if system is None:
        raise UserError(
            f"on AWS name the system: hallmark {command} --target aws --system {'|'.join(NAMES)}, "
            f"or set {SYSTEM_VARIABLE}"
        )
    return system


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Allow only one `up` or `down` of this checkout at a time."""
    lock = FileLock(BUILD / ".stage.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        err.print("another `hallmark up` or `down` is running; waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _require_emulator() -> emulators.Emulator:
    running = emulators.running()
    if running is None:
        raise UserError("no embedded stage is running: run `hallmark up`")
    return running


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of stages as JSON.")] = False,
    system: SystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Print whether the stage runs, its addresses, its queues and what is stuck; exit code 1 when it does not run.

    Without --system: all systems that are up on the embedded stage. What was accepted and is unfinished after five
    minutes is named with what to do; it does not change the exit code.
    """
    stages, why = _running_stages(target, stage, system)
    if as_json:
        print(json.dumps([presentation.state(one) for one in stages], indent=2))
    for number, one in enumerate(() if as_json else stages):
        if number:
            out.print()
        presentation.status(out, one)
    if not stages:
        (err if as_json else out).print(why, soft_wrap=True)
        raise typer.Exit(1)


def _running_stages(target: Target, stage: StageName, system: str | None) -> tuple[list[DeployedStage], str]:
    """Return the stages that run, and what to say when there is none."""
    if target is Target.AWS:
        return [the_stage(target, system, stage)], ""
    noted = emulators.noted()
    if not emulators.running():
        return [], DIED if noted else "no embedded stage is running"
    why = f"{f'{system} is not' if system else 'no system is'} up on stage {stage.value}"
    return list(stages_up(target, stage, system)), why


def down(
    system: SystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: Annotated[StageName | None, typer.Option(help="Destroy only this stage; embedded: all by default.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Destroy a stage on AWS without asking.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help=f"End the embedded stage with all systems, whatever ${SYSTEM_VARIABLE} names.")
    ] = False,
) -> None:
    """End the embedded stage and remove its data, or destroy a stage's stacks.

    Without --system: all systems on the embedded stage. On AWS it is required.
    """
    if everything and (target is Target.AWS or stage):
        raise UserError("--all ends the embedded stage with all that is on it: leave --target and --stage out")
    if target is Target.AWS:
        return _destroy_on_aws(system, stage, yes)
    BUILD.mkdir(exist_ok=True)
    with _one_at_a_time():
        noted = emulators.noted()
        if noted is None:
            out.print(NOTHING)
        elif everything or (system is None and stage is None) or not noted.is_alive():
            died = not noted.is_alive()
            emulators.end(noted)
            out.print(DIED if died else "the embedded stage has ended; its data is removed")
        else:
            _destroy_embedded(noted, system, stage)
    return None


def _destroy_embedded(emulator: emulators.Emulator, system: str | None, stage: StageName | None) -> None:
    names, stages = (system,) if system else NAMES, (stage,) if stage else tuple(StageName)
    every = [embedded.stage_of(emulator, name, one.value) for name in names for one in stages]
    up = [one for one in every if one.present]
    for deployed in up:
        unprotect(deployed)
        _destroy(deployed, embedded.environment(emulator, deployed.region))
    if not up:
        out.print(NOTHING)


def _destroy(stage: DeployedStage, settings: deploy.Settings = None) -> None:
    """Empty the buckets that are deleted with a stage, which CloudFormation requires, and destroy its stacks."""
    announce(f"destroy {stage.system} {stage.name}")
    present = stage.of_stacks(*stage.present)
    if found := list(dict.fromkeys(hindering(present))):
        hint = DRIFT.format(stage=stage) if stage.is_whole else ""
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise UserError(
            f"CloudFormation cannot delete the network of {stage.system} {stage.name}: no stack made "
            f"{', '.join(found[:3])}{more} in it: delete them first{hint}"
        )
    for bucket in emptying.buckets(present):
        emptying.empty(stage, bucket)
    if not stage.is_emulated and emptying.has_interfaces(present):
        announce(INTERFACES)
    deploy.destroy(stage.system, stage.name, settings)


def _destroy_on_aws(system: str | None, stage: StageName | None, yes: bool) -> None:
    name = _named(system, "down")
    if stage is None:
        raise UserError(f"on AWS name the stage to destroy: hallmark down --target aws --system {name} --stage dev")
    deployed = aws.open_stage(name, stage.value)
    if deployed.protected:
        command = (
            "aws cloudformation update-termination-protection --no-enable-termination-protection "
            f"--region {deployed.region} --stack-name {deployed.protected[0]}"
        )
        raise UserError(f"stage {stage.value} is protected; remove the protection first: {command}")
    if not yes:
        typer.confirm(f"Destroy stage {stage.value} of {name} on AWS, with its data?", abort=True)
    build_all(announce)
    _destroy(deployed)
