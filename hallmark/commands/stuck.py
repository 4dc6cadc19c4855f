"""`hallmark SYSTEM stuck`: what was accepted and is not finished in time."""

import json
from collections.abc import Callable
from typing import Annotated

import typer

from hallmark import clock
from hallmark.commands.common import OwnSystemOption, StageOption, Target, TargetOption, own_stage
from hallmark.stuck import LIMIT_SECONDS
from hallmark.systems.wing import offered, wing
from hallmark.terminal import out
from infra.systems import StageName


def stuck_command(owner: str, noun: str = "file") -> Callable[..., None]:
    """Return the command of a system whose wing finds what is stuck; `noun` is what it accepts."""

    def stuck(
        seconds: Annotated[int, typer.Option(min=0, help="Older than so many seconds.")] = LIMIT_SECONDS,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
        system: OwnSystemOption = None,
        target: TargetOption = Target.EMBEDDED,
        stage: StageOption = StageName.DEV,
    ) -> None:
        found = offered(owner, wing(owner).stuck, "nothing that can be stuck")(
            own_stage(owner, system, target, stage), clock.now(), seconds
        )
        if as_json:
            print(json.dumps([one.to_dict() for one in found], indent=2))
        else:
            for line in [*map(str, found)] or [f"no {noun} is unfinished after {seconds} s"]:
                out.print(line, highlight=False, markup=False, soft_wrap=True)
        if found:
            raise typer.Exit(1)

    stuck.__doc__ = f"""
    List {noun}s that were accepted more than five minutes ago and are not finished, with what to do; exit code 1.

    `hallmark status` names them, too, and ends with 0.
    """
    return stuck
