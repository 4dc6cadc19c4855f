"""`hallmark rules publish`."""

from pathlib import Path
from typing import Annotated

import typer

from hallmark import presentation, rules
from hallmark.commands.common import StageName, StageOption, Target, TargetOption, open_stage, out
from hallmark.up import RULES

rules_app = typer.Typer(no_args_is_help=True, help="The rules that verdicts are made by.")


@rules_app.command()
def publish(
    file: Annotated[Path, typer.Argument(help="The rules, as YAML.")] = RULES,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Publish the rules as new, immutable versions; rules that did not change stay as they are."""
    presentation.published(out, rules.publish(open_stage(target, stage), file))
