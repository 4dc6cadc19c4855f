"""The library's policies by name, `topic/name`; one that does not load is an error."""

from importlib import import_module
from pathlib import Path

import policies.library
from policies.engine.policy import Policy


class NoPolicy(Exception):
    """A policy is missing, or does not load; the message is one line."""


def names() -> set[str]:
    """Return every policy that has a file."""
    folder = Path(policies.library.__path__[0])
    files = [file for file in folder.glob("*/*.py") if file.stem != "__init__"]
    return {f"{file.parent.name}/{file.stem}" for file in files}


def policy(name: str) -> Policy:
    """Return the policy of a name; raise NoPolicy."""
    file = f"policies/library/{name}.py"
    if name not in names():
        raise NoPolicy(f"there is no policy {name}: {file} is missing")
    try:
        module = import_module(f"policies.library.{name.replace('/', '.')}")
    except (Exception, SystemExit) as error:
        problem = " ".join(f"{type(error).__name__}: {error}".split())
        raise NoPolicy(f"{file} does not load: {problem}") from None
    found = getattr(module, "policy", None)
    if not isinstance(found, Policy):
        raise NoPolicy(f"{file}: must end with `policy =` an instance of its own Policy")
    return found
