"""The programs `hallmark` and `aws`: in a process that is forked, or started where that would not be the same."""

import atexit
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache

from tests.support.templates import ROOT
from tests.support.warm import client

MODULES = {"hallmark": "hallmark", "aws": "tests.support.aws_cli"}
# What a process reads while it starts, by the beginnings of the variables' names.
AT_START = ("PYTHON", "LC_", "LANG", "LD_", "TZ", "COLUMNS")
# Of every command that does not say another.
COLUMNS = "160"


def command(program: str, environment: Mapping[str, str]) -> list[str]:
    """Return the words that run a program with an environment."""
    paths = {os.environ.get("PYTHONPATH"), str(ROOT)}
    usual = environment.get("PYTHONPATH") in paths
    if usual and _at_start(environment) == _at_start(_own()):
        return [sys.executable, "-I", "-S", client.__file__, _address(), program]
    return [sys.executable, "-m", MODULES[program]]


def _at_start(environment: Mapping[str, str]) -> dict[str, str]:
    found = {name: value for name, value in environment.items() if name.startswith(AT_START)}
    return found | {"PYTHONPATH": str(ROOT)}


def _own() -> dict[str, str]:
    return {**os.environ, "COLUMNS": COLUMNS, "PYTHONPATH": str(ROOT)}


@cache
def _address() -> str:
    """Return the address of this process's server, started the first time; it ends with this process."""
    folder = tempfile.TemporaryDirectory(prefix="hallmark-warm-")
    place = f"{folder.name}/socket"
    words = [sys.executable, "-m", "tests.support.warm.server", place]
    server = subprocess.Popen(
        words, cwd=ROOT, env=_own(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert server.stdin and server.stdout

    def end() -> None:
        server.communicate()
        folder.cleanup()

    atexit.register(end)
    assert server.stdout.readline() == b"ready\n", "the server of commands did not start"
    return place
