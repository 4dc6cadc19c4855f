"""Lay out the Python functions: `python lambda/bundle_python.py` fills build/lambda/<system>/<function>.

A function's folder holds its package, its system's own modules and the shared package in the layout of lambda/, so that
it imports them by the same names as tests: `<system>.<function>.index`, `<system>.items` and `shared_python`. It has no
dependencies but its runtime's.
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE, TARGET = ROOT / "lambda", ROOT / "build" / "lambda"
SHARED = SOURCE / "shared_python"


def functions(source: Path) -> list[Path]:
    """Return the folders of the Python functions."""
    return sorted(index.parent for index in source.glob("*/*/index.py"))


def lay_out(function: Path, source: Path, target: Path) -> list[Path]:
    """Copy the modules of one function, without their times: equal sources give equal digests. Return the copies."""
    folder = target / function.relative_to(source)
    shutil.rmtree(folder, ignore_errors=True)
    modules = [*function.rglob("*.py"), *function.parent.glob("*.py"), *(source / SHARED.name).rglob("*.py")]
    copies = []
    for module in sorted(modules):
        copy = folder / module.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(module.read_bytes())
        copies.append(copy)
    return copies


if __name__ == "__main__":
    for found in functions(SOURCE):
        copied = lay_out(found, SOURCE, TARGET)
        print(f"{(TARGET / found.relative_to(SOURCE)).relative_to(ROOT)} {len(copied)} modules")
