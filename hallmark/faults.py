"""The table of faults that a system must survive: policies/faults/<system>.yaml."""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from hallmark import yaml_lines
from hallmark.project import ROOT
from infra.errors import UserError

FAULTS = ROOT / "policies" / "faults"


class FaultSpec(BaseModel):
    """A fault, its injection and the wanted outcome; `duplicates` second effects are allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    fault: str
    injection: str
    expected: str
    embedded_only: bool = False
    duplicates: int = 0


@cache
def load(system: str, folder: Path = FAULTS) -> tuple[FaultSpec, ...]:
    """Return a system's faults in the order of its table; none without a table, UserError for an invalid one."""
    file = folder / f"{system}.yaml"
    if not file.is_file():
        return ()
    try:
        rows = TypeAdapter(tuple[FaultSpec, ...]).validate_python(yaml_lines.read(file))
    except ValidationError as error:
        raise UserError(f"{file.name}: {str(error).splitlines()[0]}: mend the table of faults") from None
    if len({row.id for row in rows}) < len(rows):
        raise UserError(f"{file.name}: a fault is listed twice")
    return rows
