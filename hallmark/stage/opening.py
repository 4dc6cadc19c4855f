"""Opens a deployed stage by what a caller names."""

from typing import Literal

from hallmark.stage import aws
from hallmark.stage.deployed import DeployedStage


def open_stage(target: Literal["embedded", "aws"], system: str, name: str) -> DeployedStage:
    """Open a deployed stage of a system; UserError where none is."""
    if target == "aws":
        return aws.open_stage(system, name)
    from hallmark.stage import embedded  # an environment that only reaches AWS has no emulator's tools

    return embedded.open_stage(system, name)
