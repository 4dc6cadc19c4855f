"""The control catalogues as the policies need them: which policies a control uses, with which parameters for a stage.

`hallmark.catalogue` reads the same files strictly, with lines; this reading stands alone, for checkov.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.engine.reading.yaml_reader import loader

CONTROLS = Path(__file__).resolve().parents[1] / "controls"
# Only these are booleans: NO is Norway.
_Loader = loader({"bool": "^(?:true|false)$"})


class NoCatalogue(Exception):
    """A file of policies/controls cannot be read as one; the message is one line."""


class NoStage(Exception):
    """A parameter differs by stage, and the template does not tell its stage."""


@dataclass(frozen=True)
class Use:
    """A policy of the library, `topic/name`, and its parameters: each one value, or one for each stage."""

    policy: str
    parameters: Mapping[str, Any]

    def parameters_of(self, stage: str, stages: tuple[str, ...]) -> dict[str, Any]:
        """The parameters for a stage; raises NoStage if one differs by stage and the stage is not known."""
        return {name: _for_stage(name, value, stage, stages) for name, value in self.parameters.items()}


def _for_stage(name: str, value: Any, stage: str, stages: tuple[str, ...]) -> Any:
    if not isinstance(value, Mapping) or not set(value) <= set(stages):
        return value
    if stage not in value:
        raise NoStage(f"{name} differs by stage, and the stage is unknown")
    return value[stage]


@dataclass(frozen=True)
class Control:
    """A requirement: the policies that judge it (none if it is proved otherwise), and how to mend what they find."""

    id: str
    title: str
    fix: str
    uses: tuple[Use, ...]


@dataclass(frozen=True)
class Catalogue:
    """The controls of one system by their ids, and what they take for granted of where it is deployed.

    `parts` says which resource plays which part, as written: `policies.engine.parts` reads it.
    """

    system: str
    region: str
    stages: tuple[str, ...]
    controls: Mapping[str, Control]
    parts: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """The system in physical names."""
        return self.system.replace("_", "-")


@cache
def catalogues(folder: Path = CONTROLS) -> dict[str, Catalogue]:
    """System -> catalogue, of every system; raises NoCatalogue."""
    return {file.stem: _read(file) for file in sorted(folder.glob("*.yaml"))}


def stages() -> frozenset[str]:
    """Every stage of every system."""
    return frozenset(stage for catalogue in catalogues().values() for stage in catalogue.stages)


def _read(file: Path) -> Catalogue:
    try:
        data = yaml.load(file.read_bytes(), _Loader)
        controls = [Control(row["id"], row["title"], row["fix"], tuple(_uses(row))) for row in data["controls"]]
        head = (file.stem, data["region"], tuple(data["stages"]))
        return Catalogue(*head, {control.id: control for control in controls}, data.get("parts", {}))
    except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise NoCatalogue(f"{file.name} is no catalogue of controls: {' '.join(str(error).split())}") from None


def _uses(row: Mapping[str, Any]) -> Iterator[Use]:
    """The short form names one `policy` beside its `parameters`."""
    if "policy" in row:
        yield Use(row["policy"], row.get("parameters", {}))
    for one in row.get("policies", ()):
        yield Use(one["use"], one.get("parameters", {}))
