"""`hallmark build`, `up`, `status`, `down`: a stage's life."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from hallmark import deploy, presentation
from hallmark.build import build as build_all
from hallmark.commands.common import StageName, StageOption, Target, TargetOption, announce, err, open_stage, out
from hallmark.project import BUILD
from hallmark.stage import aws, embedded
from hallmark.stage.deployed import stack_name
from hallmark.stage.embedded import emulator as emulators
from hallmark.up import SYSTEM, unprotect, up_aws, up_embedded
from infra.errors import UserError

DIED = "the embedded stage had died; what it left is cleaned up"


def build() -> None:
    """Install npm packages, bundle the functions, synthesize the stacks; only what changed."""
    if not build_all(announce):
        err.print("everything is built")


def up(target: TargetOption = Target.EMBEDDED, stage: StageOption = StageName.DEV) -> None:
    """Start (embedded), deploy, publish the rules, and say how to reach the stage; again: what changed."""
    build_all(announce)
    if target is Target.AWS:
        return presentation.aws_card(out, up_aws(stage.value, announce))
    with _one_at_a_time():
        runs_already = emulators.running() is not None
        deployed = up_embedded(stage.value, announce)
        if runs_already:
            err.print(f"an embedded stage ran already; {stage.value} is as the templates say")
        return presentation.embedded_card(out, deployed, embedded.environment(_require_emulator()))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let no second `up` or `down` of this checkout in meanwhile."""
    lock = FileLock(BUILD / ".stage.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        err.print("another `hallmark up` or `down` is at work; waiting for it")
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


def status(target: TargetOption = Target.EMBEDDED, stage: StageOption = StageName.DEV) -> None:
    """Say whether the stage runs, where, and what waits in its queues; exit code 1 when it does not run."""
    if target is Target.EMBEDDED:
        noted = emulators.noted()
        if not emulators.running():
            out.print(DIED if noted else "no embedded stage is running")
            raise typer.Exit(1)
    presentation.status(out, open_stage(target, stage))


def down(
    target: TargetOption = Target.EMBEDDED,
    stage: Annotated[StageName | None, typer.Option(help="Destroy this stage only; embedded: all by default.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a stage on AWS is destroyed.")] = False,
) -> None:
    """End the embedded stage without a trace, or destroy a stage's stack."""
    if target is Target.AWS:
        return _destroy_on_aws(stage, yes)
    BUILD.mkdir(exist_ok=True)
    with _one_at_a_time():
        noted = emulators.noted()
        if noted is None:
            out.print("nothing is running")
        elif stage is None or not noted.is_alive():
            died = not noted.is_alive()
            emulators.end(noted)
            out.print(DIED if died else "the embedded stage has ended; nothing is left of it")
        else:
            announce(f"destroy {stage.value}")
            unprotect(embedded.stage_of(noted, SYSTEM, stage.value))
            deploy.destroy(SYSTEM, stage.value, embedded.environment(noted))
    return None


def _destroy_on_aws(stage: StageName | None, yes: bool) -> None:
    if stage is None:
        raise UserError("on AWS name the stage to destroy: hallmark down --target aws --stage dev")
    deployed = aws.open_stage(SYSTEM, stage.value)
    if deployed.protected:
        name = stack_name(SYSTEM, stage.value)
        command = (
            f"aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name {name}"
        )
        raise UserError(f"stage {stage.value} is protected; lift the protection first: {command}")
    if not yes:
        typer.confirm(f"Destroy stage {stage.value} on AWS, with its data?", abort=True)
    build_all(announce)
    deploy.destroy(SYSTEM, stage.value)
