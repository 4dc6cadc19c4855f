"""Names of realtime's roles, and what the texts of their calls are filled with."""

from hallmark.naming import physical
from hallmark.stage import Stage
from tests.support.rights import account_of

REGION = "eu-central-1"
OTHER = {"ingest_processor": "notifier", "fraud_detector": "ingest_processor", "notifier": "fraud_detector"}


def name_of(stage: Stage, role: str) -> str:
    """The physical name of a stage's role."""
    return physical(stage, role)


def names_for(stage: Stage, role: str) -> dict[str, str]:
    """What the texts of a call are filled with: the stack's outputs, and names that follow from the stage's."""
    account = account_of(stage)
    return {
        **stage.outputs,
        "account": account,
        "stage": stage.name,
        "role": role,
        "other": OTHER.get(role, role),
        "AlarmTopic": f"arn:aws:sns:{REGION}:{account}:realtime-alarms-{stage.name}",
    }
