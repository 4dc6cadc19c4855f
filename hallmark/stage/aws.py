"""A stage in an account: credentials, profile, region and endpoint are what boto3 finds."""

import boto3
from botocore.exceptions import BotoCoreError

from hallmark.errors import UserError
from hallmark.stage.deployed import DeployedStage


def open_stage(system: str, name: str) -> DeployedStage:
    """Open a stage of the account that boto3 finds; raise UserError when profile or region are missing."""
    try:
        session = boto3.Session()
    except BotoCoreError as error:
        raise UserError(f"{error}: set AWS_PROFILE to a profile of ~/.aws/config") from None
    if not session.region_name:
        raise UserError("no AWS region is set: export AWS_DEFAULT_REGION=eu-central-1, or set it in your profile")
    return DeployedStage(system, name, "aws", session)
