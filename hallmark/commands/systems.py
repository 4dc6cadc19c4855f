"""`hallmark systems`: the registry, and each system's capabilities."""

from rich.table import Table

from hallmark import catalogue
from hallmark.commands.common import Target, TargetOption
from hallmark.stage.embedded.emulator import running
from hallmark.stage.opening import open_stage
from hallmark.systems.wing import wing
from hallmark.terminal import out
from infra.systems import SYSTEMS, StageName


def systems(target: TargetOption = Target.EMBEDDED) -> None:
    """List the systems: region, controls, stages that are up, and capabilities for the shared commands."""
    asked = target is Target.AWS or running() is not None
    table = Table("system", "region", "controls", "up", "offers", "own commands", box=None, pad_edge=False)
    for system in SYSTEMS:
        found = wing(system.name)
        names = [stage.value for stage in StageName if asked and open_stage(target.value, system.name, stage).is_up]
        controls = str(len(catalogue.load(system.name).controls))
        offers, own = ", ".join(found.capabilities), ", ".join(found.commands)
        table.add_row(system.name, system.region, controls, ", ".join(names) or "-", offers, own)
    out.print(table)
