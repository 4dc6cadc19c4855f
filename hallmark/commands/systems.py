"""`hallmark systems`: the registry, and each system's commands."""

from rich.table import Table

from hallmark import catalogue
from hallmark.commands.common import Target, TargetOption
from hallmark.stage.embedded.emulator import running
from hallmark.stage.opening import open_stage
from hallmark.systems.wing import wing
from hallmark.terminal import out
from infra.systems import SYSTEMS, StageName


def systems(target: TargetOption = Target.EMBEDDED) -> None:
    """List the systems: region, controls, stages that are up, and the commands that need a system's support."""
    asked = target is Target.AWS or running() is not None
    table = Table(box=None, pad_edge=False)
    for column, whole in {"system": True, "region": True, "controls": True, "up": False, "commands": False}.items():
        table.add_column(column, no_wrap=whole, overflow="fold")
    for system in SYSTEMS:
        names = [stage.value for stage in StageName if asked and open_stage(target.value, system.name, stage).is_up]
        controls = str(len(catalogue.load(system.name).controls))
        table.add_row(
            system.name, system.region, controls, ", ".join(names) or "-", ", ".join(wing(system.name).supported)
        )
    out.print(table)
