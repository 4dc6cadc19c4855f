"""The objectives of load/slo/<system>.yaml, and whether a run meets them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from hallmark import yaml_lines
from hallmark.evidence.load_result import Judged
from hallmark.load import scenario as scenarios
from hallmark.load.measures import MEASURES, recovery_seconds
from hallmark.load.outcome import Arithmetic, Measure, RunOutcome
from hallmark.project import ROOT
from infra.errors import UserError

FOLDER = ROOT / "load" / "slo"
RECOVERY = "recovery"
EVERYWHERE = ""
Measures = Mapping[str, tuple[Measure, str]]
NONE: Mapping[str, Arithmetic] = MappingProxyType({})
Bounds = Annotated[dict[str, float], BeforeValidator(lambda v: v if isinstance(v, dict) else {EVERYWHERE: v})]


def at(bounds: Mapping[str, float], stage_key: str) -> float | None:
    """Return the bound for a stage, None where there is none."""
    return bounds.get(stage_key, bounds.get(EVERYWHERE))


class Row(BaseModel):
    """A bound, at most or at least, on a measure of a phase, for a control.

    With `over` the measure is divided by that of another phase; `recovery` needs `p99_ms`, the bound of recovery.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    control: Annotated[str, Field(min_length=1)]
    phase: Annotated[str, Field(min_length=1)]
    measure: str
    over: str | None = None
    p99_ms: Bounds = {}
    at_most: Bounds = {}
    at_least: Bounds = {}

    @model_validator(mode="after")
    def _whole(self) -> "Row":
        if bool(self.at_most) == bool(self.at_least):
            raise ValueError("needs one of at_most and at_least")
        if (self.measure == RECOVERY) != bool(self.p99_ms):
            raise ValueError("needs p99_ms with recovery, and only then")
        return self

    def unit(self, measures: Measures) -> str:
        """Return the unit of the measure."""
        if self.measure == RECOVERY:
            return "s"
        return "times" if self.over else measures[self.measure][1]

    @property
    def title(self) -> str:
        """The measure, in words."""
        return f"{self.measure} over that of {self.over}" if self.over else self.measure

    def found(self, outcome: RunOutcome, stage_key: str, measures: Measures) -> float | None:
        """Return the measure of a run; None where it was not measured."""
        if self.measure == RECOVERY:
            return recovery_seconds(outcome, self.phase, at(self.p99_ms, stage_key) or 0.0)
        measure = measures[self.measure][0]
        value = measure(outcome, self.phase)
        if self.over is None or value is None:
            return value
        base = measure(outcome, self.over)
        return value / base if base else None


def file_of(system: str, folder: Path = FOLDER) -> Path:
    """Return the file of a system's objectives."""
    return folder / f"{system}.yaml"


def load(system: str, scenario: str, stage_key: str, own: Measures, file: Path | None = None) -> list[Row]:
    """Return the objectives of a scenario on a stage; UserError when there are none, or at the first mistake.

    `own` are the system's measures, in addition to those of every system.
    """
    file = file or file_of(system)
    data = _table(file).get(scenario) or []
    rows = [_row(row, f"{file.name}: {scenario}, row {number}") for number, row in enumerate(data, 1)]
    found = [row for row in rows if at(row.at_most or row.at_least, stage_key) is not None]
    phases = {phase.name for phase in scenarios.load(system, scenario).phases}
    known = [*MEASURES, *own, RECOVERY]
    for number, row in enumerate(rows, 1):
        where = f"{file.name}: {scenario}, row {number}"
        if row.measure not in known:
            raise UserError(f"{where}: there is no measure {row.measure!r}: use one of {', '.join(known)}")
        if unknown := {row.phase, row.over or row.phase} - phases:
            raise UserError(f"{where}: the scenario has no phase {unknown.pop()!r}")
    if not found:
        raise UserError(f"{file.name} has no objectives for {scenario} on {stage_key}: nothing would be judged")
    return found


@cache
def _table(file: Path) -> Mapping[str, Any]:
    table: Mapping[str, Any] = yaml_lines.read(file)
    return table


def _row(row: Any, where: str) -> Row:
    try:
        return Row.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        field = "".join(f"{place}: " for place in first["loc"])
        raise UserError(f"{where}: {field}{first['msg']}") from None


def judge(
    outcome: RunOutcome, rows: Sequence[Row], own: Measures, arithmetic: Mapping[str, Arithmetic] = NONE
) -> Iterator[Judged]:
    """Yield the verdict on each objective; an unmeasured one fails. `arithmetic` tells how a measure comes about."""
    key, measures = outcome.run.terms.stage_key, {**MEASURES, **own}
    for row in rows:
        found, bound = row.found(outcome, key, measures), at(row.at_most or row.at_least, key)
        assert bound is not None
        at_most, unit = bool(row.at_most), row.unit(measures)
        passed = found is not None and (found <= bound if at_most else found >= bound)
        shown = None if found is None else round(found, 3)
        sentence = _sentence(found, bound, at_most, unit)
        if told := row.measure in arithmetic and arithmetic[row.measure](outcome):
            sentence = f"{sentence} ({told})"
        yield Judged(row.control, row.title, row.phase, shown, bound, at_most, unit, passed, sentence)


def _sentence(found: float | None, bound: float, at_most: bool, unit: str) -> str:
    wanted = f"wanted at {'most' if at_most else 'least'} {_number(bound, unit)}"
    if found is None:
        return f"not measured, {wanted}"
    sentence = f"{_number(found, unit)}, {wanted}"
    off = found - bound if at_most else bound - found
    return f"{sentence}: {_number(off, unit)} too {'much' if at_most else 'little'}" if off > 0 else sentence


def _number(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".strip()
