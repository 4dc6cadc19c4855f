"""`hallmark realtime rules publish`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from hallmark.commands.common import OwnSystemOption, StageOption, Target, TargetOption, own_stage
from hallmark.systems.realtime import fraud_rules
from hallmark.systems.realtime.commands import OWNER
from hallmark.terminal import out
from infra.systems import StageName

rules_app = typer.Typer(no_args_is_help=True, help="The fraud rules.")


@rules_app.command()
def publish(
    file: Annotated[Path, typer.Argument(help="The rules, as YAML.")] = fraud_rules.RULES,
    system: OwnSystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Publish the rules as new, immutable versions; unchanged rules keep their version."""
    table = Table("rule", "version", "", "in force from")
    for rule in fraud_rules.publish(own_stage(OWNER, system, target, stage), file):
        table.add_row(rule.rule_id, str(rule.version), rule.status, rule.effective_from)
    out.print(table)
