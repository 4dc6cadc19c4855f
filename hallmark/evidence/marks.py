"""The mark that a gate leaves when it passes, build/evidence/[<system>/]<gate>.mark: what its evidence does not tell.

It has the SHA-256 of the evidence, the circumstances of the run, and when the evidence was last kept instead of made
again. Standard library only.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from hallmark.evidence import circumstances, manifest
from hallmark.evidence.inputs import digest_of
from hallmark.evidence.record import EVIDENCE, Evidence, file_of, mark_of, now
from hallmark.project import NODE_MODULES, ROOT
from infra.systems import SYSTEM_VARIABLE

# The variable that makes every gate run.
FRESH = "HALLMARK_FRESH"
# Variables of ours that name a place or a share, and change no result; any other may.
HARMLESS = (
    *(SYSTEM_VARIABLE, "HALLMARK_GATE", "HALLMARK_STAGE_FILE", "HALLMARK_LEDGER", "HALLMARK_IAM_DRAFT"),
    *("HALLMARK_TARGET", FRESH, "HALLMARK_NO_CACHE"),
)


def mark(evidence: Evidence, folder: Path = EVIDENCE) -> None:
    """Note the circumstances of evidence that was just written."""
    of = (evidence.gate, evidence.system, folder)
    said = {"evidence": digest_of(file_of(*of)), "circumstances": around(evidence.started[:10]), "kept": ""}
    manifest.atomically(mark_of(*of), json.dumps(said, indent=1))


def read(gate: str, system: str | None, folder: Path = EVIDENCE) -> dict[str, Any]:
    """Return a gate's mark; empty where there is none, or none that can be read."""
    try:
        found = json.loads(_text(mark_of(gate, system, folder)))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def keep(evidence: Evidence, folder: Path = EVIDENCE) -> None:
    """Note that evidence is kept."""
    of = (evidence.gate, evidence.system, folder)
    manifest.atomically(mark_of(*of), json.dumps(read(*of) | {"kept": now()}, indent=1))


def kept_at(evidence: Evidence, folder: Path = EVIDENCE) -> str:
    """Return when evidence was last kept, in UTC; empty if it was made by the latest run of its gate."""
    return str(read(evidence.gate, evidence.system, folder).get("kept", ""))


def around(day: str) -> dict[str, str]:
    """Return what results may depend on beside inputs: place, machine, programs, settings, and the day (UTC)."""
    root = ROOT.stat()
    return {
        "checkout": f"{ROOT} {root.st_dev}:{root.st_ino}",
        "machine": f"{circumstances.host()} {platform.platform()} {platform.machine()}, {os.cpu_count()} processors",
        "user": circumstances.user(),
        "interpreter": f"{platform.python_implementation()} {platform.python_version()} {platform.python_compiler()}",
        "packages": _packages(),
        "npm packages": _digest([_text(NODE_MODULES / ".package-lock.json")]),
        "variables": _digest(f"{name}={value}" for name, value in os.environ.items() if _counts(name)),
        "day": day,
    }


@cache
def _packages() -> str:
    return _digest(f"{one.name}=={one.version}" for one in metadata.distributions())


def _counts(name: str) -> bool:
    return name.startswith("HALLMARK_") and name not in HARMLESS


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
