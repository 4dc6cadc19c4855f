"""`hallmark screening audit`: how a transaction was decided, from the state table alone."""

from typing import Annotated

import typer

from hallmark.commands.common import OwnSystemOption, StageOption, Target, TargetOption, own_stage
from hallmark.systems.screening.audit import trail
from hallmark.systems.screening.commands import OWNER
from hallmark.terminal import err, out
from infra.errors import UserError
from infra.systems import StageName


def audit(
    transaction_id: Annotated[str, typer.Argument(metavar="TRANSACTION_ID", help="A transaction's id.")],
    system: OwnSystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Say how a transaction was decided: each state with its time, score, reasons, rules with their lists, alerts.

    From the state table alone, with what else was sent under the id. Exit code 1 where it contradicts itself.
    """
    found = trail(own_stage(OWNER, system, target, stage), transaction_id)
    if found is None:
        raise UserError(
            f"{transaction_id} is unknown: the state table has nothing under it. What was refused for its id or its "
            "time is said by its execution's result and log only"
        )
    for line in found.lines:
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    for contradiction in found.contradictions:
        err.print(contradiction, style="red", highlight=False, markup=False, soft_wrap=True)
    if found.contradictions:
        raise typer.Exit(1)
