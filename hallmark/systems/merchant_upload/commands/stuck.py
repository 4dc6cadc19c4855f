"""`hallmark merchant_upload stuck`: files that were uploaded and are not finished in time."""

from typing import Annotated

import typer

from hallmark import clock
from hallmark.commands.common import OwnSystemOption, StageOption, Target, TargetOption, own_stage
from hallmark.systems.merchant_upload.commands import OWNER
from hallmark.systems.merchant_upload.ledger import LIMIT_SECONDS
from hallmark.systems.merchant_upload.stuck import stuck as find
from hallmark.terminal import out
from infra.systems import StageName


def stuck(
    seconds: Annotated[int, typer.Option(min=0, help="Older than so many seconds.")] = LIMIT_SECONDS,
    system: OwnSystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """List files that were uploaded more than five minutes ago and are not finished, with what to do; exit code 1."""
    found = find(own_stage(OWNER, system, target, stage), clock.now(), seconds)
    for one in found:
        out.print(str(one), highlight=False, markup=False, soft_wrap=True)
    if found:
        raise typer.Exit(1)
    out.print(f"no file is unfinished after {seconds} s", highlight=False)
