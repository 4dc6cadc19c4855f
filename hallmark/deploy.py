"""Deployment by the ordinary CDK CLI: the same command for AWS and for the embedded stage."""

from collections.abc import Mapping, Sequence

from hallmark.project import CDK_CLI, CLOUD_ASSEMBLY, ROOT, node, run, tool_environment
from hallmark.synthesized import all_templates
from infra.errors import UserError

ASSEMBLY = ("--app", CLOUD_ASSEMBLY.relative_to(ROOT).as_posix())
QUIET = ("--no-notices", "--no-version-reporting", "--no-color")
Settings = Mapping[str, str] | None


def stacks_of(system: str, stage: str) -> tuple[str, ...]:
    """Return the stacks of a stage, as the assembly's templates are marked; UserError when there is none."""
    found = (one.path for one in all_templates() if (one.system, one.stage) == (system, stage))
    names = tuple(path.name.removesuffix(".template.json") for path in found)
    if not names:
        raise UserError(f"build/cdk.out has no template of {system} {stage}: run `hallmark build`")
    return names


def _cdk(command: str, arguments: Sequence[str], settings: Settings) -> None:
    """Run the CDK CLI on the cloud assembly; without settings it finds AWS as it always does."""
    environment = tool_environment(settings)
    if settings is not None:
        # A profile of the caller's, or the address of one service, would be found before the settings.
        environment = {name: value for name, value in environment.items() if name in settings or name[:4] != "AWS_"}
    run([node(), str(CDK_CLI), command, *ASSEMBLY, *arguments, *QUIET], environment)


def bootstrap(account: str, region: str, settings: Settings = None) -> None:
    """Bootstrap an account and region for the CDK, as a real account is bootstrapped once by its owner."""
    _cdk("bootstrap", (f"aws://{account}/{region}",), settings)


def deploy(system: str, stage: str, settings: Settings = None) -> None:
    """Deploy a stage and the stacks it depends on; raise UserError with the CLI's last words."""
    _cdk("deploy", ("--require-approval", "never", *stacks_of(system, stage)), settings)


def destroy(system: str, stage: str, settings: Settings = None) -> None:
    """Destroy a stage's stacks; the account's own stack stays."""
    _cdk("destroy", ("--force", *stacks_of(system, stage)), settings)
