"""Opening of a deployed stage by target, system and name."""

from typing import Literal

from hallmark.stage import aws
from hallmark.stage.deployed import DeployedStage


def open_stage(target: Literal["embedded", "aws"], system: str, name: str) -> DeployedStage:
    """Open a deployed stage of a system; UserError where there is none."""
    if target == "aws":
        return aws.open_stage(system, name)
    from hallmark.stage import embedded  # an environment for AWS only does not have the emulator

    return embedded.open_stage(system, name)
