"""`hallmark realtime audit`: the decisions on a transaction, from its audit trail alone."""

from typing import Annotated

import typer

from hallmark.commands.common import OwnSystemOption, StageOption, Target, TargetOption, own_stage
from hallmark.systems.realtime import audit as trail
from hallmark.systems.realtime.commands import OWNER
from hallmark.terminal import err, out
from infra.errors import UserError
from infra.systems import StageName


def audit(
    transaction_id: Annotated[str, typer.Argument(help="The transaction.")],
    system: OwnSystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Reconstruct every decision on a transaction from AuditLogs alone; exit code 1 if the trail contradicts itself."""
    try:
        story = trail.reconstruct(trail.read(own_stage(OWNER, system, target, stage), transaction_id))
    except ValueError:
        raise UserError(f"{transaction_id} was never accepted: AuditLogs has no acceptance record of it") from None
    for line in _lines(story):
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    for contradiction in story.contradictions:
        err.print(contradiction, style="red", highlight=False, markup=False, soft_wrap=True)
    if story.contradictions:
        raise typer.Exit(1)


def _lines(story: trail.Story) -> list[str]:
    enriched = f"recentTxnCount {story.recent_txn_count}, localHour {story.local_hour}"
    lines = [f"{story.transaction_id} accepted {story.received_at}, {enriched}, content {story.content_hash}"]
    for decision in story.decisions:
        alerted = ", alerted" if decision.alerted else ""
        lines.append(f"{decision.rule_id} version {decision.rule_version}: {decision.outcome}{alerted}")
        lines += [f"  {reason}" for reason in decision.reasons]
    return lines if story.decisions else [*lines, "no rule matched"]
