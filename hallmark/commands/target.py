"""The place of a stage, as an option: without boto3, which some commands need only for a stage that runs."""

from enum import StrEnum
from typing import Annotated

import typer


class Target(StrEnum):
    """The place of a stage."""

    EMBEDDED = "embedded"
    AWS = "aws"


TargetOption = Annotated[Target, typer.Option(help="An emulator on this machine, or the account that boto3 finds.")]
