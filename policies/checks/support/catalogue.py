"""What the policies need of the control catalogue: titles, fixes, and parameters for a stage."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTROLS = Path(__file__).resolve().parents[2] / "controls"
STAGES = frozenset({"dev", "prod"})


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader for which only `true` and `false` are booleans: NO is Norway."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name and form that PyYAML wants
        first: [
            (tag, re.compile("^(?:true|false)$") if tag == "tag:yaml.org,2002:bool" else pattern)
            for tag, pattern in resolvers
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class NoStage(Exception):
    """A parameter differs by stage, and the template does not tell its stage."""


@cache
def controls() -> dict[str, Mapping[str, Any]]:
    """Control id -> control, of every catalogue, with its `system`."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(CONTROLS.glob("*.yaml")):
        document = yaml.load(file.read_bytes(), _Loader)
        for control in document["controls"]:
            found[control["id"]] = {**control, "system": file.stem}
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
