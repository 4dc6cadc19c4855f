"""The record of one run of the integration tests: which role was used for what, and how often.

The file holds one JSON object a line. The first tells the run: `revision`, `account`, `stage`. The last one tells how
it ended: `complete` is true when every test ran and passed. What the embedded stage noted is between them.
"""

import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hallmark.project import BUILD
from infra.errors import UserError

RECORD = BUILD / "iam" / "used.jsonl"


@dataclass(frozen=True)
class Use:
    """What a role, by its name, was used for: an action on an ARN; `allowed` is false for a call that was refused."""

    role: str
    action: str
    resource: str
    allowed: bool


@dataclass(frozen=True)
class Usage:
    """A run's record: how often each use was made."""

    revision: str
    account: str
    stage: str
    complete: bool
    times: Counter[Use]


def begin(revision: str, account: str, stage: str) -> Path:
    """Start a record and return its file, which nobody reads before its end."""
    draft = RECORD.with_suffix(f".{os.getpid()}")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(json.dumps({"revision": revision, "account": account, "stage": stage}) + "\n", encoding="utf-8")
    return draft


def end(draft: Path, complete: bool) -> None:
    """Finish a record, which takes the place of an older one; one that is not complete serves nobody."""
    if not complete:
        draft.unlink()
        return
    with draft.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"complete": complete}) + "\n")
    draft.replace(RECORD)


def read(path: Path) -> Usage | None:
    """Read a record; None when there is none, UserError when the file holds something else."""
    if not path.is_file():
        return None
    times: Counter[Use] = Counter()
    try:
        first, *noted = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        complete = bool(noted and noted[-1].get("complete"))
        for line in noted:
            if "role" in line:
                times[Use(line["role"], line["action"], line["resource"], line["allowed"])] += int(line["times"])
        return Usage(first["revision"], first["account"], first["stage"], complete, times)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UserError(f"{path} is no record of used permissions: delete it and run `tox -e integration`") from None
