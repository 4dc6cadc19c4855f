"""A stage in an AWS account: boto3 finds credentials, profile and endpoint; the region is the system's."""

import boto3
from botocore.exceptions import BotoCoreError

from hallmark.stage.deployed import DeployedStage
from infra.errors import UserError
from infra.systems import system_of


def open_stage(system: str, name: str) -> DeployedStage:
    """Open a stage of the account that boto3 finds; raise UserError for a missing profile."""
    try:
        session = boto3.Session(region_name=system_of(system).region)
    except BotoCoreError as error:
        raise UserError(f"{error}: set AWS_PROFILE to a profile of ~/.aws/config") from None
    return DeployedStage(system, name, "aws", session)
