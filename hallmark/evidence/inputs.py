"""The inputs of a gate: the files of the checkout that its result follows from, with their digests.

Evidence counts while its inputs are as they were; the commit is only stated. The inputs are in parts: `locks`, `trunk`
and one for each system, so that a change in one system's rooms leaves other systems' evidence valid. Files are found
on disk, so that those that git ignores or does not know yet count, too. Standard library only.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from stat import S_ISREG

from hallmark.project import ROOT
from infra.systems import NAMES

LOCKS, TRUNK = "locks", "trunk"
# The beginning of a path -> its area; the longest that fits decides.
AREAS: Mapping[str, str] = {
    "infra/": "stacks",
    "lambda/": "functions",
    "tsconfig.json": "functions",
    "policies/": "policies",
    "hallmark/": "tool",
    "hallmark/report/": "report",
    "hallmark/bundle/": "report",
    "hallmark/export/": "report",
    "load/": "load",
    "tests/unit/": "unit tests",
    "tests/integration/": "integration tests",
    "tests/": "tests' support",
    "tests/checkov/": "checkov's tests",
    "tests/browser/": "browser's tests",
    "docs/runbooks/": "runbooks",
    "benchmarks/": "benchmarks",
    ".github/": "workflow",
    # Not the folder: a virtual environment is in it.
    **dict.fromkeys((".ci/run", ".ci/base", ".ci/against", ".ci/summary"), "workflow"),
    "cdk.json": "parameters",
    "pyproject.toml": "settings",
    "tox.ini": "settings",
    ".cfnlintrc.yaml": "settings",
    "requirements/": LOCKS,
    "package.json": LOCKS,
    "package-lock.json": LOCKS,
    ".npmrc": LOCKS,
}
# The beginning of a path that no gate's result follows from -> why.
NO_INPUTS: Mapping[str, str] = {
    "README.md": "prose",
    "CHANGELOG.md": "prose",
    "CONTRIBUTING.md": "prose",
    "LICENSE": "prose",
    "docs/": "prose, but for the runbooks, whose commands are tested",
    ".gitignore": "inputs are found on disk, whether git ignores them or not",
    ".pre-commit-config.yaml": "starts a gate before a commit",
    ".pre-commit-hooks.yaml": "for other repositories, whose templates no gate judges",
    "action.yml": "for other repositories, whose templates no gate judges",
}
# What tools read in the checkout's own folder, whoever put it there: settings, and modules that hide others.
READ = (
    *("*.py", "*.pth", "*.toml", "*.ini", "*.cfg", "*.json", "*.yaml", "*.yml", "*rc"),
    *("*.js", "*.cjs", "*.mjs", "*.ts", ".python-version", ".node-version"),
)
NOT_OURS = ("build", "node_modules")
# What every gate of systems and templates follows from. A value of cdk.json reaches it through the templates, whose
# digests stand in the evidence on their own: one system's parameter is no input of another.
PRODUCT = ("stacks", "functions", "policies", "tool", "settings", LOCKS)
_ON_A_STAGE = (*PRODUCT, "load", "integration tests", "tests' support", "runbooks")
GATES: Mapping[str, tuple[str, ...]] = {
    "cfn-lint": PRODUCT,
    "checkov": (*PRODUCT, "checkov's tests"),
    "unit": (
        *(*PRODUCT, "report", "load", "unit tests", "tests' support"),
        *("integration tests", "runbooks", "benchmarks", "parameters", "workflow"),
    ),
    "policies": PRODUCT,
    "mutants": PRODUCT,
    "integration": _ON_A_STAGE,
    "iam": _ON_A_STAGE,
    "observed": PRODUCT,
    "transactions": (*PRODUCT, "load"),
    **dict.fromkeys(("load", "burst", "abuse", "anomalies", "soak"), (*PRODUCT, "load")),
}
# Of the gate lint, and of any gate that is not listed.
EVERY = tuple(dict.fromkeys(AREAS.values()))
_digests: dict[tuple[str, int, int], str] = {}


@dataclass(frozen=True)
class Inputs:
    """The SHA-256 of each input by its path, of all parts."""

    files: Mapping[str, str]

    @cached_property
    def parts(self) -> dict[str, str]:
        """The digest of each part: the SHA-256 of its lines in the listing."""
        found: dict[str, dict[str, str]] = {}
        for path, digest in self.files.items():
            found.setdefault(part_of(path), {})[path] = digest
        return {part: hashlib.sha256(_listed(files).encode()).hexdigest() for part, files in sorted(found.items())}

    @property
    def listing(self) -> str:
        """One line for each file, as `sha256sum --check` reads it."""
        return _listed(self.files)

    def of(self, parts: Iterable[str]) -> dict[str, str]:
        """Return the files of some parts, with their digests."""
        wanted = set(parts)
        return {path: digest for path, digest in self.files.items() if part_of(path) in wanted}


def _listed(files: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(files.items()))


def listed(text: str) -> Inputs:
    """Return the inputs of a listing; ValueError for another format."""
    rows = (line.split("  ", 1) for line in text.splitlines())
    return Inputs({path: digest for digest, path in rows})


@cache
def area_of(path: str) -> str | None:
    """Return the area of a file of the checkout; None where no gate's result follows from it.

    A file in the checkout's own folder that nobody knows may be a tool's settings, and a package there hides another
    of its name from Python.
    """
    if fits := [start for start in AREAS if _begins(path, start)]:
        return AREAS[max(fits, key=len)]
    return None if any(_begins(path, start) for start in NO_INPUTS) else "settings"


def _begins(path: str, start: str) -> bool:
    return path == start or (start.endswith("/") and path.startswith(start))


@cache
def part_of(path: str) -> str:
    """Return the part of an input: its system if a folder or file of its path has the system's name."""
    if area_of(path) == LOCKS:
        return LOCKS
    return next((name for part in Path(path).parts if (name := part.partition(".")[0]) in NAMES), TRUNK)


