"""Deployment by the ordinary CDK CLI: the same command for AWS and for the embedded stage."""

from collections.abc import Mapping

from hallmark.project import CDK_CLI, CLOUD_ASSEMBLY, REGION, ROOT, node, run, tool_environment
from hallmark.stage.deployed import stack_name

ASSEMBLY = ("--app", CLOUD_ASSEMBLY.relative_to(ROOT).as_posix())
QUIET = ("--no-notices", "--no-version-reporting", "--no-color")
Settings = Mapping[str, str] | None


def _cdk(command: str, arguments: tuple[str, ...], settings: Settings) -> None:
    """Run the CDK CLI on the cloud assembly; without settings it finds AWS as it always does."""
    environment = tool_environment(settings)
    if settings is not None:
        # A profile of the caller's, or the address of one service, would be found before the settings.
        environment = {name: value for name, value in environment.items() if name in settings or name[:4] != "AWS_"}
    run([node(), str(CDK_CLI), command, *ASSEMBLY, *arguments, *QUIET], environment)


def bootstrap(account: str, settings: Settings = None) -> None:
    """Bootstrap an account and region for the CDK, as a real account is bootstrapped once by its owner."""
    _cdk("bootstrap", (f"aws://{account}/{REGION}",), settings)


def deploy(system: str, stage: str, settings: Settings = None) -> None:
    """Deploy a stage and the stacks it depends on; raise UserError with the CLI's last words."""
    _cdk("deploy", ("--require-approval", "never", stack_name(system, stage)), settings)


def destroy(system: str, stage: str, settings: Settings = None) -> None:
    """Destroy a stage's stack; the account's own stack stays."""
    _cdk("destroy", ("--force", stack_name(system, stage)), settings)
