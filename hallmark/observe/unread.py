"""What `hallmark drift` and the gate observed do not read, and the operations that only AWS has."""

from functools import cache

from botocore import xform_name

from hallmark.stage import Stage
from hallmark.unread import EMBEDDED, rows


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
