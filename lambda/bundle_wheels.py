"""The wheels of a lock for Lambda's Python and processor.

requirements/lambda_<system>.txt has what a system's functions bring along, runtime_<runtime>.txt what a runtime has.

They are kept in build/cache by the lock's digest, so that a build with the same lock needs no network. Only wheels
without compiled code are taken: they are the same on every machine, so the embedded stage runs the archive for AWS.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Optional
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "cache" / "wheels"
# https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
PLATFORM = ("--implementation=cp", "--platform=manylinux2014_aarch64", "--only-binary=:all:")
PURE = "-none-any.whl"


class BundleError(Exception):
    """What a user can mend: one line with what to do."""


def locks(kind: str = "lambda_") -> dict[str, Path]:
    """Return the lock of each system that has one; with `runtime_`, of each runtime."""
    found = sorted((ROOT / "requirements").glob(f"{kind}*.txt"))
    return {path.name.removeprefix(kind).removesuffix(".txt"): path for path in found}


def python_of(lock: Path) -> str:
    """Return the version of Python that a lock is for, which the first line of its .in says: `# python 3.9`."""
    return lock.with_suffix(".in").read_text().split()[2]


def wheels_of(lock: Optional[Path]) -> list[Path]:
    """Return the wheels of a lock, downloaded if they are not in the cache; BundleError if they cannot be had."""
    if lock is None:
        return []
    text = lock.read_bytes()
    folder = CACHE / hashlib.sha256(text).hexdigest()[:16]
    if not _as_locked(folder, text.decode()):
        _download(lock, folder)
    wheels = sorted(folder.glob("*.whl"))
    if compiled := [wheel.name for wheel in wheels if not wheel.name.endswith(PURE)]:
        raise BundleError(f"{lock.name} has compiled code, which this machine may not run: replace {compiled[0]}")
    return wheels


def _as_locked(folder: Path, lock: str) -> bool:
    """Return whether a folder has a wheel for each pin, each with a hash of the lock."""
    wheels = list(folder.glob("*.whl"))
    pins = re.findall(r"^[\w.-]+==", lock, re.MULTILINE)
    hashes = set(re.findall(r"sha256:([0-9a-f]{64})", lock))
    return len(wheels) == len(pins) and all(hashlib.sha256(w.read_bytes()).hexdigest() in hashes for w in wheels)


def _download(lock: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    options = ["--quiet", "--no-deps", "--require-hashes", f"--python-version={python_of(lock)}", *PLATFORM]
    command = [*_pip(), "download", *options, f"--dest={folder}", f"--requirement={lock}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
        cause = (errors or ["ERROR: no output"])[-1].removeprefix("ERROR: ")
        raise BundleError(f"pip cannot download requirements/{lock.name}, which needs a registry: {cause}")


def _pip() -> list[str]:
    """Return pip of this Python, else the one in PATH: which Python runs it does not matter."""
    if find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    found = shutil.which("pip")
    if not found:
        raise BundleError("`pip` is missing: install the project's requirements, which include it")
    return [found]


def unpack(wheels: list[Path], folder: Path) -> None:
    """Write the importable files of wheels into a folder, byte for byte, and nothing of the installation.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    for wheel in wheels:
        with ZipFile(wheel) as files:
            for name in (name for name in files.namelist() if not name.endswith("/")):
                if place := _place(name):
                    file = folder / place
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(files.read(name))


def _place(name: str) -> str | None:
    """Return where a wheel's file belongs; None for scripts and headers."""
    first, *rest = PurePosixPath(name).parts
    if not first.endswith(".data"):
        return name
    return "/".join(rest[1:]) if rest[0] in ("purelib", "platlib") else None


def names_of(wheel: Path) -> set[str]:
    """Return the top-level modules and packages of a wheel."""
    with ZipFile(wheel) as files:
        places = [PurePosixPath(place) for name in files.namelist() if (place := _place(name))]
    return {place.parts[0].removesuffix(".py") for place in places if place.suffix == ".py"}


def needs_of(wheel: Path) -> set[str]:
    """Return the distributions that a wheel requires, whatever the condition, by their normalized names."""
    with ZipFile(wheel) as files:
        metadata = next(name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
        lines = files.read(metadata).decode().splitlines()
    return {normalized(found[1]) for line in lines if (found := re.match(r"Requires-Dist: ([\w.-]+)", line))}


def normalized(name: str) -> str:
    """Return a distribution's name as it is compared, whether it is written as in a lock or as in a wheel."""
    return re.sub(r"[-_.]+", "-", name).lower()
