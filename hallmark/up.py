"""Deployment of a stage and the steps that follow it; on the embedded stage after starting the emulator."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from botocore.exceptions import ClientError

from hallmark import deploy
from hallmark.stage import aws, embedded
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded import emulator as emulators
from hallmark.stage.embedded.emulator import Emulator
from hallmark.systems.wing import wing
from infra.errors import UserError
from infra.systems import system_of

Announce = Callable[[str], None]
# The stack of `cdk bootstrap`. https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
_BOOTSTRAP = "CDKToolkit"


@contextmanager
def _running(announce: Announce) -> Iterator[Emulator]:
    """Return the emulator of this checkout, started if none runs; end a newly started one on failure."""
    found = emulators.running()
    if found:
        yield found
        return
    announce("start the emulator")
    found = emulators.start(note=True)
    try:
        yield found
    except BaseException:
        emulators.end(found)
        raise


def up_embedded(systems: Sequence[str], stage: str, announce: Announce) -> list[DeployedStage]:
    """Deploy a stage of each system to the emulator of this checkout, started if none runs; return the stages.

    UserError when a step fails.
    """
    with _running(announce) as emulator:
        return [deploy_embedded(emulator, system, stage, announce) for system in systems]


def deploy_embedded(emulator: Emulator, system: str, stage: str, announce: Announce) -> DeployedStage:
    """Deploy a stage into its system's region of an emulator, and run the steps that follow; return it."""
    region = system_of(system).region
    settings = embedded.environment(emulator, region)
    deployed = embedded.stage_of(emulator, system, stage)
    if not _is_bootstrapped(deployed):
        announce(f"bootstrap {region}")
        deploy.bootstrap(embedded.ACCOUNT, region, settings)
    announce(f"deploy {system} {stage}")
    _deploy(deployed, announce, settings)
    return _finished(deployed, announce)


def _deploy(stage: DeployedStage, announce: Announce, settings: deploy.Settings = None) -> None:
    """Deploy a stage; where something must be done before its main stack, its parts come first.

    UserError where the deletion of a stack failed: CloudFormation updates it no more.
    """
    if left := stage.half_deleted:
        down = stage.up_command.replace("hallmark up", "hallmark down", 1)
        raise UserError(f"the deletion of {left[0]} failed: finish it by `{down}`, then run `{stage.up_command}`")
    steps = wing(stage.system).before_main
    if steps:
        parts = system_of(stage.system).stack_names(stage.name)[1:]
        deploy.deploy(stage.system, stage.name, settings, parts)
    for step in steps:
        announce(step.about)
        step.run(stage)
    deploy.deploy(stage.system, stage.name, settings)


def _is_bootstrapped(stage: DeployedStage) -> bool:
    try:
        return bool(stage.client("cloudformation").describe_stacks(StackName=_BOOTSTRAP)["Stacks"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return False


def _finished(stage: DeployedStage, announce: Announce) -> DeployedStage:
    for step in wing(stage.system).after_deploy:
        announce(step.about)
        step.run(stage)
    return stage


def unprotect(stage: DeployedStage) -> None:
    """Remove the termination protection of a stage, which is not needed on the embedded stage."""
    for name in stage.present:
        stage.client("cloudformation").update_termination_protection(StackName=name, EnableTerminationProtection=False)


def up_aws(system: str, stage: str, announce: Announce) -> DeployedStage:
    """Deploy a stage to the account that boto3 and the CDK CLI find, and run the steps that follow; return it."""
    deployed = aws.open_stage(system, stage)
    deployed.client("sts").get_caller_identity()
    announce(f"deploy {system} {stage} to AWS")
    _deploy(deployed, announce)
    return _finished(deployed, announce)
