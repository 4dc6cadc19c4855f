"""What the load generators must know of the system under load."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from infra.systems import System


@dataclass(frozen=True)
class LoadTarget:
    """The output with the system's API key id, and the archive whose size a run records, if there is one."""

    key_output: str
    archive: str | None = None


def load_target(system: System) -> LoadTarget | None:
    """Return what `infra/<system>/load_target.py` declares; None for a system without one."""
    module = f"infra.{system.name}.load_target"
    if find_spec(module) is None:
        return None
    declared: LoadTarget = import_module(module).LOAD_TARGET
    return declared
