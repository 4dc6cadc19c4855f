"""The scenarios of load/scenarios/<system>: kinds of arrivals, rates, durations."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from hallmark import yaml_lines
from hallmark.project import ROOT
from infra.errors import UserError

SCENARIOS = ROOT / "load" / "scenarios"
Number = Annotated[float, Field(ge=0)]
Rates = Annotated[dict[str, Number], BeforeValidator(lambda value: value if isinstance(value, dict) else {"": value})]


class Phase(BaseModel):
    """A stretch of constant rates: regular and abusive requests a second, one number or one for each stage.

    A phase that is not `counted` (the warm-up) is sent and reconciled, but not measured. `stretch` marks the phases
    whose length a caller may set. An answer that is later than `ends_late` seconds ends the run: the rest is not sent.
    After a phase that `settles` the next one begins once all is answered, however long a cold start takes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    seconds: Annotated[float, Field(gt=0)]
    rate: Rates
    abuse_rate: Rates = {}
    counted: bool = True
    stretch: bool = False
    settles: bool = False
    ends_late: Annotated[float, Field(gt=0)] | None = None

    def rate_at(self, stage_key: str, rates: dict[str, float] | None = None) -> float:
        """Return the regular requests a second on a stage."""
        found = self.rate if rates is None else rates
        return found.get(stage_key, found.get("", 0.0))

    def abuse_at(self, stage_key: str) -> float:
        """Return the abusive requests a second on a stage."""
        return self.rate_at(stage_key, self.abuse_rate)


class Scenario(BaseModel):
    """A load of named phases; `users` is the maximum of concurrent requests, `mix` is defined by the system."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    about: str
    users: Annotated[int, Field(ge=1)]
    mix: str | None = None
    floor: bool = False
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _stretches(self) -> "Scenario":
        if not any(phase.stretch for phase in self.phases):
            raise ValueError("needs a main phase with `stretch: true`")
        return self

    @property
    def main(self) -> Phase:
        """The main phase: the last one that may be stretched."""
        return [phase for phase in self.phases if phase.stretch][-1]

    def tuned(self, rate: float | None = None, seconds: float | None = None) -> "Scenario":
        """Return the scenario at another rate (in proportion in every phase) and length (of the stretchable phases)."""

        def tune(phase: Phase) -> Phase:
            changes: dict[str, Any] = {}
            if seconds is not None and phase.stretch:
                changes["seconds"] = seconds
            if rate is not None:
                # A rate of all stages is one of each where the main phase has one of each.
                keys = {**phase.rate, **self.main.rate}
                mains = {key: self.main.rate_at(key) for key in keys}
                changes["rate"] = {key: phase.rate_at(key) * rate / main for key, main in mains.items() if main}
            return phase.model_copy(update=changes)

        return self.model_copy(update={"phases": tuple(tune(phase) for phase in self.phases)})


def names(system: str, folder: Path = SCENARIOS) -> list[str]:
    """Return the names of a system's scenarios, in alphabetical order."""
    return sorted(path.stem for path in (folder / system).glob("*.yaml"))


def path_of(system: str, name: str, folder: Path = SCENARIOS) -> Path:
    """Return a scenario's file; UserError when there is none of that name."""
    path = folder / system / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(names(system, folder)) or "none"
        where = "/".join((*folder.parts[-2:], system))
        raise UserError(f"there is no scenario {name!r} in {where}: use one of {known}")
    return path


@cache
def load(system: str, name: str, folder: Path = SCENARIOS) -> Scenario:
    """Read a scenario; UserError with the first mistake of its file."""
    path = path_of(system, name, folder)
    data = yaml_lines.read(path)
    try:
        return Scenario(name=name, **data)
    except (ValidationError, TypeError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": "wants a mapping"}
        where = ".".join(map(str, first["loc"]))
        raise UserError(f"{path.name}: {where}: {first['msg']}") from None


def stage_key(target: str, stage: str) -> str:
    """Return the key of a stage in rates and objectives: `embedded`, or the stage's name on AWS."""
    return "embedded" if target == "embedded" else stage
