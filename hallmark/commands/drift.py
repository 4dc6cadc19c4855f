"""`hallmark drift`: the differences between the template and the deployed stage."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from hallmark.commands.common import StageOption, SystemOption, Target, TargetOption, stages_up, the_stage
from hallmark.observe import deciding, observe
from hallmark.observe.drift import Difference, declared
from hallmark.observe.drift import drift as differences_of
from hallmark.observe.render import text
from hallmark.stage.deployed import DeployedStage
from infra.systems import StageName


def drift(
    system: SystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
    as_json: Annotated[bool, typer.Option("--json", help="Print the differences as JSON.")] = False,
) -> None:
    """Compare the synthesized templates with the deployed stage; exit code 1 when they differ.

    Without --system: all systems that are up on the embedded stage.
    """
    stages = [] if system or target is Target.AWS else list(stages_up(target, stage))
    if len(stages) < 2:
        stages = [the_stage(target, system, stage)]
    found = {one.system: _differences(one) for one in stages}
    if as_json:
        rows = {name: [asdict(one) for one in differences] for name, differences in found.items()}
        print(json.dumps(rows if len(rows) > 1 else next(iter(rows.values())), indent=1))
    else:
        for name, differences in found.items():
            print("\n".join([f"{name}:", *text(differences)] if len(found) > 1 else text(differences)))
    raise typer.Exit(int(any(found.values())))


def _differences(stage: DeployedStage) -> list[Difference]:
    return [*differences_of(declared(stage.system, stage.name), observe(stage)), *deciding.differences(stage)]
