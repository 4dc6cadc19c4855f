"""Lay out the Python functions: `python lambda/bundle_python.py` fills build/lambda/<system>/<function>.

A function's folder holds its package, the modules that its system's functions share and the shared package, in the
layout of lambda/, so that it imports them by the same names as tests: `<system>.<function>.index`, `<system>.items`,
`shared_python`. Beside them are the wheels of the system's lock that these import. Each imported module must be there,
in the standard library or in the runtime.
"""

import shutil
import sys
from pathlib import Path

from bundle_imports import is_given, reached
from bundle_wheels import ROOT, BundleError, locks, names_of, needs_of, normalized, python_of, unpack, wheels_of

SOURCE, TARGET = ROOT / "lambda", ROOT / "build" / "lambda"
SHARED = SOURCE / "shared_python"
# The Python of a system without a lock: the oldest of them all.
OLDEST = "3.9"
# What the standard library loads by itself: the time zones, which Lambda's system may not have.
# https://docs.python.org/3/library/zoneinfo.html#data-sources
LOADED = {"zoneinfo": "tzdata"}


def functions(source: Path) -> list[Path]:
    """Return the folders of the Python functions that run archives: others have a Dockerfile."""
    found = sorted(index.parent for index in source.glob("*/*/index.py"))
    return [folder for folder in found if not (folder / "Dockerfile").exists()]


def lay_out(function: Path, source: Path, target: Path) -> list[Path]:
    """Copy the files of one function, without their times: equal sources give equal digests. Return the copies."""
    folder = target / function.relative_to(source)
    shutil.rmtree(folder, ignore_errors=True)
    found = [*function.parent.glob("*.py"), *function.rglob("*"), *(source / SHARED.name).rglob("*")]
    copies = []
    for file in sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts):
        copy = folder / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
        copies.append(copy)
    return copies


def add_wheels(folder: Path, package: str, wheels: list[Path], python: str) -> list[str]:
    """Unpack the wheels that a laid-out function needs beside it; return their names.

    `package` is the function's own folder within. BundleError names a module that is nowhere.
    """
    providers = {name: wheel for wheel in wheels for name in names_of(wheel)}
    wanted: set[Path] = set()
    for file, name in reached(folder, list((folder / package).rglob("*.py"))):
        top = name.partition(".")[0]
        if found := providers.get(LOADED.get(top, top)):
            wanted.add(found)
        if (top in LOADED and not found) or not (found or is_given(top, python)):
            raise BundleError(_missing(file.relative_to(folder), LOADED.get(top, name), package))
    unpack(sorted(_with_needs(wanted, wheels)), folder)
    return sorted(wheel.name.partition("-")[0] for wheel in _with_needs(wanted, wheels))


def _with_needs(wanted: set[Path], wheels: list[Path]) -> set[Path]:
    by_name = {normalized(wheel.name.partition("-")[0]): wheel for wheel in wheels}
    more = {by_name[name] for wheel in wanted for name in needs_of(wheel) if name in by_name} - wanted
    return _with_needs(wanted | more, wheels) if more else wanted


def _missing(file: Path, name: str, package: str) -> str:
    system = package.partition("/")[0]
    if name.startswith((f"{system}.", "shared_python.")):
        return f"lambda/{file} needs {name}, which its archive does not have: a function imports no other function"
    advice = f"add it to requirements/lambda_{system}.in and run requirements/compile.sh"
    return f"lambda/{file} needs {name}, which neither its Python nor its wheels have: {advice}"


def main() -> None:
    """Fill the folders of all functions."""
    for function in functions(SOURCE):
        package = function.relative_to(SOURCE).as_posix()
        copies, folder, system = lay_out(function, SOURCE, TARGET), TARGET / package, function.parent.name
        lock = locks().get(system)
        added = add_wheels(folder, package, wheels_of(lock), python_of(lock) if lock else OLDEST)
        print(f"{folder.relative_to(ROOT)} {len(copies)} files", *(["with", *added] if added else []))


if __name__ == "__main__":
    try:
        main()
    except BundleError as error:
        print(f"bundle_python: {error}", file=sys.stderr)
        sys.exit(2)
