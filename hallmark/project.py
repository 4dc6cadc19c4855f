"""Where things are in a checkout, and how its tools are run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from hallmark.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
CLOUD_ASSEMBLY = BUILD / "cdk.out"
NODE_MODULES = ROOT / "node_modules"
CDK_CLI = NODE_MODULES / "aws-cdk" / "bin" / "cdk"
REGION = "eu-central-1"


def require_checkout() -> None:
    """Raise UserError unless the package runs from a checkout, where stacks and functions are."""
    if not (ROOT / "cdk.json").is_file():
        raise UserError(f"{ROOT} is no checkout of Hallmark: clone the project and install it with `pip install -e .`")


def tool(name: str) -> str:
    """Path of a program of this Python environment (`node`, `npm`); raise UserError if it is missing."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which(name, path=beside) or shutil.which(name)
    if not found:
        raise UserError(f"`{name}` is missing: install the project's requirements, they bring it")
    return found


def tool_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment for the tools: this Python environment's programs come first in PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "CDK_DISABLE_CLI_TELEMETRY": "true", **(extra or {})}


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a tool in the checkout and return its output; raise UserError with the last lines of it when it fails."""
    found = dict(environment or tool_environment())
    done = subprocess.run(list(command), cwd=ROOT, env=found, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise UserError(f"{Path(command[0]).name} failed with exit code {done.returncode}:\n{tail}")
    return done.stdout
