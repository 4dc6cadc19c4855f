"""`hallmark drift`: the differences between the template and the deployed stage."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from hallmark.build import require_current
from hallmark.commands.common import StageOption, SystemOption, Target, TargetOption, stages_to_read
from hallmark.observe import render
from hallmark.observe.comparison import compare
from hallmark.observe.unread import read_from
from hallmark.unread import unread
from infra.systems import StageName


def drift(
    system: SystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
    as_json: Annotated[bool, typer.Option("--json", help="Print the differences as JSON.")] = False,
) -> None:
    """Compare the synthesized templates with the deployed stage; exit code 1 when they differ.

    Each difference is named with the controls that find a fault in it and their fixes, and with how to mend it. What is
    not read is listed in the end. Without --system: all systems that are up on the embedded stage.
    """
    # What is declared is what this tree says, not an older build of it.
    require_current()
    stages = stages_to_read(target, system, stage)
    found = {one.system: compare(one).differences for one in stages}
    rows = unread(read_from(stages[0]))
    if as_json:
        systems = {name: {"differences": [render.as_data(one) for one in own]} for name, own in found.items()}
        shown = {"target": target.value, "stage": stage.value, "systems": systems}
        print(json.dumps({**shown, "unread": [asdict(row) for row in rows]}, indent=1))
    else:
        for name, differences in found.items():
            print("\n".join([f"{name}:", *render.text(differences)] if len(found) > 1 else render.text(differences)))
        print("\n".join(render.unread_text(rows)))
    raise typer.Exit(int(any(found.values())))
