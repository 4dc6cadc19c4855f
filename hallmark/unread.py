"""What is not read back from a stage: rows of fidelity.yaml, with the reason.

`unread: everywhere` is what no reader asks for, `unread: embedded` what is read on AWS and the emulator does not have.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hallmark import yaml_lines
from hallmark.fidelity import FILE

EVERYWHERE, EMBEDDED = "everywhere", "embedded"


@dataclass(frozen=True)
class Unread:
    """One thing that is not read, why, and the operations that would give it, as `service:Operation`."""

    what: str
    reason: str
    where: str
    operations: tuple[str, ...] = ()


@cache
def rows() -> tuple[Unread, ...]:
    """Return all rows, for every target."""
    listed: list[Mapping[str, Any]] = [row for row in yaml_lines.read(FILE) if "unread" in row]
    return tuple(
        Unread(row["behaviour"], row["limit"], row["unread"], tuple(row.get("operations", ()))) for row in listed
    )


def unread(target: str) -> tuple[Unread, ...]:
    """Return what is not read on a target, `embedded` or `aws`."""
    return tuple(row for row in rows() if row.where == EVERYWHERE or target == EMBEDDED)
