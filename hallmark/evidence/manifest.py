"""The manifest of all evidence: build/evidence/manifest.json, a row for each file that a gate wrote or judged.

A gate replaces its own rows, in one step, when it begins and when it ends; no other process does so meanwhile.
Standard library only.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from hallmark.evidence.inputs import digest_of
from infra.errors import UserError

NAME = "manifest.json"
LOCK = ".manifest.lock"
# The names of gates, which are also those of files.
GATE = re.compile(r"[a-z][a-z0-9-]*")
SYSTEM = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, order=True)
class Row:
    """A file of a gate's evidence about a system, or of the house: its path in the checkout and its SHA-256."""

    path: str
    sha256: str
    gate: str
    system: str | None = None


@dataclass(frozen=True)
class Manifest:
    """The rows of all gates."""

    rows: tuple[Row, ...] = ()

    def of(self, gate: str, system: str | None) -> dict[str, str]:
        """Return the digests of a gate's files by their paths."""
        return {row.path: row.sha256 for row in self.rows if (row.gate, row.system) == (gate, system)}

    @property
    def gates(self) -> tuple[tuple[str, str | None], ...]:
        """The gates that have rows, with their systems."""
        return tuple(dict.fromkeys((row.gate, row.system) for row in self.rows))


def file_of(folder: Path) -> Path:
    """Return the manifest's file in a folder of evidence."""
    return folder / NAME


def read(folder: Path) -> Manifest:
    """Read a folder's manifest, empty where there is none; UserError for another format."""
    file = file_of(folder)
    if not file.exists():
        return Manifest()
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["files"]
        found = tuple(map(_row, rows))
    # Text that is nested too deeply ends in the last one.
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise UserError(f"{file} cannot be read: delete it and run the gates again") from None
    return Manifest(found)


def _row(data: dict[str, str]) -> Row:
    row = Row(**data)
    if not all(isinstance(value, str) for value in (row.path, row.sha256)) or not GATE.fullmatch(row.gate):
        raise TypeError
    if row.system is not None and not SYSTEM.fullmatch(row.system):
        raise ValueError
    return row


@contextmanager
def locked(folder: Path, *, shared: bool = False) -> Iterator[None]:
    """Keep other processes from changing a folder's evidence; readers share it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


def replace(folder: Path, gate: str, system: str | None, files: Mapping[str, str]) -> None:
    """Make these files a gate's only rows; the folder is locked. A manifest that cannot be read begins anew."""
    try:
        known = read(folder)
    except UserError:
        known = Manifest()
    others = [row for row in known.rows if (row.gate, row.system) != (gate, system)]
    rows = sorted([*others, *(Row(path, digest, gate, system) for path, digest in files.items())], key=_place)
    atomically(file_of(folder), json.dumps({"files": [asdict(row) for row in rows]}, indent=0))


def _place(row: Row) -> tuple[str, str, str]:
    return row.system or "", row.gate, row.path


def digest(folder: Path) -> str:
    """Return the manifest's SHA-256, which stands for all evidence; empty where there is none."""
    return digest_of(file_of(folder)) if file_of(folder).is_file() else ""


def atomically(path: Path, text: str) -> None:
    """Write a file in one step: readers see the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
