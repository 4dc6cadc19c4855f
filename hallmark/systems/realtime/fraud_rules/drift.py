"""Deviations of the table Rules, as differences of the table's resource."""

from hallmark.observe.deployment import Deployment
from hallmark.observe.difference import Difference
from hallmark.stage import Stage
from hallmark.systems.realtime.fraud_rules.verification import verify
from hallmark.systems.realtime.outputs import Output

TABLE = "AWS::DynamoDB::Table"


def differences(stage: Stage) -> list[Difference]:
    """Return the deviations from what was published, and from the rules of this tree."""
    name = Deployment(stage).logical_id(TABLE, stage.outputs[Output.RULES_TABLE])
    return [Difference(name, TABLE, "changed", one.path, one.declared, one.observed) for one in verify(stage)]
