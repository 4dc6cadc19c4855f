"""The wheels of a lock for a Python and a processor.

requirements/lambda_<system>.txt has what a system's functions bring along, runtime_<runtime>.txt what a runtime has. Of
these only wheels without compiled code are taken: they are the same on every machine, so the embedded stage runs the
archive for AWS. An image has its own lock, and its wheels' files are put into one archive by `python
lambda/bundle_wheels.py LOCK ARCHIVE --python 3.11 [--platform NAME]`, without a platform for this machine.

Wheels are kept in build/cache by the lock's digest, so that a build with the same lock needs no network.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Optional
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "cache" / "wheels"
# https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
GRAVITON = "manylinux2014_aarch64"
PLATFORM = ("--implementation=cp", f"--platform={GRAVITON}", "--only-binary=:all:")
PURE = "-none-any.whl"
_PIN = re.compile(r"[\w.-]+(?:\[[\w.,-]+\])?==\S+(?:\s+--hash=sha256:[0-9a-f]{64})+")
_OTHER_HASH = "DO NOT MATCH THE HASHES"


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
    wheels = wheels_for(lock, python_of(lock), GRAVITON)
    if compiled := [wheel.name for wheel in wheels if not wheel.name.endswith(PURE)]:
        raise BundleError(f"{lock.name} has compiled code, which this machine may not run: replace {compiled[0]}")
    return wheels


def wheels_for(lock: Path, python: str, platform: str = "") -> list[Path]:
    """Return the wheels of a lock for a Python and a platform, this machine's by default; BundleError as above."""
    text = lock.read_text()
    pins, hashes = _pins(lock, text)
    if not pins:
        return []
    folder = CACHE / hashlib.sha256(f"{python} {platform}\n{text}".encode()).hexdigest()[:16]
    if not _as_locked(folder, pins, hashes):
        _download(lock, folder, python, platform)
    return sorted(folder.glob("*.whl"))


def _pins(lock: Path, text: str) -> tuple[list[str], set[str]]:
    """Return what a lock pins, and its hashes; BundleError for anything in it that is no pin with a hash."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    rows = " ".join(f"{line}\n" if not line.endswith("\\") else line[:-1] for line in lines).splitlines()
    for row in (row.strip() for row in rows):
        if not _PIN.fullmatch(row):
            raise BundleError(f"{_shown(lock)}: {row[:60]!r} is no pin with hashes: run requirements/compile.sh")
    return [row.split()[0] for row in rows], set(re.findall(r"sha256:([0-9a-f]{64})", text))


def _as_locked(folder: Path, pins: list[str], hashes: set[str]) -> bool:
    """Return whether a folder has a wheel for each pin, each with a hash of the lock."""
    wheels = list(folder.glob("*.whl"))
    return len(wheels) == len(pins) and all(hashlib.sha256(w.read_bytes()).hexdigest() in hashes for w in wheels)


def _download(lock: Path, folder: Path, python: str, platform: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    where = PLATFORM if platform == GRAVITON else [f"--platform={platform}"] if platform else []
    options = ["--quiet", "--no-deps", "--require-hashes", f"--python-version={python}", "--only-binary=:all:", *where]
    command = [*_pip(), "download", *options, f"--dest={folder}", f"--requirement={lock}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise BundleError(_cause(lock, done.stderr, f"Python {python} on {platform or 'this machine'}"))


def _cause(lock: Path, output: str, target: str) -> str:
    if _OTHER_HASH in output:
        named = re.search(r"^\s+(\S+) from ", output.partition(_OTHER_HASH)[2], re.MULTILINE)
        wheel = named[1] if named else "a wheel"
        return f"{_shown(lock)}: {wheel} has another hash than the lock: run requirements/compile.sh, and look why"
    if missing := re.search(r"^ERROR: No matching distribution found for (\S+)", output, re.MULTILINE):
        return (
            f"{_shown(lock)}: {missing[1]} has no wheel for {target}, or no registry answers: "
            "choose a version that has one"
        )
    errors = [line for line in output.splitlines() if line.startswith("ERROR: ")]
    cause = (errors or ["ERROR: no output"])[-1].removeprefix("ERROR: ")
    return f"pip cannot download {_shown(lock)}, which needs a registry: {cause}"


def _shown(lock: Path) -> str:
    return lock.relative_to(ROOT).as_posix() if lock.is_relative_to(ROOT) else str(lock)


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
    for place, content in _importable(wheels):
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def pack(wheels: list[Path], archive: Path) -> None:
    """Write the same files into an archive, uncompressed: thousands of small files take a second each way."""
    with ZipFile(archive, "w") as packed:
        for place, content in _importable(wheels):
            packed.writestr(place, content)


def _importable(wheels: list[Path]) -> Iterator[tuple[str, bytes]]:
    for wheel in wheels:
        with ZipFile(wheel) as files:
            for name in (name for name in files.namelist() if not name.endswith("/")):
                if place := _place(name):
                    yield place, files.read(name)


def _place(name: str) -> str | None:
    """Return where a wheel's file belongs; None for scripts and headers."""
    first, *rest = PurePosixPath(name).parts
    if not first.endswith(".data"):
        return name
    return "/".join(rest[1:]) if rest[0] in ("purelib", "platlib") else None


def require_whole(lock: Path, wheels: list[Path]) -> None:
    """Require what every wheel needs under any condition to be in the lock, as pip does with hashes; BundleError."""
    pinned = {normalized(wheel.name.partition("-")[0]) for wheel in wheels}
    for wheel in wheels:
        if missing := sorted(needs_of(wheel, conditional=False) - pinned):
            name = wheel.name.partition("-")[0]
            raise BundleError(f"{_shown(lock)}: {name} needs {missing[0]}, no pin of it: run requirements/compile.sh")


def names_of(wheel: Path) -> set[str]:
    """Return the top-level modules and packages of a wheel."""
    with ZipFile(wheel) as files:
        places = [PurePosixPath(place) for name in files.namelist() if (place := _place(name))]
    return {place.parts[0].removesuffix(".py") for place in places if place.suffix == ".py"}


def needs_of(wheel: Path, conditional: bool = True) -> set[str]:
    """Return the distributions that a wheel requires, also under conditions, by their normalized names."""
    with ZipFile(wheel) as files:
        metadata = next(name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
        lines = files.read(metadata).decode().splitlines()
    rows = [line for line in lines if conditional or ";" not in line]
    return {normalized(found[1]) for line in rows if (found := re.match(r"Requires-Dist: ([\w.-]+)", line))}


def normalized(name: str) -> str:
    """Return a distribution's name as it is compared, whether it is written as in a lock or as in a wheel."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Put the files of a lock's wheels into an archive."""
    parser = argparse.ArgumentParser(description="Put the files of a lock's wheels into an archive.")
    parser.add_argument("lock", type=Path)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--python", required=True)
    parser.add_argument("--platform", default="")
    given = parser.parse_args()
    lock = given.lock.resolve()
    wheels = wheels_for(lock, given.python, given.platform)
    require_whole(lock, wheels)
    pack(wheels, given.archive)


if __name__ == "__main__":
    try:
        main()
    except BundleError as error:
        print(f"bundle_wheels: {error}", file=sys.stderr)
        sys.exit(2)
