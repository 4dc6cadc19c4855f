"""The interpreter that a function's runtime names, if this machine has it; else the project's own.

Its packages are those that `hallmark build` laid out for the runtime, else the interpreter's own boto3.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from hallmark.project import PYTHON_RUNTIMES

# What Lambda's Python includes beside the standard library.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
PROVIDED = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
_ANSWER_SECONDS = 30
_VERSION = """
import sys
if ".".join(map(str, sys.version_info[:2])) != sys.argv[1]:
    sys.exit(1)
"""
# Prints the folder that boto3 is found in, if the version is the wanted one.
_PROBE = f"""{_VERSION}
sys.path.insert(0 if sys.argv[3] else len(sys.path), sys.argv[2])
import boto3, os
print(os.path.dirname(os.path.dirname(boto3.__file__)))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python program, and the folder of importable packages beside the standard library."""

    program: str
    packages: str


@cache
def program_of(version: str) -> tuple[str, str]:
    """Return a program for a version such as `3.11` and its own version: the project's where this machine has none."""
    own = ".".join(map(str, sys.version_info[:2]))
    found = (program for program in _candidates(version) if _answers(program, _VERSION, version) is not None)
    program = sys.executable if version == own else next(found, None)
    return (program, version) if program else (sys.executable, own)


@cache
def interpreter_of(runtime: str) -> Interpreter:
    """Return the interpreter for a runtime such as `python3.9`."""
    version, laid_out = runtime.removeprefix("python"), PYTHON_RUNTIMES / runtime
    is_laid_out = laid_out.is_dir()
    packages = str(laid_out) if is_laid_out else _shared_packages()
    own = ".".join(map(str, sys.version_info[:2]))
    for program in () if version == own else _candidates(version):
        if found := _packages_of(program, version, packages, is_laid_out):
            return Interpreter(program, found)
    return Interpreter(sys.executable, packages)


def _candidates(version: str) -> Iterator[str]:
    """Yield programs that may be this version, where `uv python find` looks, and those of pyenv.

    https://docs.astral.sh/uv/concepts/python-versions/#discovery-of-python-versions
    """
    name = f"python{version}"
    path = os.environ.get("PATH", "").split(os.pathsep)
    yield from _in_path(name, path)
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python")
    for folder, pattern in ((uv, f"cpython-{version}.*"), (pyenv, f"{version}.*")):
        yield from (str(place) for place in sorted(folder.glob(f"{pattern}/bin/{name}"), reverse=True))
    for other in ("python3", "python"):
        yield from _in_path(other, path)


def _in_path(name: str, path: list[str]) -> Iterator[str]:
    """Yield each program of a name, not the first alone: one of pyenv's stands for versions that it may not have."""
    yield from (found for folder in path if folder and (found := shutil.which(name, path=folder)))


def _packages_of(program: str, version: str, packages: str, is_first: bool = False) -> str | None:
    """Return the folder where a program finds boto3; None for another version or without boto3.

    `packages` come before its own, or after them.
    """
    return _answers(program, _PROBE, version, packages, "first" if is_first else "")


def _answers(program: str, source: str, *arguments: str) -> str | None:
    """Return what a program prints when it runs a source; None if it fails."""
    command = [program, "-I", "-c", source, *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_ANSWER_SECONDS)
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
