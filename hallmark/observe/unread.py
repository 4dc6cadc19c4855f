"""What `hallmark drift` and the gate observed do not read, with the reason.

The rows stand in fidelity.yaml: `unread: everywhere` for what no reader asks for, `unread: embedded` for what is read
on AWS and what the emulator does not have. Their `operations` are those that would give it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore import xform_name

from hallmark import yaml_lines
from hallmark.fidelity import FILE
from hallmark.stage import Stage

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


def read_from(stage: Stage) -> str:
    """Return the target whose limits a stage has: an emulator's, whatever the target is called."""
    return EMBEDDED if stage.is_emulated else stage.target


@cache
def _absent() -> frozenset[tuple[str, str]]:
    operations = [one.partition(":") for row in rows() if row.where == EMBEDDED for one in row.operations]
    return frozenset((service, xform_name(operation)) for service, _, operation in operations)


def absent_on_emulator(service: str, operation: str) -> bool:
    """Return whether the emulator lacks an operation, in boto3's spelling, which AWS has."""
    return (service, operation) in _absent()
