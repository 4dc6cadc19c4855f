"""`hallmark realtime audit`: the decisions on a transaction, from its audit trail alone, and whether they are right."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from hallmark import clock
from hallmark.commands.common import OwnSystemOption, StageOption, Target, TargetOption, own_stage
from hallmark.ledger.quiet import PATIENCE
from hallmark.stage import Stage
from hallmark.systems.realtime import audit as trail
from hallmark.systems.realtime import audit_rules
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.commands import OWNER
from hallmark.systems.realtime.fraud_rules.store import State, Store
from hallmark.terminal import err, out
from infra.errors import UserError
from infra.systems import StageName

_LOOK_SECONDS = 0.25


def audit(
    transaction_id: Annotated[str, typer.Argument(help="The transaction.")],
    system: OwnSystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Reconstruct every decision on a transaction from AuditLogs alone, and compare it with what should be decided.

    By the plain predicates of the five rules, and by the versions of the rules as they were published. Exit code 1 for
    a contradiction.
    """
    deployed = own_stage(OWNER, system, target, stage)
    state, parameters = Store(deployed).read(), RuleParameters.of(deployed.outputs)
    records = _arrived(deployed, transaction_id, state, parameters)
    story = trail.reconstruct(records)
    for line in _lines(story):
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    found = [*story.contradictions, *audit_rules.contradictions(records, state, parameters)]
    for contradiction in found:
        err.print(contradiction, style="red", highlight=False, markup=False, soft_wrap=True)
    if found:
        raise typer.Exit(1)


def _arrived(stage: Stage, transaction_id: str, state: State, parameters: RuleParameters) -> Sequence[trail.Record]:
    """Return a transaction's records, of a new one when all are there or it has had time enough; UserError for none."""
    while True:
        records = trail.read(stage, transaction_id)
        accepted = next((record for record in records if record["kind"] == "accepted"), None)
        if accepted is None:
            raise UserError(f"{transaction_id} was never accepted: AuditLogs has no acceptance record of it")
        enough = clock.from_text(accepted["receivedAt"]) + timedelta(seconds=PATIENCE * stage.quiet_seconds)
        if clock.now() > enough or not audit_rules.missing(records, state, parameters):
            return records
        time.sleep(_LOOK_SECONDS)


def _lines(story: trail.Story) -> list[str]:
    enriched = f"recentTxnCount {story.recent_txn_count}, localHour {story.local_hour}"
    lines = [f"{story.transaction_id} accepted {story.received_at}, {enriched}, content {story.content_hash}"]
    for decision in story.decisions:
        alerted = ", alerted" if decision.alerted else ""
        lines.append(f"{decision.rule_id} version {decision.rule_version}: {decision.outcome}{alerted}")
        lines += [f"  {reason}" for reason in decision.reasons]
    return lines if story.decisions else [*lines, "no rule judged"]
