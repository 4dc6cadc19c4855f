"""What an execution left unfinished is found without a metric, and can be run again."""

from datetime import timedelta
from typing import Any

import pytest

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.screening.stuck import stuck
from infra.screening.outputs import Output
from tests.integration.screening.conftest import Kept, Workflow
from tests.integration.screening.contract import transaction
from tests.support.command import Command

SYSTEM = ("--system", "screening", "--target", "aws")
LATE = timedelta(minutes=6)


def _left(stage: Stage, kept: Kept, given: dict[str, Any]) -> None:
    """Leave a decided transaction as an execution leaves it that its own time-out ended before the decision."""
    record = kept.record(given["transaction_id"])
    assert record
    long_ago = clock.to_text(clock.now() - LATE)
    stage.client("dynamodb").update_item(
        TableName=stage.outputs[Output.STATE_TABLE],
        Key={"transaction_id": {"S": given["transaction_id"]}, "timestamp": {"N": str(record["timestamp"])}},
        UpdateExpression="SET #status = :screening, states = :states, #open = :open, opened_at = :at "
        "REMOVE decision, decided_by, risk, compliance, alerts",
        ExpressionAttributeNames={"#status": "status", "#open": "open"},
        ExpressionAttributeValues={
            ":screening": {"S": "screening"},
            ":states": {"M": {"validated": {"S": long_ago}}},
            ":open": {"S": f"open#{record['content_hash'][0]}"},
            ":at": {"S": long_ago},
        },
    )


@pytest.mark.control("SC_NO_LOSS")
def test_what_is_stuck_is_found_and_decided_by_a_redrive(
    stage: Stage, kept: Kept, workflow: Workflow, hallmark: Command
) -> None:
    given = transaction(amount=12_000, merchant_country="IR")
    name = given["transaction_id"]
    workflow.answer(given)
    assert name not in [one.id for one in stuck(stage, clock.now() + LATE)]
    _left(stage, kept, given)
    (found,) = [one for one in stuck(stage, clock.now()) if one.id == name]
    assert (found.owner, found.status) == (given["customer_id"], "screening") and "redrive" in found.advice
    assert name not in [one.id for one in stuck(stage, clock.now() - LATE)]
    listed = hallmark("screening", "stuck", "--target", "aws")
    assert (listed.returncode, name in listed.stdout) == (1, True), listed.stdout + listed.stderr
    status = hallmark("status", *SYSTEM)
    assert (status.returncode, name in status.stdout) == (0, True), status.stdout + status.stderr
    done = hallmark("redrive", "stuck", *SYSTEM)
    assert done.returncode == 0, done.stdout + done.stderr
    ended = kept.ended(name)
    assert (ended["decision"], ended["attempts"], "told" in ended["states"]) == ("blocked", 2, True)
    assert name not in hallmark("screening", "stuck", "--target", "aws").stdout
