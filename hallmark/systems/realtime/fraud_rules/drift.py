"""Deviations of the table Rules, as differences of the table's resource."""

from hallmark.observe.deployment import Deployment
from hallmark.observe.difference import Difference
from hallmark.stage import Stage
from hallmark.systems.realtime.fraud_rules.verification import PUBLISH, RESTORE, Deviation, verify
from hallmark.systems.realtime.outputs import Output

TABLE = "AWS::DynamoDB::Table"


def differences(stage: Stage) -> list[Difference]:
    """Return the deviations from what was published, and from the rules of this tree."""
    name = Deployment(stage).logical_id(TABLE, stage.outputs[Output.RULES_TABLE])
    return [
        Difference(name, TABLE, "changed", one.path, one.declared, one.observed, _mend(stage, one))
        for one in verify(stage)
    ]


def _mend(stage: Stage, one: Deviation) -> str:
    where = f"{' --target aws' if stage.target == 'aws' else ''} --stage {stage.name}"
    if one.tampered:
        return f"write back what was published: `{RESTORE}{where}`"
    return f"put the rules of this tree in force: `{PUBLISH}{where}`"
