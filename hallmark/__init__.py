"""Hallmark: serverless transaction pipelines on AWS that prove their own compliance."""

import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

__version__ = "0.1.0"


def _bind(name: str) -> None:
    """Import the package beside this one, though the folder or path of who runs it may have another of its name."""
    folder = Path(__file__).parent.parent / name
    found = None if name in sys.modules else find_spec(name)
    if found is None or found.origin == str(folder / "__init__.py"):
        return
    spec = spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec and spec.loader:
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])


for _name in ("infra", "policies"):
    _bind(_name)
