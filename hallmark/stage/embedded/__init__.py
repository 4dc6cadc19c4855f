"""The embedded stage: an AWS emulator on a loopback port, to which the ordinary CDK CLI deploys the stacks."""

from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded.emulator import Emulator, running
from hallmark.stage.sessions import session
from infra.errors import UserError
from infra.systems import system_of

# The emulator uses a 12-digit access key as the account; the secret is never checked.
ACCOUNT, SECRET = "000000000000", "embedded"


def environment(emulator: Emulator, region: str) -> dict[str, str]:
    """Return the variables that direct any AWS tool to a region of the emulator instead of AWS."""
    return {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        # boto3 reads the first, the SDK for JavaScript and the CDK the second.
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }


def open_stage(system: str, name: str) -> DeployedStage:
    """Open a stage of the running emulator; UserError when none runs."""
    emulator = running()
    if emulator is None:
        raise UserError(f"no embedded stage is running: run `hallmark up --stage {name}`")
    return stage_of(emulator, system, name)


def stage_of(emulator: Emulator, system: str, name: str) -> DeployedStage:
    """Open a stage of an emulator, in the region of its system."""
    own = session(ACCOUNT, SECRET, region=system_of(system).region)
    return DeployedStage(system, name, "embedded", own, emulator.endpoint)
