"""Deployment by the ordinary CDK CLI: the same command for AWS and for the embedded stage."""

import os
from collections.abc import Mapping

from hallmark.project import CDK_CLI, CLOUD_ASSEMBLY, REGION, ROOT, run, tool, tool_environment
from hallmark.stage.deployed import stack_name

QUIET = ("--no-notices", "--no-version-reporting", "--no-color")


def _cdk(arguments: tuple[str, ...], settings: Mapping[str, str]) -> str:
    return run([tool("node"), str(CDK_CLI), *arguments, *QUIET], tool_environment(settings))


def bootstrap(account: str, settings: Mapping[str, str]) -> None:
    """Bootstrap an account and region for the CDK, as a real account is bootstrapped once by its owner."""
    _cdk(("bootstrap", f"aws://{account}/{REGION}"), settings)


def deploy(system: str, stage: str, settings: Mapping[str, str] | None = None) -> None:
    """Deploy a stage, and the stacks it depends on, from the cloud assembly; raise UserError with the CLI's last words.

    `settings` are variables of the environment; without them the CDK CLI finds AWS as it always does.
    """
    assembly = os.path.relpath(CLOUD_ASSEMBLY, ROOT)
    _cdk(
        ("deploy", "--app", assembly, "--require-approval", "never", stack_name(system, stage)),
        settings or {},
    )


def destroy(system: str, stage: str, settings: Mapping[str, str] | None = None) -> None:
    """Destroy a stage's stack; the account's own stack stays."""
    assembly = os.path.relpath(CLOUD_ASSEMBLY, ROOT)
    _cdk(("destroy", "--app", assembly, "--force", stack_name(system, stage)), settings or {})
