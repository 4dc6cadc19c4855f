"""Bring a stage up: deploy it, publish its rules; on the embedded stage start the emulator first."""

from collections.abc import Callable
from pathlib import Path

from hallmark import deploy
from hallmark.project import ROOT
from hallmark.stage import aws, embedded
from hallmark.stage.deployed import DeployedStage, stack_name
from hallmark.stage.embedded import emulator as emulators

SYSTEM = "realtime"
RULES = ROOT / "rules" / f"{SYSTEM}.yaml"
Announce = Callable[[str], None]


def up_embedded(stage: str, announce: Announce) -> DeployedStage:
    """Bring a stage up on the emulator of this checkout, started if none runs; return it.

    Raises UserError when a step fails; an emulator that was started for nothing is ended.
    """
    emulator = emulators.running()
    if emulator:
        return deploy_embedded(emulator, stage, announce, RULES)
    announce("start the emulator")
    emulator = emulators.start(note=True)
    try:
        announce("bootstrap its account")
        deploy.bootstrap(embedded.ACCOUNT, embedded.environment(emulator))
        return deploy_embedded(emulator, stage, announce, RULES)
    except BaseException:
        emulators.end(emulator)
        raise


def publish_rules(stage: DeployedStage, rule_file: Path) -> None:
    """Publish a file of rules on a deployed stage."""
    from hallmark import rules  # takes as long to load as all else here, and most commands only ask for the names

    rules.publish(stage, rule_file)


def deploy_embedded(emulator: emulators.Emulator, stage: str, announce: Announce, rule_file: Path) -> DeployedStage:
    """Deploy a stage into an emulator with a bootstrapped account, and publish its rules; return it."""
    announce(f"deploy {stage}")
    deploy.deploy(SYSTEM, stage, embedded.environment(emulator))
    deployed = embedded.stage_of(emulator, SYSTEM, stage)
    announce("publish the rules")
    publish_rules(deployed, rule_file)
    return deployed


def unprotect(stage: DeployedStage) -> None:
    """Lift the termination protection of a stage, which on the embedded stage protects nothing of value."""
    stage.client("cloudformation").update_termination_protection(
        StackName=stack_name(stage.system, stage.name), EnableTerminationProtection=False
    )


def up_aws(stage: str, announce: Announce) -> DeployedStage:
    """Deploy a stage to the account that boto3 and the CDK CLI find, and publish its rules; return it."""
    deployed = aws.open_stage(SYSTEM, stage)
    deployed.client("sts").get_caller_identity()
    announce(f"deploy {stage} to AWS")
    deploy.deploy(SYSTEM, stage)
    announce("publish the rules")
    publish_rules(deployed, RULES)
    return deployed
