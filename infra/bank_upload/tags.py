"""The customer's tags, on everything that takes tags."""

from aws_cdk import Stack, Tags

from infra.bank_upload.parameters import Parameters
from infra.stage import Stage


def tag(stack: Stack, stage: Stage[Parameters]) -> None:
    """Tag what a stack holds."""
    wanted = {"Environment": stage.name, "Application": stage.system.slug, "CostCenter": stage.parameters.cost_center}
    for key, value in wanted.items():
        Tags.of(stack).add(key, value)