def inputs_of(gate: str, system: str | None = None, root: Path = ROOT) -> Inputs:
    """Return the inputs of a gate about a system: its rooms, trunk and locks; of the house: those of all systems."""
    areas = set(GATES.get(gate, EVERY))
    parts = {LOCKS, TRUNK, system} if system else {LOCKS, TRUNK, *NAMES}
    starts = {start for start, area in AREAS.items() if area in areas} | _unknown(root)
    paths = sorted({path for start in starts for path in _files(root, start) if area_of(path) in areas})
    return Inputs({path: digest_of(root / path) for path in paths if part_of(path) in parts})


def _unknown(root: Path) -> set[str]:
    """Return the settings, modules and packages of the checkout's own folder that no table names."""
    found = {path.name for path in root.iterdir() if path.is_file() and any(map(path.match, READ))}
    found |= {f"{path.parent.name}/" for path in root.glob("[!.]*/__init__.py") if path.parent.name not in NOT_OURS}
    return {name for name in found if not any(_begins(name, start) for start in (*AREAS, *NO_INPUTS))}


def _files(root: Path, start: str) -> Iterator[str]:
    """Yield the files below a folder, or the file, but for what Python and tools leave there."""
    if not start.endswith("/"):
        yield from [start] if (root / start).is_file() else []
        return
    for folder, folders, names in os.walk(root / start):
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        inside = Path(folder).relative_to(root).as_posix()
        yield from (f"{inside}/{name}" for name in folders if (Path(folder) / name).is_symlink())
        yield from (f"{inside}/{name}" for name in names if not name.endswith(".pyc"))


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder: that of its files' listing.

    A file is read once in a process, until its size or time changes. OSError when there is none.
    """
    if path.is_dir():
        inside = (file for file in path.rglob("*") if file.is_file())
        files = {file.relative_to(path).as_posix(): digest_of(file) for file in inside}
        return hashlib.sha256(_listed(files).encode()).hexdigest()
    stat = path.stat()
    if not S_ISREG(stat.st_mode):
        raise OSError(f"{path} is no file")
    key = (str(path), stat.st_size, stat.st_mtime_ns)
    if key not in _digests:
        _digests[key] = hashlib.sha256(path.read_bytes()).hexdigest()
    return _digests[key]
