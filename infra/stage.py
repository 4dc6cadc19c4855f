"""A stage of a system as values; the only module that distinguishes dev and prod."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib import import_module
from typing import Generic, Protocol, TypeVar

from infra.context import Layer, for_stage, merged
from infra.errors import UserError, bad
from infra.limits import RESERVABLE_CONCURRENCY
from infra.load.parameters import Parameters as LoadParameters
from infra.names import Names
from infra.parameters import keys, placeholders, read
from infra.systems import STAGES, SYSTEMS, System


class Removal(StrEnum):
    """What happens to stored data when its stack is deleted."""

    RETAIN = "RETAIN"
    DESTROY = "DESTROY"


_REMOVAL = {"dev": Removal.DESTROY, "prod": Removal.RETAIN}


class SystemParameters(Protocol):
    """What the shared code needs of a system's parameters, which `infra/<system>/parameters.py` declares."""

    @property
    def reserved_concurrency(self) -> Mapping[str, int]:
        """Return the concurrent executions that each function reserves."""


P_co = TypeVar("P_co", bound=SystemParameters, covariant=True)


@dataclass(frozen=True)
class Stage(Generic[P_co]):
    """One stage of one system: everything that its stacks need to know."""

    system: System
    name: str
    removal: Removal
    parameters: P_co

    @property
    def names(self) -> Names:
        """Return the stage's physical names."""
        return Names(self.system.name, self.name, self.system)

    def stack_name(self, part: str = "") -> str:
        """Return the name of one of its stacks, by default the main one."""
        return self.system.stack_name(self.name, part)


def context_of(context_layers: Sequence[Layer], systems: Sequence[System] = SYSTEMS) -> Layer:
    """Return the merged context of all layers; UserError for an undeclared key."""
    known = ["stage", "system", *keys(LoadParameters)]
    for system in systems:
        known += keys(_declaration(system), f"{system.name}.")
    return merged(context_layers, known, [system.name for system in systems])


def load(context_layers: Sequence[Layer], systems: Sequence[System] = SYSTEMS) -> list[Stage[SystemParameters]]:
    """Return the stages to synthesize; UserError at the first invalid parameter.

    Reads every stage of every system, because those of one region share the account's concurrency.
    """
    context = context_of(context_layers, systems)
    for name in STAGES:
        read(LoadParameters, partial(for_stage, context, stage=name))
    stages = [_stage(context, system, name) for system in systems for name in STAGES]
    for region in dict.fromkeys(system.region for system in systems):
        _check_reserved(region, [stage for stage in stages if stage.system.region == region])
    wanted: Collection[tuple[str, str]] = {(system, name) for system in context["system"] for name in context["stage"]}
    return [stage for stage in stages if (stage.system.name, stage.name) in wanted]


def refuse_placeholders(context_layers: Sequence[Layer], system: str, stage: str) -> None:
    """Refuse a stage, before it is deployed where it matters, whose parameters its owner has yet to choose."""
    (found,) = load([*context_layers, {"system": [system], "stage": [stage]}])
    for key, value in placeholders(found.parameters).items():
        raise bad(f"{system}.{key}", value, "a value of yours in cdk.json, because this one is a placeholder")


def _declaration(system: System) -> type[SystemParameters]:
    declared: type[SystemParameters] = import_module(f"infra.{system.name}.parameters").Parameters
    return declared


def _stage(context: Layer, system: System, name: str) -> Stage[SystemParameters]:
    parameters = read(_declaration(system), lambda key: for_stage(context, key, name), f"{system.name}.")
    return Stage(system, name, _REMOVAL[name], parameters)


def _check_reserved(region: str, stages: Sequence[Stage[SystemParameters]]) -> None:
    sums = [(one, sum(one.parameters.reserved_concurrency.values())) for one in stages]
    total = sum(count for _, count in sums)
    if total > RESERVABLE_CONCURRENCY:
        listed = ", ".join(f"{one.system.name} {one.name} {count}" for one, count in sums)
        raise UserError(
            f"reserved concurrency in {region}: wants at most {RESERVABLE_CONCURRENCY} together, "
            f"got {total} ({listed}): lower a reservation in cdk.json"
        )
