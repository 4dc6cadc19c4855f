"""The interpreter that a function's runtime names, if this machine has it with boto3; else the project's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

# What Lambda's Python includes beside the standard library.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
PROVIDED = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
_ANSWER_SECONDS = 30
# Prints the folder that boto3 is found in, if the version is the wanted one.
_PROBE = """
import sys
if ".".join(map(str, sys.version_info[:2])) != sys.argv[1]:
    sys.exit(1)
sys.path.append(sys.argv[2])
import boto3, os
print(os.path.dirname(os.path.dirname(boto3.__file__)))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python program, and the folder of importable packages beside the standard library."""

    program: str
    packages: str


@cache
def interpreter_of(runtime: str) -> Interpreter:
    """Return the interpreter for a runtime such as `python3.9`."""
    version, shared = runtime.removeprefix("python"), _shared_packages()
    own = ".".join(map(str, sys.version_info[:2]))
    for program in () if version == own else _candidates(version):
        if packages := _packages_of(program, version, shared):
            return Interpreter(program, packages)
    return Interpreter(sys.executable, shared)


def _candidates(version: str) -> Iterator[str]:
    """Yield programs that may be this version: in PATH, and of pyenv and uv, which keep them elsewhere."""
    name = f"python{version}"
    if found := shutil.which(name):
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or Path.home() / ".local/share/uv/python")
    for folder, pattern in ((pyenv, f"{version}.*"), (uv, f"cpython-{version}.*")):
        yield from (str(path) for path in sorted(folder.glob(f"{pattern}/bin/{name}"), reverse=True))


def _packages_of(program: str, version: str, shared: str) -> str | None:
    """Return the folder where a program finds boto3, its own first; None for another version or without boto3."""
    probe = [program, "-I", "-c", _PROBE, version, shared]
    try:
        answer = subprocess.run(probe, capture_output=True, text=True, check=False, timeout=_ANSWER_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


@cache
def _shared_packages() -> str:
    """Return a folder with the project's boto3 and its dependencies only."""
    folder = Path(os.environ["TMPDIR"]) / "python-packages"
    folder.mkdir(exist_ok=True)
    for name in PROVIDED:
        spec = find_spec(name)
        assert spec is not None and spec.origin is not None, name
        place = Path(spec.origin)
        place = place.parent if place.name == "__init__.py" else place
        link = folder / place.name
        if not link.exists():
            link.symlink_to(place)
    return str(folder)
