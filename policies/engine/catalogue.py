"""What the policies need of the control catalogue: titles, fixes, and parameters for a stage."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.engine.reading.yaml_reader import loader

CONTROLS = Path(__file__).resolve().parents[1] / "controls"
STAGES = frozenset({"dev", "prod"})


# Only these are booleans: NO is Norway.
_Loader = loader({"bool": "^(?:true|false)$"})


class NoCatalogue(Exception):
    """A file of policies/controls cannot be read as one."""


class NoStage(Exception):
    """A parameter differs by stage, and the template does not tell its stage."""


@cache
def controls() -> dict[str, Mapping[str, Any]]:
    """Control id -> control, of every catalogue, with its `system`."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(CONTROLS.glob("*.yaml")):
        try:
            for control in yaml.load(file.read_bytes(), _Loader)["controls"]:
                found[control["id"]] = {**control, "system": file.stem}
        except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError) as error:
            raise NoCatalogue(f"{file.name} is no catalogue of controls: {' '.join(str(error).split())}") from None
    return found


def parameters(control: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """The control's parameters for a stage; raises NoStage if one differs by stage and the stage is not known."""
    return {name: _for_stage(name, value, stage) for name, value in control.get("parameters", {}).items()}


def _for_stage(name: str, value: Any, stage: str) -> Any:
    if not isinstance(value, Mapping) or not set(value) <= STAGES:
        return value
    if stage not in value:
        raise NoStage(f"{name} differs by stage, and the stage is unknown")
    return value[stage]
