"""A stage in an account: credentials, profile, region and endpoint are what boto3 finds."""

import boto3
from botocore.exceptions import BotoCoreError

from hallmark.project import REGION
from hallmark.stage.deployed import DeployedStage
from infra.errors import UserError


def open_stage(system: str, name: str) -> DeployedStage:
    """Open a stage of the account that boto3 finds; raise UserError for a missing profile or another region."""
    try:
        session = boto3.Session()
    except BotoCoreError as error:
        raise UserError(f"{error}: set AWS_PROFILE to a profile of ~/.aws/config") from None
    if session.region_name != REGION:
        found = session.region_name or "none"
        raise UserError(f"the stacks are bound to {REGION}, your region is {found}: export AWS_DEFAULT_REGION={REGION}")
    return DeployedStage(system, name, "aws", session)
