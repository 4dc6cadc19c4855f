"""Shared by the commands: the options that name a stage of a system, and the choice of the system."""

from collections.abc import Iterator
from typing import Annotated

import typer

from hallmark import completion
from hallmark.commands.target import Target as Target
from hallmark.commands.target import TargetOption as TargetOption
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.opening import open_stage
from infra.errors import UserError
from infra.systems import NAMES, SYSTEM_VARIABLE, StageName, system_of

TAKING = "Take this run's messages out of the buffer queue, which on AWS is the only way to count them."


def _system(name: str) -> str:
    return system_of(name).name


StageOption = Annotated[StageName, typer.Option(help="The stage.")]
SystemOption = Annotated[
    str | None,
    typer.Option(
        parser=_system,
        metavar="|".join(NAMES),
        envvar=SYSTEM_VARIABLE,
        help="The system.",
        autocompletion=completion.systems,
    ),
]
# For a system's own commands, which know their system: accepted in the spelling without its name.
OwnSystemOption = Annotated[str | None, typer.Option("--system", parser=_system, hidden=True)]


def stages_up(target: Target, stage: StageName, system: str | None = None) -> Iterator[DeployedStage]:
    """Yield the stage of every system, or of the named one, if it is deployed; UserError without an emulator."""
    for name in (system,) if system else NAMES:
        found = open_stage(target.value, name, stage.value)
        if found.is_up:
            yield found


def the_stage(target: Target, system: str | None, stage: StageName) -> DeployedStage:
    """Open the stage of the named system, else of the only one that is up; UserError that lists them."""
    if system or len(NAMES) == 1:
        return open_stage(target.value, system or NAMES[0], stage.value)
    found = list(stages_up(target, stage))
    if not found:
        raise UserError(f"no system is up on stage {stage.value}: run `hallmark up --stage {stage.value}`")
    if len(found) > 1:
        names = " or ".join(one.system for one in found)
        raise UserError(f"several systems are up: name one with --system {names}, or set {SYSTEM_VARIABLE}")
    return found[0]


def stages_to_read(target: Target, system: str | None, stage: StageName) -> list[DeployedStage]:
    """Open the stage of the named system, else those of all systems that are up; on AWS as `the_stage`."""
    stages = [] if system or target is Target.AWS else list(stages_up(target, stage))
    return stages if len(stages) > 1 else [the_stage(target, system, stage)]


def own_stage(owner: str, named: str | None, target: Target, stage: StageName) -> DeployedStage:
    """Open the stage of the command's own system; UserError when another one is named."""
    if named not in (None, owner):
        raise UserError(f"{named} has no such command, {owner} has: leave --system out")
    return open_stage(target.value, owner, stage.value)
