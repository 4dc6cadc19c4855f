"""Deployment by the ordinary CDK CLI: the same command for AWS and for the embedded stage."""

from collections.abc import Mapping, Sequence

from hallmark.project import CDK_CLI, CLOUD_ASSEMBLY, ROOT, node, run, tool_environment
from hallmark.synthesized import all_templates
from infra.errors import UserError

ASSEMBLY = ("--app", CLOUD_ASSEMBLY.relative_to(ROOT).as_posix())
QUIET = ("--no-notices", "--no-version-reporting", "--no-color")
Settings = Mapping[str, str] | None


def stacks_of(system: str, stage: str) -> tuple[str, ...]:
    """Return the stacks of a stage, by the marks of the assembly's templates; UserError when there are none."""
    found = (one.path for one in all_templates() if (one.system, one.stage) == (system, stage))
    names = tuple(path.name.removesuffix(".template.json") for path in found)
    if not names:
        raise UserError(f"build/cdk.out has no template of {system} {stage}: run `hallmark build`")
    return names


def _cdk(command: str, arguments: Sequence[str], settings: Settings) -> None:
    """Run the CDK CLI on the cloud assembly; without settings it uses its ordinary configuration."""
    environment = tool_environment(settings)
    if settings is not None:
        # A profile of the caller, or the endpoint of one service, would take precedence over the settings.
        environment = {name: value for name, value in environment.items() if name in settings or name[:4] != "AWS_"}
    run([node(), str(CDK_CLI), command, *ASSEMBLY, *arguments, *QUIET], environment)


def bootstrap(account: str, region: str, settings: Settings = None) -> None:
    """Bootstrap an account and region for the CDK; a real account's owner does this once."""
    _cdk("bootstrap", (f"aws://{account}/{region}",), settings)


def deploy(system: str, stage: str, settings: Settings = None, stacks: Sequence[str] = ()) -> None:
    """Deploy a stage, or some of its stacks, and those that they depend on; UserError with the CLI's last lines."""
    _cdk("deploy", ("--require-approval", "never", *(stacks or stacks_of(system, stage))), settings)


def destroy(system: str, stage: str, settings: Settings = None) -> None:
    """Destroy a stage's stacks, but not the account's own stack."""
    _cdk("destroy", ("--force", *stacks_of(system, stage)), settings)
