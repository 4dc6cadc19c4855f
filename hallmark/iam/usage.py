"""The record of a system's integration tests: each role's uses and their counts; build/iam/<system>.jsonl.

Each line is a JSON object. The first describes the run: `inputs` (digests, as in `state_of`), `account`, `stage`,
`system`. The last says how it ended: `complete` is true when every test of the system ran and passed. Between them are
the notes of the embedded stage, on all systems that were tested with it.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hallmark.evidence.inputs import inputs_of
from hallmark.project import BUILD
from hallmark.revision import template_digests
from infra.errors import UserError

FOLDER = BUILD / "iam"


@dataclass(frozen=True)
class Use:
    """A use of a role, by its name: an action on an ARN; `allowed` is false for a refused call."""

    role: str
    action: str
    resource: str
    allowed: bool


@dataclass(frozen=True)
class Usage:
    """A run's record: how often each use was made."""

    system: str
    inputs: Mapping[str, str]
    account: str
    stage: str
    complete: bool
    times: Counter[Use]


def state_of(system: str) -> dict[str, str]:
    """Return the digests of what a system's tests follow from: their inputs by part, and the templates by name."""
    return {**template_digests(system), **inputs_of("integration", system).parts}


def record_of(system: str) -> Path:
    """Return the file of a system's record."""
    return FOLDER / f"{system}.jsonl"


def begin(inputs: Mapping[str, Mapping[str, str]], account: str, stage: str) -> Path:
    """Start the records of a run and return their draft, which is not read before the run ends.

    `inputs` are those of each system.
    """
    draft = FOLDER / f"draft.{os.getpid()}"
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(json.dumps({"inputs": inputs, "account": account, "stage": stage}) + "\n", encoding="utf-8")
    return draft


def end(draft: Path, systems: Iterable[str]) -> None:
    """Make a draft the record of each system whose tests all ran and passed, in place of an older one."""
    first, _, noted = draft.read_text(encoding="utf-8").partition("\n")
    for system in systems:
        part = draft.with_suffix(f"{draft.suffix}.{system}")
        run = json.loads(first)
        head = json.dumps({**run, "inputs": run["inputs"].get(system, {}), "system": system})
        tail = json.dumps({"complete": True})
        part.write_text(f"{head}\n{noted}{tail}\n", encoding="utf-8")
        part.replace(record_of(system))
    draft.unlink()


def read(path: Path) -> Usage | None:
    """Read a record; None without one, UserError for anything else."""
    if not path.is_file():
        return None
    times: Counter[Use] = Counter()
    try:
        first, *noted = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        complete = bool(noted and noted[-1].get("complete"))
        for line in noted:
            if "role" in line:
                times[Use(line["role"], line["action"], line["resource"], line["allowed"])] += int(line["times"])
        return Usage(first["system"], dict(first["inputs"]), first["account"], first["stage"], complete, times)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UserError(f"{path} is not a record of used permissions: delete it and run `tox -e integration`") from None
